import type { Action, BoardEvent, CircuitDetail, CircuitRow, Overview } from "../contract/contract.js";
import { inOrder } from "../contract/order.js";
import { applied } from "./actions.js";
import { CircuitRecord, EARLIEST } from "./record.js";
import { redact } from "./redact.js";
import type { BoardCircuit, BoardSource } from "./source.js";

/** How much of the past is kept. */
export interface HistoryOptions {
  /** How far back, in milliseconds: 60,000 to 86,400,000. Default an hour and a bit. */
  readonly forMs?: number;
  /** Between two samples of a circuit, in milliseconds: 1,000 to 60,000. Default 5,000. */
  readonly everyMs?: number;
  /** Circuits with a history this long (about 60 KB each); those beyond keep two minutes. At least 1. Default 500. */
  readonly circuits?: number;
}

export interface BoardOptions {
  readonly history?: HistoryOptions;
  /** Milliseconds since 1970. Default: the system's. */
  readonly now?: () => number;
}

/** How often it looks around; each circuit once a second while somebody watches. */
const TICK_MS = 100;
const TICKS_WATCHED = 10;
const KEPT_EVENTS = 60;
/** A tick takes no longer, since calls wait for it: with thousands of circuits a round takes longer instead. */
const LONGEST_TICK_MS = 3;
/** Whoever asks for everything costs no more looks than these. */
const MOST_AT_ONCE = 1_000;
/** Rows shown at once: worst first. */
export const MOST_ROWS = 500;
const SHORT_HISTORY_MS = 120_000;

type EventBody = BoardEvent extends infer Event
  ? Event extends BoardEvent
    ? Omit<Event, "id" | "at">
    : never
  : never;

/**
 * What the page shows, and its memory. It looks at a share of the circuits at each tick, so that a thousand of them cost
 * no call a wait; one that changes its state is looked at at once.
 */
export class Board {
  #source: BoardSource;
  readonly #now: () => number;
  readonly #everyMs: number;
  readonly #samples: number;
  readonly #most: number;
  readonly #records = new Map<string, CircuitRecord>();
  readonly #watchers = new Set<(changed: readonly string[]) => void>();
  readonly #changed = new Set<string>();
  /** Those that have changed their state, and are to be looked at before anybody is told. */
  readonly #news = new Set<string>();
  readonly #closing = new Set<() => void>();
  #events: BoardEvent[] = [];
  #nextEvent = 1;
  #left: Iterator<BoardCircuit> = [][Symbol.iterator]();
  #stop: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout | undefined;
  #urgent: NodeJS.Immediate | undefined;

  /** @throws RangeError that names the option, its value and its range. */
  constructor(source: BoardSource, { history = {}, now = Date.now }: BoardOptions = {}) {
    const { forMs = 3_720_000, everyMs = 5_000, circuits = 500 } = history;
    within("history.forMs", forMs, 60_000, 86_400_000);
    within("history.everyMs", everyMs, 1_000, 60_000);
    within("history.circuits", circuits, 1, 100_000);
    this.#now = now;
    this.#everyMs = everyMs;
    this.#samples = Math.ceil(forMs / (everyMs * EARLIEST));
    this.#most = circuits;
    this.#source = source;
    this.#stop = this.#listenTo(source);
    this.#lookAtAll(MOST_AT_ONCE);
    if (now === Date.now) {
      this.#timer = setInterval(() => this.tick(LONGEST_TICK_MS), TICK_MS);
      this.#timer.unref();
    }
  }

