import type { Span } from "@opentelemetry/api";
import type { Circuits } from "../../circuits.js";

/** What knows the active span: `trace` of `@opentelemetry/api`. */
export interface ActiveSpan {
  getActiveSpan(): Span | undefined;
}

/** Adds an event to the span that is active when a transition is noticed, if any is. */
export function markSpans(circuits: Circuits, trace: ActiveSpan): () => void {
  return circuits.on("transition", ({ circuit, from, to, message }) => {
    trace.getActiveSpan()?.addEvent("recloser.transition", {
      "recloser.circuit": circuit,
      "recloser.from": from,
      "recloser.to": to,
      "recloser.message": message,
    });
  });
}
