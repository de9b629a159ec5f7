import type { CircuitMore, LiveMessage, RowsChanged } from "../contract/contract.js";
import { type Board, MOST_ROWS } from "./board.js";
import type { CircuitRecord } from "./record.js";

const encoder = new TextEncoder();
/** Something is said at least this often, so that a reader knows a silence for what it is. */
const BEAT_MS = 1_000;
/** What a reader who does not read may have outstanding; then it waits, and misses nothing but steps in between. */
const MOST_BYTES = 4_194_304;

/**
 * The board as server-sent events: everything first, then what has changed, each second. With `circuit`, also all about
 * that one. A slow reader gets the latest later; it costs a set of names.
 */
export function liveStream(board: Board, circuit: string | undefined): ReadableStream<Uint8Array> {
  let stop = () => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const reader = new Reader(board, circuit, (message) => controller.enqueue(encoded(message)));
        reader.begin();
        const flush = () => {
          if ((controller.desiredSize ?? 0) > 0) reader.flush();
        };
        const unwatch = board.watch((changed) => {
          if (reader.changed(changed)) flush();
        });
        const beat = setInterval(flush, BEAT_MS);
        beat.unref();
        const unclose = board.onClose(() => {
          stop();
          controller.close();
        });
        stop = () => {
          clearInterval(beat);
          unwatch();
          unclose();
        };
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_BYTES }),
  );
}

function encoded({ type, data }: LiveMessage): Uint8Array {
  return encoder.encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** What one reader has been told, and has yet to be. */
class Reader {
  readonly #board: Board;
  readonly #circuit: string | undefined;
  readonly #say: (message: LiveMessage) => void;
  readonly #dirty = new Set<string>();
  readonly #sent = new Map<string, string>();
  #lastEvent = 0;
  /** What was told of the circuit that was asked for. */
  #told: { record: CircuitRecord; sampleAt: number; event: number; exemplars: number } | undefined;

  constructor(board: Board, circuit: string | undefined, say: (message: LiveMessage) => void) {
    this.#board = board;
    this.#circuit = circuit;
    this.#say = say;
  }

  begin(): void {
    const data = this.#board.overview();
    for (const row of data.rows) this.#sent.set(row.circuit, JSON.stringify(row));
    this.#lastEvent = data.events.at(-1)?.id ?? 0;
    this.#say({ type: "overview", data });
    if (this.#circuit !== undefined) this.#detail(this.#circuit);
  }

  /** Notes what has changed. True when it cannot wait for the next beat: a circuit stands otherwise than before. */
  changed(names: readonly string[]): boolean {
    for (const name of names) this.#dirty.add(name);
    return this.#board.eventsAfter(this.#lastEvent).length > 0;
  }

  flush(): void {
    const board = this.#board;
    const { rows, gone } = this.#rows();
    const events = board.eventsAfter(this.#lastEvent);
    this.#lastEvent = events.at(-1)?.id ?? this.#lastEvent;
    const data: RowsChanged = {
      at: board.now,
      rows,
      gone,
      hidden: board.hidden,
      providers: board.providers(),
      events,
    };
    this.#say({ type: "rows", data });
    if (this.#circuit !== undefined) this.#more(this.#circuit);
  }

  #rows(): Pick<RowsChanged, "rows" | "gone"> {
    const shown = this.#board.hidden > 0 ? this.#board.rows() : undefined;
    const candidates = shown ?? [...this.#dirty].map((name) => this.#board.record(name)?.row);
    const gone = [...this.#dirty].filter((name) => this.#board.record(name) === undefined);
    if (shown !== undefined) {
      const names = new Set(shown.map(({ circuit }) => circuit));
      gone.push(...[...this.#sent.keys()].filter((name) => !names.has(name)));
    }
    this.#dirty.clear();
    for (const name of gone) this.#sent.delete(name);
    const rows = candidates
      .filter((row) => row !== undefined)
      .filter((row) => {
        const json = JSON.stringify(row);
        if (this.#sent.get(row.circuit) === json) return false;
        this.#sent.set(row.circuit, json);
        return true;
      });
    return { rows: rows.slice(0, MOST_ROWS), gone };
  }

  #detail(name: string): void {
    const data = this.#board.detail(name);
    const record = this.#board.record(name);
    if (data === undefined || record === undefined) {
      this.#told = undefined;
      this.#say({ type: "absent", data: { at: this.#board.now, circuit: name } });
      return;
    }
    this.#say({ type: "detail", data });
    this.#told = {
      record,
      sampleAt: record.samples.latestAt,
      event: data.events.at(-1)?.id ?? 0,
      exemplars: record.exemplars.version,
    };
  }

  #more(name: string): void {
    const record = this.#board.record(name);
    const told = this.#told;
    // It has come, or gone, or its history began afresh.
    if (record !== told?.record || (told !== undefined && told.record.samples.latestAt < told.sampleAt)) {
      if (record !== undefined || told !== undefined) this.#detail(name);
      return;
    }
    if (record?.facts === undefined || told === undefined) return;
    const events = record.eventsAfter(told.event);
    const { version } = record.exemplars;
    const { latestAt } = record.samples;
    if (events.length === 0 && version === told.exemplars && latestAt === told.sampleAt) return;
    const data: CircuitMore = {
      circuit: name,
      facts: record.facts,
      samples: record.samples.from(told.sampleAt + 1),
      events,
      exemplars: record.exemplars.list(),
    };
    told.sampleAt = latestAt;
    told.event = events.at(-1)?.id ?? told.event;
    told.exemplars = version;
    this.#say({ type: "more", data });
  }
}
