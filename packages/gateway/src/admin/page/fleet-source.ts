import type { BoardCircuit, BoardSource } from "@recloser/dashboard";
import type { CircuitEvents, Listener, TransitionEvent } from "recloser";
import type { CircuitView, Command } from "../../engine/view.js";
import type { EventLog } from "../events.js";
import type { Fleet } from "../fleet.js";

const ASK_EVERY_MS = 2_000;

/**
 * The circuits of several workers, as they said last. Each is its own: workers learn apart. An operator's decision goes to
 * all workers, as it does by the API. Workers tell of a few of the calls that failed, one a second of each reason.
 */
export class FleetSource implements BoardSource {
  readonly #fleet: Fleet;
  readonly #events: EventLog;
  #circuits: readonly BoardCircuit[] = [];
  #names: ReadonlySet<string> = new Set();
  #asking: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  #nextEvent: number;
  #stopWaiting = () => {};
  readonly #listeners = new Set<Listener<TransitionEvent>>();

  constructor(fleet: Fleet, events: EventLog) {
    this.#fleet = fleet;
    this.#events = events;
    this.#nextEvent = events.next;
    this.#timer = setInterval(() => void this.refresh(), ASK_EVERY_MS);
    this.#timer.unref();
    void this.refresh();
    this.#hear();
  }

  [Symbol.iterator](): Iterator<BoardCircuit> {
    return this.#circuits[Symbol.iterator]();
  }

  on<Name extends keyof CircuitEvents>(name: Name, listener: Listener<CircuitEvents[Name]>): () => void {
    if (name === "transition") {
      const heard = listener as Listener<TransitionEvent>;
      this.#listeners.add(heard);
      return () => {
        this.#listeners.delete(heard);
      };
    }
    // Rejections and providers are not sent to this process.
    const stop = this.#fleet.notes?.on((note, worker) => {
      if (note.name !== name) return;
      const event = { ...note.event, circuit: nameOf(note.event.circuit, worker) };
      // The note's name says that it is the event that this listener takes.
      const tell = () => (listener as Listener<object>)(event);
      // A circuit that is not known yet would be forgotten at once, and what is told of it.
      if (this.#names.has(event.circuit)) tell();
      else void this.#afresh().then(tell);
    });
    return stop ?? (() => {});
  }

  providers(): readonly [] {
    return [];
  }

  /** Asks the workers anew. One question at a time: a worker that is slow to answer is not asked more. */
  refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    try {
      const views = await this.#fleet.views();
      this.#circuits = views.flatMap(({ worker, circuits }) =>
        circuits.map((view) => circuitOf(view, worker, (command) => this.#command(command))),
      );
      this.#names = new Set(this.#circuits.map(({ name }) => name));
    } catch {
      // Workers that come and go: the next question may be answered.
    }
  }

  /** As it is now: one that was asked before may be answered as of then. */
  async #afresh(): Promise<void> {
    await this.#asking;
    await this.refresh();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stopWaiting();
  }

  #command(command: Command): void {
    void this.#fleet.command(command).then(
      () => this.refresh(),
      () => {},
    );
  }

  readonly #hear = (): void => {
    const events = this.#events;
    const news: TransitionEvent[] = [];
    for (let n = Math.max(this.#nextEvent, events.oldest); n < events.next; n++) {
      const event = events.at(n);
      if (event?.type !== "transition") continue;
      const { circuit, worker, from, to, epoch, message } = event;
      news.push({ circuit: nameOf(circuit, worker), from, to, epoch, message, at: 0 });
    }
    this.#nextEvent = events.next;
    if (news.length > 0) void this.#tell(news);
    if (!events.closed) this.#stopWaiting = events.onNews(this.#hear);
  };

  /** Whoever hears of a change looks at the circuit: it has to be the one after the change. */
  async #tell(news: readonly TransitionEvent[]): Promise<void> {
    await this.#afresh();
    for (const transition of news) for (const listener of this.#listeners) listener(transition);
  }
}

function circuitOf(
  view: CircuitView,
  worker: number | undefined,
  command: (command: Command) => void,
): BoardCircuit {
  const { circuit } = view;
  const snapshot = { ...view, circuit: nameOf(circuit, worker) };
  return {
    name: snapshot.circuit,
    state: view.state,
    snapshot: () => snapshot,
    force: (to, { forMs, reason }) => command({ kind: "force", circuit, to, forMs, reason }),
    release: () => command({ kind: "release", circuit }),
  };
}

function nameOf(circuit: string, worker: number | undefined): string {
  return worker === undefined ? circuit : `${circuit} (worker ${worker})`;
}
