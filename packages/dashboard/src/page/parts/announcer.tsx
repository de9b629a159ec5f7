import type { VNode } from "preact";
import { events } from "../store.js";

/** Tells those who do not see the page what has changed, once. */
export function Announcer(): VNode {
  const latest = events.value.findLast(({ kind }) => kind === "transition");
  return (
    <p class="unseen" role="status">
      {latest?.kind === "transition" ? `${latest.circuit} went from ${latest.from} to ${latest.to}.` : ""}
    </p>
  );
}
