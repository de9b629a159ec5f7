import type { VNode } from "preact";
import type { InFlightView, RatesView } from "../../contract/contract.js";
import { count, percent, some } from "../../words/format.js";

/** The last minute: how many calls, and what became of those that failed. */
export function Rates({ rates }: { readonly rates: RatesView }): VNode {
  const judged = rates.successes + rates.failures;
  const reasons = Object.entries(rates.byReason).sort(([, a], [, b]) => b - a);
  return (
    <>
      <span>
        {some(rates.calls, "call")}
        {rates.failures > 0 ? <strong>, {percent(rates.failures / judged)} failed</strong> : null}
      </span>
      <span class="under">
        {rates.rejected > 0 ? <span>{count(rates.rejected)} not sent </span> : null}
        <span class="muted">
          {reasons
            .slice(0, 3)
            .map(([reason, n]) => `${count(n)} ${reason}`)
            .join(", ")}
        </span>
      </span>
    </>
  );
}

export function InFlight({ inFlight }: { readonly inFlight: InFlightView }): VNode {
  const { total, stalled, waiting, limit, waitingLimit } = inFlight;
  return (
    <>
      <span>
        {count(total)}
        <span class="muted">{limit === null ? "" : ` of ${count(limit)}`}</span>
      </span>
      <span class="under muted">
        {waitingLimit === null ? "" : `${count(waiting)} of ${count(waitingLimit)} waiting`}
        {waitingLimit === null && limit === null ? "no limit" : ""}
        {stalled > 0 ? ` ${count(stalled)} stalled` : ""}
      </span>
    </>
  );
}
