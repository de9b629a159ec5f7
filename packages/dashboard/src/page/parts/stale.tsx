import type { VNode } from "preact";
import { clockSeconds, span } from "../../words/format.js";
import { connection, now, staleSince } from "../store.js";

/** Says plainly that what is shown is old. */
export function Stale(): VNode | null {
  const since = staleSince.value;
  if (since === undefined || connection.value.kind === "token") return null;
  return (
    <p class="stale-bar" role="alert">
      {/* The time ticks; it is said once, not each second. */}
      No data since {clockSeconds(since, now.value)}{" "}
      <span aria-hidden="true">({span(now.value - since)})</span>: reconnecting. Everything below is as it was
      then.
    </p>
  );
}
