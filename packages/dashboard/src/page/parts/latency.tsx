import type { VNode } from "preact";
import type { LatencyView } from "../../contract/contract.js";
import { latency } from "../../words/format.js";

/** A median this many times the usual one is worth a word. */
const SLOWER = 1.5;

/** The last minute's p50 and p95, and what is usual below. */
export function Latency({ of }: { readonly of: LatencyView }): VNode {
  const { p50Ms, p95Ms, usual } = of;
  if (p50Ms === null) return <span class="muted">none</span>;
  const times = usual === null || usual.p50Ms === 0 ? 1 : p50Ms / usual.p50Ms;
  return (
    <>
      <span class="pair">
        {latency(p50Ms)} <span class="muted">·</span> {latency(p95Ms)}
      </span>
      {usual === null ? (
        <span class="under muted">usual: learning</span>
      ) : (
        <span class="under">
          <span class="muted">
            usual {latency(usual.p50Ms)} · {latency(usual.highMs)}
          </span>
          {times >= SLOWER ? <strong class="slower"> ×{times.toFixed(1)}</strong> : null}
        </span>
      )}
    </>
  );
}
