import type { VNode } from "preact";
import type { Exemplar } from "../../contract/contract.js";
import { latency } from "../../words/format.js";
import { When } from "../parts/event-list.js";

/** Calls as they ended: what an engineer would grep the logs for. */
export function Exemplars({ exemplars }: { readonly exemplars: readonly Exemplar[] }): VNode {
  if (exemplars.length === 0) return <p class="muted">None was seen.</p>;
  return (
    <table class="exemplars">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Reason</th>
          <th scope="col">Detail</th>
          <th scope="col">First token</th>
          <th scope="col">Ended after</th>
        </tr>
      </thead>
      <tbody>
        {exemplars.map((one) => (
          <tr key={`${one.reason} ${one.at}`}>
            <td>
              <When at={one.at} />
            </td>
            <td>
              {one.reason}
              {one.verdict === "neutral" ? <span class="muted"> (neutral)</span> : null}
              {one.probe ? <span class="muted"> (probe)</span> : null}
            </td>
            <td>
              <bdi>{one.detail ?? "–"}</bdi>
            </td>
            <td class="number">{one.firstTokenMs === null ? "none" : latency(one.firstTokenMs)}</td>
            <td class="number">{latency(one.durationMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
