import { Breaker } from "./breaker.js";
import { type CallContext, type CallOptions, runCall, runOrThrow } from "./call.js";
import { type CircuitEvents, type Listener, Listeners } from "./events.js";
import { readMemory } from "./memory.js";
import { type CircuitOptions, type CircuitPolicy, policyOf } from "./options.js";
import type { Outcome, StateName } from "./outcome/outcome.js";
import { seconds } from "./outcome/words.js";
import type { Admission, AdmitOptions } from "./permit.js";
import { ownProbe } from "./recover/own-probe.js";
import { atLeast, checkKeys, oneOf } from "./require.js";
import type { CircuitSnapshot } from "./snapshot.js";
import { runStream } from "./stream.js";

/** A snapshot that is older than this says nothing about today. */
const OLDEST_MS = 86_400_000;

/** A reason is shown in one line, and kept in snapshots. */
const LONGEST_REASON = 500;

/**
 * One breaker for one dependency.
 *
 * `admit` and `settle` are synchronous and do no I/O. State that depends on time is computed when it is read: there are
 * no timers here, and an idle circuit costs nothing.
 */
export class Circuit {
  readonly name: string;
  readonly policy: CircuitPolicy;
  readonly #listeners: Listeners;
  #breaker: Breaker;

  /**
   * @param name what it guards, e.g. `openai/gpt-5`; it appears in messages, events and metrics.
   * @throws RangeError or TypeError when an option is wrong; the message names it, its value and its range.
   */
  constructor(name: string, options: CircuitOptions = {}, parent?: Listeners) {
    if (!isName(name)) throw new TypeError('A circuit needs a name on one line, e.g. "openai/gpt-5".');
    this.name = name;
    this.policy = policyOf(options);
    this.#listeners = new Listeners(parent);
    this.#breaker = this.#newBreaker();
  }

  #newBreaker(): Breaker {
    const { probe } = this.policy;
    return new Breaker(this.name, this.policy, this.#listeners, probe && ownProbe(this, probe));
  }

  /** Where it stands now, computed from the clock. */
  get state(): StateName {
    return this.#breaker.state;
  }

  /**
   * Asks for the right to make one call. Synchronous: the answer is a permit, or a rejection with a reason.
   *
   * @example
   * const admission = circuit.admit({ streaming: true });
   * if (!admission.ok) return reject(admission.failure);
   * admission.permit.progress();
   * admission.permit.settle({ verdict: "success" });
   */
  admit(options?: AdmitOptions): Admission {
    return this.#breaker.admit(options);
  }

  /**
   * Runs `fn` behind the circuit. Never throws for what happens to the call, and never waits longer than its deadlines,
   * even if `fn` ignores its signal. A plain bug in `fn` (its own TypeError or ReferenceError) is thrown through.
   *
   * @example
   * const outcome = await circuit.call(({ signal }) => openai.responses.create(request, { signal }));
   * if (outcome.ok) return outcome.value;
   */
  call<T>(fn: (context: CallContext) => PromiseLike<T> | T, options?: CallOptions<T>): Promise<Outcome<T>> {
    return runCall(this, fn, options);
  }

  /** As `call`, but throws a `CircuitError` that carries the failure. */
  callOrThrow<T>(fn: (context: CallContext) => PromiseLike<T> | T, options?: CallOptions<T>): Promise<T> {
    return runOrThrow(this, fn, options);
  }

  /**
   * Runs `fn`, which returns an async iterable, e.g. an SDK's stream. The call settles when the stream ends, not when it
   * starts; a stream that stalls, is cut or reports an error throws a `CircuitError` to its reader.
   */
  stream<T>(
    fn: (context: CallContext) => PromiseLike<AsyncIterable<T>> | AsyncIterable<T>,
    options?: CallOptions<AsyncIterable<T>>,
  ): Promise<Outcome<AsyncIterable<T>>> {
    return runStream(this, fn, options);
  }

  /**
   * An operator's decision, for a bounded time: `open` rejects everything, `closed` rejects nothing on grounds of health,
   * `observe` goes on deciding and reporting and rejects nothing at all. The latest decision holds. When it ends, a
   * forced-open circuit probes first, a forced-closed one starts with fresh evidence, and an observing one enforces again.
   *
   * @throws RangeError or TypeError when `forMs` is not at least 1 or `reason` is empty or longer than 500 characters.
   */
  force(to: "open" | "closed" | "observe", hold: { readonly forMs: number; readonly reason: string }): void {
    oneOf("force(to)", to, ["open", "closed", "observe"]);
    checkKeys("force", hold, ["forMs", "reason"]);
    const { forMs, reason } = hold;
    atLeast("force.forMs", forMs, 1);
    if (typeof reason !== "string" || reason === "") {
      throw new TypeError("force.reason is empty; say why, for whoever reads the events.");
    }
    if (reason.length > LONGEST_REASON) {
      throw new RangeError(
        `force.reason has ${reason.length} characters; give at most ${LONGEST_REASON}, and a link where more is to be said.`,
      );
    }
    if (to === "observe") {
      this.#breaker.observe(forMs, `an operator had it observe for ${seconds(forMs)}: ${reason}`);
      return;
    }
    const message = `an operator forced it ${to} for ${seconds(forMs)}: ${reason}`;
    this.#breaker.force(to, forMs, { kind: "operator", message });
  }

  /** Ends an operator's decision early: a forced state, or observing. Does nothing where there is none. */
  release(): void {
    this.#breaker.release();
  }

  /** Everything a person or a metric needs, as plain JSON. Times are ages and durations, never another machine's clock. */
  snapshot(): CircuitSnapshot {
    return this.#breaker.snapshot();
  }

  /**
   * Takes up what a snapshot of this circuit remembers: its state, what the meters had gathered, and what was learned. For
   * a restart or a serverless cold start: only a circuit that has not been used takes it up. Calls that were in flight then
   * are not carried over.
   *
   * @param ageMs how long ago the snapshot was taken, in milliseconds. At least 0. Default 0. What is older than a day is
   * no hint any more, and is ignored.
   * @returns whether it was taken up. What cannot be read leaves the circuit as it was.
   */
  restore(snapshot: Pick<CircuitSnapshot, "memory">, ageMs = 0): boolean {
    atLeast("restore(ageMs)", ageMs, 0);
    const memory = readMemory(snapshot);
    if (memory === undefined || ageMs > OLDEST_MS || !this.#breaker.untouched) return false;
    const breaker = this.#newBreaker();
    try {
      breaker.restore(memory, ageMs);
      if (!isReadable(breaker.snapshot())) return false;
    } catch {
      return false;
    }
    this.#breaker = breaker;
    return true;
  }

  /** Listens to this circuit. Returns a function that stops listening. A listener that throws is ignored. */
  on<Name extends keyof CircuitEvents>(event: Name, listener: Listener<CircuitEvents[Name]>): () => void {
    return this.#listeners.on(event, listener);
  }

  /**
   * True when forgetting it would lose little: nothing in flight, and closed, or half-open with nobody to probe for a
   * quarter of an hour.
   */
  get idle(): boolean {
    return this.#breaker.idle;
  }

  /** True when a call was judged or rejected within the last ten minutes. */
  get active(): boolean {
    return this.#breaker.active;
  }
}

export function isName(name: unknown): name is string {
  return typeof name === "string" && /^[^\p{Cc}]+$/u.test(name);
}

function isReadable({ callsPerSecond, meters, forMs }: CircuitSnapshot): boolean {
  return [callsPerSecond, forMs, ...meters.map(({ level }) => level)].every(Number.isFinite);
}
