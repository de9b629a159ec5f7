import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import type { CircuitRow } from "../contract/contract.js";
import { next, since } from "../words/sentence.js";
import { Latency } from "./parts/latency.js";
import { State } from "./parts/mark.js";
import { Meters } from "./parts/meters.js";
import { InFlight, Rates } from "./parts/rates.js";
import { Strip } from "./parts/strip.js";
import { hrefOf } from "./route.js";
import { now, rowOf } from "./store.js";

/** One circuit in the overview. It follows its own signal: a change of one row is the work of one row. */
export function CircuitLine({ name }: { readonly name: string }): VNode | null {
  const row = rowOf(name)?.value;
  if (row === undefined) return null;
  return (
    <tr class={`line is-${row.standing}`}>
      <td class="c-state">
        <State standing={row.standing} />
        {row.mode === "observe" ? <span class="under observe">observes only</span> : null}
      </td>
      <th scope="row" class="c-name">
        <a class="name" href={hrefOf(name)}>
          <bdi>{name}</bdi>
        </a>
        <Why name={name} row={row} />
      </th>
      <td class="c-meters" data-label="Meters">
        <Meters meters={row.meters} on={row.state === "closed"} />
      </td>
      <td class="c-number" data-label="First token, p50 · p95">
        <Latency of={row.firstToken} />
      </td>
      <td class="c-number" data-label="Whole answer, p50 · p95">
        <Latency of={row.total} />
      </td>
      <td class="c-rates" data-label="Last minute">
        <Rates rates={row.rates} />
      </td>
      <td class="c-flight" data-label="In flight">
        <InFlight inFlight={row.inFlight} />
      </td>
      <td class="c-strip" data-label="Last hour">
        <Strip runs={row.strip} />
      </td>
    </tr>
  );
}

function Why({ name, row }: { readonly name: string; readonly row: CircuitRow }): VNode {
  // Only their own text nodes change as time goes by.
  const sinceWords = useComputed(() => {
    const latest = rowOf(name)?.value;
    return latest === undefined ? "" : since(latest, now.value);
  });
  const nextWords = useComputed(() => {
    const latest = rowOf(name)?.value;
    const words = latest === undefined ? "" : next(latest, now.value);
    return words === "" ? "" : `, ${words}`;
  });
  const reason = row.hold?.reason ?? row.cause;
  return (
    <span class="why">
      <span class="muted">
        {sinceWords}
        {nextWords}
      </span>
      {reason === null ? null : <span class="cause">{reason}</span>}
    </span>
  );
}
