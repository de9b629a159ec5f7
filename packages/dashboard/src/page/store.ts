import { batch, computed, type Signal, signal } from "@preact/signals";
import type { BoardEvent, CircuitDetail, CircuitRow, LiveMessage, Overview } from "../contract/contract.js";
import { inOrder, rank } from "../contract/order.js";
import { appended } from "./history.js";
import { listen } from "./live.js";
import { route } from "./route.js";
import { spread } from "./spread.js";
import { hasToken } from "./token.js";

/** How we stand with the server. */
export type Connection =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "token"; readonly wrong: boolean };

export const connection: Signal<Connection> = signal({ kind: "connecting" });

/** The server's time of the latest message, and ours then. */
const heard = signal<{ readonly at: number; readonly here: number } | undefined>(undefined);
const here = signal(performance.now());

/** The server's time now. It ticks each second. */
export const now = computed(() => {
  const latest = heard.value;
  return latest === undefined ? Date.now() : Math.round(latest.at + here.value - latest.here);
});

const STALE_MS = 3_000;

/** Since when there has been no word, by the server's clock; undefined while there is. */
export const staleSince = computed(() => {
  const latest = heard.value;
  return latest !== undefined && here.value - latest.here > STALE_MS ? latest.at : undefined;
});

const rows = new Map<string, Signal<CircuitRow>>();
export const order = signal<readonly string[]>([]);
export const hidden = signal(0);
export const providers = signal<Overview["providers"]>([]);
export const events = signal<readonly BoardEvent[]>([]);
/** The circuit of the detail view: `null` when the server knows none of that name. */
export const detail = signal<CircuitDetail | null | undefined>(undefined);
const KEPT_EVENTS = 60;
const KEPT_OF_CIRCUIT = 200;

export function rowOf(name: string): Signal<CircuitRow> | undefined {
  return rows.get(name);
}

/** Changes whenever a row does. */
const revision = signal(0);

/** Every row, worst first. */
export const allRows = computed<readonly CircuitRow[]>(() => {
  void revision.value;
  return order.value.map((name) => rows.get(name)?.peek()).filter((row) => row !== undefined);
});

const late = spread<CircuitRow>((changed) => {
  batch(() => {
    for (const row of changed) {
      const known = rows.get(row.circuit);
      if (known !== undefined) known.value = row;
    }
    revision.value++;
  });
});

function take(message: LiveMessage): void {
  batch(() => {
    connection.value = { kind: "live" };
    if ("at" in message.data) tick(message.data.at);
    switch (message.type) {
      case "overview": {
        const { data } = message;
        late.clear();
        const names = new Set(data.rows.map(({ circuit }) => circuit));
        for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
        for (const row of data.rows) put(row);
        hidden.value = data.hidden;
        providers.value = data.providers;
        events.value = data.events;
        reorder();
        return;
      }
      case "rows": {
        const { data } = message;
        for (const name of data.gone) rows.delete(name);
        let moved = data.gone.length > 0;
        for (const row of data.rows) {
          const before = rows.get(row.circuit)?.peek();
          // What makes it move shows at once; numbers may come a few frames later.
          if (before === undefined || rank(before) !== rank(row) || before.standing !== row.standing) {
            late.drop(row.circuit);
            put(row);
            moved = true;
          } else late.add(row.circuit, row);
        }
        hidden.value = data.hidden;
        providers.value = data.providers;
        if (data.events.length > 0) events.value = [...events.value, ...data.events].slice(-KEPT_EVENTS);
        if (moved) reorder();
        return;
      }
      case "detail":
        detail.value = message.data;
        put(message.data.row);
        return;
      case "more": {
        const { data } = message;
        const before = detail.value;
        if (before === undefined || before === null || before.row.circuit !== data.circuit) return;
        detail.value = {
          ...before,
          facts: data.facts,
          samples: appended(before.samples, data.samples),
          events: [...before.events, ...data.events].slice(-KEPT_OF_CIRCUIT),
          exemplars: data.exemplars,
        };
        return;
      }
      case "absent":
        detail.value = null;
        return;
    }
  });
}

function put(row: CircuitRow): void {
  const known = rows.get(row.circuit);
  if (known === undefined) rows.set(row.circuit, signal(row));
  else known.value = row;
}

function reorder(): void {
  order.value = inOrder([...rows.values()].map((row) => row.peek())).map(({ circuit }) => circuit);
  revision.value++;
}

function tick(at: number): void {
  here.value = performance.now();
  heard.value = { at, here: here.value };
}

/** An operator's own row comes back with the answer: no need to wait for the next word. */
export function takeRow(row: CircuitRow): void {
  batch(() => {
    late.drop(row.circuit);
    put(row);
    reorder();
  });
}

let stop: () => void = () => {};
let listeningTo: string | undefined | null = null;

/** Opens the stream for the view that is shown. */
export function connect(): void {
  const { circuit } = route.value;
  if (listeningTo === circuit && connection.peek().kind !== "token") return;
  listeningTo = circuit;
  stop();
  detail.value = undefined;
  if (connection.peek().kind === "token") connection.value = { kind: "connecting" };
  stop = listen(circuit, {
    message: take,
    refused: () => {
      connection.value = { kind: "token", wrong: hasToken() };
    },
  });
}

/** Starts what runs for as long as the page does. */
export function start(): void {
  route.subscribe(connect);
  setInterval(() => {
    here.value = performance.now();
  }, 1_000);
}
