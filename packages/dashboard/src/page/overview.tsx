import { useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { headline, others, providerSentences, STANDING_WORDS, tally } from "../words/sentence.js";
import { CircuitLine } from "./line.js";
import { EventList } from "./parts/event-list.js";
import { Mark } from "./parts/mark.js";
import { hrefOf, route } from "./route.js";
import { allRows, connection, events, hidden, now, order, providers } from "./store.js";

const SHOWN_OTHERS = 6;
const SHOWN_EVENTS = 12;

export function Overview(): VNode {
  useEffect(() => {
    // Back from a circuit: on with it, not with the top of the page.
    const { left } = route.peek();
    const names = document.querySelectorAll<HTMLElement>("table.circuits a.name");
    [...names].find(({ textContent }) => textContent === left)?.focus();
  }, []);
  const connected = connection.value.kind === "live" || order.value.length > 0;
  return (
    <main>
      {connected ? <Lead /> : <h1 class="lead">Connecting to the server …</h1>}
      {connected ? <Table /> : null}
      <Changes />
      <p class="muted keys">
        Keys: <kbd>/</kbd> filters, <kbd>↓</kbd> <kbd>↑</kbd> move between circuits, <kbd>Enter</kbd> opens
        one, <kbd>Esc</kbd> comes back.
      </p>
    </main>
  );
}

function Changes(): VNode {
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">Last changes</h2>
      <EventList events={events.value} most={SHOWN_EVENTS} withCircuit={true} />
    </section>
  );
}

function Lead(): VNode {
  const rows = allRows.value;
  const rest = others(rows);
  return (
    <div class="lead-box">
      <h1 class={`lead is-${rows[0]?.standing ?? "closed"}`}>
        <Mark standing={rows[0]?.standing ?? "closed"} /> <bdi>{headline(rows, now.value)}</bdi>
      </h1>
      {providerSentences({ providers: providers.value }).map((sentence) => (
        <p key={sentence} class="provider">
          {sentence}
        </p>
      ))}
      {rest.length === 0 ? null : (
        <p class="others">
          {rest.length} more {rest.length === 1 ? "needs" : "need"} a look:{" "}
          {rest.slice(0, SHOWN_OTHERS).map(({ circuit, standing }) => (
            <a key={circuit} class={`other is-${standing}`} href={hrefOf(circuit)}>
              <Mark standing={standing} /> <bdi>{circuit}</bdi> {STANDING_WORDS[standing]}
            </a>
          ))}
          {rest.length > SHOWN_OTHERS ? `and ${rest.length - SHOWN_OTHERS} below` : null}
        </p>
      )}
    </div>
  );
}

function Table(): VNode {
  const filter = useSignal("");
  const wanted = useComputed(() => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return order.value;
    return allRows.value
      .filter(({ circuit, standing }) => {
        const text = `${circuit} ${standing} ${STANDING_WORDS[standing]}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .map(({ circuit }) => circuit);
  });
  const body = useRef<HTMLTableSectionElement>(null);
  useFocusKept(body, wanted.value);
  return (
    <section aria-labelledby="circuits">
      <div class="bar">
        <h2 id="circuits">Circuits</h2>
        <Tally />
        <label class="filter">
          Filter{" "}
          <input
            id="filter"
            type="search"
            value={filter.value}
            placeholder="name or state"
            onInput={({ currentTarget }) => {
              filter.value = currentTarget.value;
            }}
          />
        </label>
      </div>
      <table class="circuits">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Circuit</th>
            <th scope="col">Meters</th>
            <th scope="col">
              First token <small>p50 · p95</small>
            </th>
            <th scope="col">
              Whole answer <small>p50 · p95</small>
            </th>
            <th scope="col">Last minute</th>
            <th scope="col">In flight</th>
            <th scope="col">
              Last hour <small>→ now</small>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {wanted.value.map((name) => (
            <CircuitLine key={name} name={name} />
          ))}
        </tbody>
      </table>
      {wanted.value.length === 0 && order.value.length > 0 ? <p class="muted">No circuit matches.</p> : null}
      {hidden.value > 0 ? <p class="muted">{hidden.value} more circuits are closed and not shown.</p> : null}
    </section>
  );
}

function Tally(): VNode {
  return <span class="tally">{tally(allRows.value)}</span>;
}

/** A row that moves to another place loses the focus; it gets it back. */
function useFocusKept(body: { readonly current: HTMLElement | null }, order: readonly string[]): void {
  const focused = useRef<Element | null>(null);
  // Before the rows are moved.
  focused.current = body.current?.contains(document.activeElement) === true ? document.activeElement : null;
  useLayoutEffect(() => {
    const element = focused.current;
    if (element instanceof HTMLElement && element.isConnected && document.activeElement !== element)
      element.focus({ preventScroll: true });
  }, [order]);
}