  #listenTo(source: BoardSource): (() => void)[] {
    const now = this.#now;
    return [
      source.on("transition", ({ circuit, from, to, message }) => {
        this.#recordOf(circuit).passed(to, now());
        this.#add({ kind: "transition", circuit, from, to, message: redact(message) });
      }),
      source.on("limited", ({ circuit, limited, message }) => {
        this.#add({ kind: "limited", circuit, limited, message: redact(message) });
      }),
      source.on("judged", ({ circuit, judgement }) => {
        this.#add({ kind: "judged", circuit, judgement });
      }),
      source.on("settled", (event) => {
        if (event.verdict.verdict !== "success") this.#recordOf(event.circuit).exemplars.settled(event, now);
      }),
    ];
  }

  /** Goes on with other circuits of the same names, e.g. after a change of their options. What was seen is kept. */
  follow(source: BoardSource): void {
    if (source === this.#source) return;
    for (const stop of this.#stop) stop();
    this.#source = source;
    this.#left = [][Symbol.iterator]();
    this.#stop = this.#listenTo(source);
    this.#lookAtAll(MOST_AT_ONCE);
  }

  /** Looks at the next few circuits. Runs by itself ten times a second unless `now` was given. */
  tick(longestMs = Infinity): void {
    let size = 0;
    for (const circuit of this.#source) {
      // Reading it makes it notice what has become due.
      void circuit.state;
      size++;
    }
    const rounds = this.#watchers.size > 0 ? TICKS_WATCHED : this.#everyMs / TICK_MS;
    this.#lookAtNext(Math.ceil(size / rounds) + 1, longestMs);
    this.#tell();
  }

  overview(): Overview {
    // Whoever asks once wants what is; with thousands of circuits, the rest is as the last ticks saw it.
    this.#lookAtAll(MOST_AT_ONCE);
    return {
      at: this.#now(),
      rows: this.rows(),
      hidden: this.hidden,
      providers: this.providers(),
      events: this.#events,
    };
  }

  /** The worst circuits, worst first. */
  rows(): readonly CircuitRow[] {
    const rows: CircuitRow[] = [];
    for (const { row } of this.#records.values()) if (row !== undefined) rows.push(row);
    return inOrder(rows).slice(0, MOST_ROWS);
  }

  /** How many circuits `rows` leaves out. */
  get hidden(): number {
    return Math.max(0, this.#records.size - MOST_ROWS);
  }

  detail(name: string): CircuitDetail | undefined {
    this.#lookAt(this.#find(name));
    return this.#records.get(name)?.detail(this.#now());
  }

  record(name: string): CircuitRecord | undefined {
    return this.#records.get(name);
  }

  providers(): Overview["providers"] {
    return this.#source
      .providers()
      .filter(({ down }) => down)
      .map(({ provider, message }) => ({ provider, message: redact(message) }));
  }

  get now(): number {
    return this.#now();
  }

  eventsAfter(id: number): readonly BoardEvent[] {
    return this.#events.filter((event) => event.id > id);
  }

  /** Tells of circuits that were looked at, or are gone. Returns a function that stops it. */
  watch(watcher: (changed: readonly string[]) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** Does what an operator asks for. Undefined when there is no such circuit. */
  act(action: Action): CircuitRow | undefined {
    const circuit = this.#find(action.circuit);
    if (circuit === undefined) return undefined;
    const message = applied(circuit, action);
    // A forced state is told by its transition.
    if (message !== undefined) this.#add({ kind: "operator", circuit: circuit.name, message });
    this.#lookAt(circuit);
    this.#tell();
    return this.#records.get(circuit.name)?.row;
  }

  close(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#urgent);
    for (const stop of this.#stop) stop();
    for (const closing of [...this.#closing]) closing();
    this.#watchers.clear();
  }

  /** Tells once that nothing more will come. Returns a function that stops it. */
  onClose(closing: () => void): () => void {
    this.#closing.add(closing);
    return () => {
      this.#closing.delete(closing);
    };
  }

  #find(name: string): BoardCircuit | undefined {
    for (const circuit of this.#source) if (circuit.name === name) return circuit;
    return undefined;
  }

  #add(body: EventBody): void {
    const event: BoardEvent = { id: this.#nextEvent++, at: this.#now(), ...body };
    this.#events = [...this.#events.slice(1 - KEPT_EVENTS), event];
    this.#recordOf(event.circuit).addEvent(event);
    this.#news.add(event.circuit);
    // Not from within the event: whoever caused it is in the middle of something.
    this.#urgent ??= setImmediate(() => {
      this.#urgent = undefined;
      this.#tell();
    });
  }

  /** Looks at each, but not at more than `most`. */
  #lookAtAll(most: number): void {
    let left = most;
    for (const circuit of this.#source) {
      if (left-- === 0) break;
      this.#lookAt(circuit);
    }
    this.#forget();
  }

  /** Looks at `most` circuits, from where the last look left off. At the end of a round it rests till the next tick. */
  #lookAtNext(most: number, longestMs: number): void {
    const end = performance.now() + longestMs;
    for (let looked = 0; looked < most && performance.now() < end; looked++) {
      const next = this.#left.next();
      if (next.done === true) {
        this.#forget();
        // A copy: a registry changes its order as circuits are used.
        this.#left = [...this.#source][Symbol.iterator]();
        return;
      }
      this.#lookAt(next.value);
    }
  }

  #lookAt(circuit: BoardCircuit | undefined): void {
    if (circuit === undefined) return;
    const record = this.#recordOf(circuit.name);
    const observing = record.look(circuit.snapshot(), this.#now());
    this.#changed.add(circuit.name);
    if (observing === "ended")
      this.#add({ kind: "operator", circuit: circuit.name, message: "it no longer only observes" });
  }

  #recordOf(name: string): CircuitRecord {
    let record = this.#records.get(name);
    if (record === undefined) {
      const short = Math.ceil(SHORT_HISTORY_MS / this.#everyMs);
      const samples = this.#records.size < this.#most ? this.#samples : short;
      record = new CircuitRecord(name, { everyMs: this.#everyMs, samples });
      this.#records.set(name, record);
    }
    return record;
  }

  /** Drops the records of circuits that the registry has forgotten. */
  #forget(): void {
    const names = new Set<string>();
    for (const { name } of this.#source) names.add(name);
    for (const name of this.#records.keys()) {
      if (names.has(name)) continue;
      this.#records.delete(name);
      this.#changed.add(name);
    }
  }

  #tell(): void {
    const news = [...this.#news];
    this.#news.clear();
    for (const name of news) this.#lookAt(this.#find(name));
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const watcher of this.#watchers) watcher(changed);
  }
}

function within(option: string, value: number, least: number, most: number): void {
  if (!Number.isFinite(value) || value < least || value > most)
    throw new RangeError(`${option} is ${value}; give a number from ${least} to ${most}.`);
}
