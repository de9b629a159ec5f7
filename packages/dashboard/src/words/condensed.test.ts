import { expect, it } from "vitest";
import type { BoardEvent } from "../contract/contract.js";
import { condensed } from "./condensed.js";

let id = 0;
function went(
  circuit: string,
  from: "open" | "half-open" | "closed",
  to: "open" | "half-open" | "closed",
): BoardEvent {
  id++;
  return { id, at: id * 1_000, circuit, kind: "transition", from, to, message: `${from} to ${to}` };
}

it("makes one line of probes that failed in a row, and keeps what else there was", () => {
  const events = [
    went("a", "closed", "open"),
    went("a", "open", "half-open"),
    went("a", "half-open", "open"),
    { id: 100, at: 0, circuit: "a", kind: "judged", judgement: "confirmed" } as const,
    went("b", "closed", "open"),
    went("a", "open", "half-open"),
    went("a", "half-open", "open"),
    went("b", "open", "half-open"),
    went("b", "half-open", "closed"),
    went("a", "open", "half-open"),
  ];

  const lines = condensed(events).map(
    ({ event, probes }) =>
      `${event.circuit} ${event.kind === "transition" ? event.message : event.kind}${probes > 0 ? ` ${probes}` : ""}`,
  );

  expect(lines).toEqual([
    "a closed to open",
    "a judged",
    "b closed to open",
    "a half-open to open 2",
    "b open to half-open",
    "b half-open to closed",
    // Under way: it is not known yet how it ends.
    "a open to half-open",
  ]);
});
