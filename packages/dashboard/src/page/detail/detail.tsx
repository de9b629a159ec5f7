import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { CircuitDetail } from "../../contract/contract.js";
import { predicate } from "../../words/sentence.js";
import { EventList } from "../parts/event-list.js";
import { Mark } from "../parts/mark.js";
import { HOME } from "../route.js";
import { detail, now, rowOf } from "../store.js";
import { Actions } from "./actions.js";
import { Charts } from "./charts.js";
import { Exemplars } from "./exemplars.js";
import { Facts } from "./facts.js";
import { Timeline } from "./timeline.js";

/** Everything about one circuit. */
export function Detail({ circuit }: { readonly circuit: string }): VNode {
  const known = detail.value;
  const row = rowOf(circuit)?.value ?? known?.row;
  return (
    <main class="detail">
      <nav aria-label="Back">
        <a href={HOME}>← All circuits</a>
      </nav>
      {known === null ? (
        <h1 class="lead">
          There is no circuit <bdi>{circuit}</bdi>. It may have been forgotten; it comes back with its next
          call.
        </h1>
      ) : row === undefined || known === undefined ? (
        <h1 class="lead">
          <bdi>{circuit}</bdi> …
        </h1>
      ) : (
        <Known detail={{ ...known, row }} />
      )}
    </main>
  );
}

function Known({
  detail: { row, facts, samples, events, exemplars },
}: {
  readonly detail: CircuitDetail;
}): VNode {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <h1 class={`lead is-${row.standing}`} ref={title} tabIndex={-1}>
        <Mark standing={row.standing} /> <bdi>{row.circuit}</bdi> {predicate(row, now.value)}
      </h1>
      <div class="columns">
        <div class="wide">
          <Timeline row={row} />
          <Charts samples={samples} row={row} />
        </div>
        <div class="narrow">
          <Actions row={row} />
          <Facts row={row} facts={facts} />
        </div>
      </div>
      <div class="halves">
        <section aria-labelledby="events">
          <h2 id="events">Events</h2>
          <EventList events={events} withCircuit={false} />
        </section>
        <section aria-labelledby="exemplars">
          <h2 id="exemplars">Calls that failed, a few of each reason</h2>
          <Exemplars exemplars={exemplars} />
        </section>
      </div>
    </>
  );
}
