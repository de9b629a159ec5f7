import type { VNode } from "preact";
import type { CircuitFacts, CircuitRow } from "../../contract/contract.js";
import { count, duration, latency, some } from "../../words/format.js";
import { levelClass, wholePercent } from "../parts/meters.js";

/** What fills the meters, what was learned, and what openings have spared. */
export function Facts({ row, facts }: { readonly row: CircuitRow; readonly facts: CircuitFacts }): VNode {
  const { baseline, callsPerSecond, hindsight, totals } = facts;
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">What it goes by</h2>
      <dl class="facts">
        {row.meters.map(({ name, level, sentence }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {row.state === "closed" ? <b class={levelClass(level)}>{wholePercent(level)}</b> : null}{" "}
              {sentence}
            </dd>
          </div>
        ))}
        <div>
          <dt>call rate</dt>
          <dd>{rate(callsPerSecond)}</dd>
        </div>
        <div>
          <dt>hangs</dt>
          <dd>
            a call without a sign of life fails after {duration(baseline.streaming.stallDeadlineMs)} when it
            streams, {duration(baseline.unary.stallDeadlineMs)} else
          </dd>
        </div>
        <div>
          <dt>healthy</dt>
          <dd>
            {healthy("streams begin", baseline.streaming.wait) ??
              healthy("answers take", baseline.unary.wait) ??
              "still learning (100 calls, two minutes)"}
          </dd>
        </div>
        <div>
          <dt>in flight</dt>
          <dd>{inFlight(row)}</dd>
        </div>
        <div>
          <dt>openings</dt>
          <dd>
            {count(totals.opened)} so far, {count(hindsight.confirmed)} confirmed,{" "}
            {count(hindsight.contested)} contested
          </dd>
        </div>
        <div>
          <dt>spared</dt>
          <dd>
            {some(hindsight.sparedCalls, "failing call")} and {duration(hindsight.sparedMs)} of waiting, at
            the price of {some(hindsight.lostCalls, "good one")} (estimates)
          </dd>
        </div>
        <div>
          <dt>calls</dt>
          <dd>
            {count(totals.admitted)} sent, {count(rejected(totals.rejected))} not sent since it was made
          </dd>
        </div>
      </dl>
    </section>
  );
}

function rate(perSecond: number): string {
  if (perSecond >= 0.95)
    return `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} a second, as learned`;
  return `${(perSecond * 60).toFixed(1)} a minute, as learned`;
}

function healthy(what: string, wait: CircuitFacts["baseline"]["unary"]["wait"]): string | undefined {
  if (wait === null) return undefined;
  return `${what} after ${latency(wait.p50Ms)} at the median, ${latency(wait.p99Ms)} at p99 (${some(wait.samples, "sample")})`;
}

function inFlight({ inFlight: { total, waiting, stalled, limit, waitingLimit } }: CircuitRow): string {
  const most = limit === null ? "" : ` of at most ${count(limit)}`;
  const mostWaiting = waitingLimit === null ? "" : ` of at most ${count(waitingLimit)}`;
  return `${count(total)}${most}; ${count(waiting)}${mostWaiting} waiting for a first sign, ${count(stalled)} stalled`;
}

function rejected(counts: CircuitFacts["totals"]["rejected"]): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}
