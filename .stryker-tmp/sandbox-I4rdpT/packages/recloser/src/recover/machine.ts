// @ts-nocheck
import type { Trip } from "../detect/detector.js";
import type { StateName } from "../outcome/outcome.js";
import type { FailureVerdict } from "../outcome/verdict.js";
import { seconds } from "../outcome/words.js";
import { type CoolDownOptions, coolDownMs, hintedMs, longestOpeningMs, QUOTA } from "./cool-down.js";
import type { Cause, HalfOpen, State } from "./state.js";

export interface MachineOptions {
  readonly coolDown: Required<CoolDownOptions>;
  readonly probes: { readonly successes: number; readonly leaseMs: number };
  readonly random: () => number;
}

/** Called after each change, with the state before it. */
export type OnChange<Probe> = (from: State<Probe>["name"], message: string, at: number) => void;

/**
 * Where a circuit stands, and what moves it: trips, probes, operators and time. It knows nothing of evidence, and reads no
 * clock: whoever owns it says what time it is.
 */
export class Machine<Probe extends { readonly admittedAt: number }> {
  state: State<Probe>;
  /** Counts the changes. */
  epoch = 0;
  /** How often it has opened. */
  opened = 0;
  /** The epoch of the latest change to a state that is not healthy. */
  leftHealthIn = 0;
  readonly #options: MachineOptions;
  readonly #onChange: OnChange<Probe>;
  /** Probes that failed since one last succeeded. */
  #failedProbes = 0;
  /** The latest clock time that a failure since the last success asked us to wait for. */
  #hintUntil = -Infinity;
  /** Why it first opened, while it has not closed since. */
  #trippedBy = "";

  constructor(options: MachineOptions, now: number, onChange: OnChange<Probe>) {
    this.#options = options;
    this.#onChange = onChange;
    this.state = { name: "closed", since: now };
  }

  get healthy(): boolean {
    return this.state.name === "closed" || this.state.name === "forced-closed";
  }

  /** A success: whatever earlier failures asked for no longer holds. */
  calm(): void {
    this.#hintUntil = -Infinity;
  }

  /** A failure asked to be left alone for `askedMs`. While open, a later hint extends the opening; nothing shortens one. */
  asked(askedMs: number | undefined, now: number): void {
    // Not a time at all, or none: NaN compares with nothing.
    if (askedMs === undefined || !(askedMs > 0)) return;
    const { state } = this;
    if (state.name === "open") {
      state.until = Math.max(
        state.until,
        now + hintedMs(this.#options.coolDown, askedMs, this.#options.random),
      );
    } else {
      this.#hintUntil = Math.max(this.#hintUntil, now + askedMs);
    }
  }

  trip({ kind = "failing", message }: Trip, now: number): void {
    this.#trippedBy = message;
    this.#open({ kind, message }, now);
  }

  /** Probes that failed since one last succeeded. */
  get failedProbes(): number {
    return this.#failedProbes;
  }

  probeSucceeded(state: HalfOpen<Probe>, now: number): void {
    // A probe that got through is proof: the back-off starts afresh.
    this.#failedProbes = 0;
    this.calm();
    state.probe = undefined;
    state.successes++;
    const needed = this.#options.probes.successes;
    if (state.successes < needed) return;
    const probes = needed === 1 ? "a probe" : `${needed} probes in a row`;
    this.#become({ name: "closed", since: now }, now, `${probes} succeeded`);
  }

  probeFailed(verdict: FailureVerdict, now: number): void {
    this.#failedProbes++;
    this.asked(verdict.retryAfterMs, now);
    const kind = verdict.reason === "throttled" || verdict.reason === "quota" ? verdict.reason : "failing";
    const last = verdict.detail ?? verdict.reason;
    const failed =
      this.#failedProbes === 1
        ? `a probe failed: ${last}`
        : `${this.#failedProbes} probes in a row failed, last: ${last}`;
    const message = this.#trippedBy === "" ? failed : `${this.#trippedBy}; since then ${failed}`;
    this.#open({ kind, message }, now);
  }

  force(to: "open" | "closed", until: number, cause: Cause, now: number): void {
    this.#become({ name: `forced-${to}`, since: now, until, cause }, now, cause.message);
  }

  /** Ends a forced state: a forced-open circuit probes first, a forced-closed one starts afresh. */
  release(now: number): void {
    const { state } = this;
    if (state.name === "forced-open") {
      this.#halfOpen(state.cause, now, "the operator's hold is over; the next call is a probe");
    } else if (state.name === "forced-closed") {
      this.#become({ name: "closed", since: now }, now, "the operator's hold is over");
    }
  }

  /** When the state ends by itself, or its probe's lease does; Infinity when neither will. */
  get dueAt(): number {
    const { state } = this;
    if ("until" in state) return state.until;
    if (state.name === "closed" || state.probe === undefined) return Infinity;
    return state.probe.admittedAt + this.#options.probes.leaseMs;
  }

  /** The state's time is over. A lost probe is for the owner to judge. */
  due(at: number): void {
    const { state } = this;
    if (state.name === "open")
      this.#halfOpen(state.cause, at, "the cool-down is over; the next call is a probe");
    else this.release(at);
  }

  save(now: number): SavedMachine {
    const { state } = this;
    return {
      state: state.name,
      forMs: now - state.since,
      ...("until" in state ? { endsInMs: state.until - now } : {}),
      ...("cause" in state ? { cause: state.cause } : {}),
      ...(state.name === "half-open" ? { successes: state.successes } : {}),
      epoch: this.epoch,
      opened: this.opened,
      failedProbes: this.#failedProbes,
      ...(this.#hintUntil > now ? { askedForMs: this.#hintUntil - now } : {}),
      trippedBy: this.#trippedBy,
    };
  }

  /** Takes up what `save` gave. Nothing is announced: nothing has changed but the process. */
  restore(saved: SavedMachine, now: number): void {
    this.state = restored(saved, longestOpeningMs(this.#options.coolDown), now);
    this.epoch = saved.epoch;
    this.leftHealthIn = saved.epoch;
    this.opened = saved.opened;
    this.#failedProbes = saved.failedProbes;
    this.#hintUntil = saved.askedForMs === undefined ? -Infinity : now + saved.askedForMs;
    this.#trippedBy = saved.trippedBy;
  }

  #open(cause: Cause, now: number): void {
    const { random } = this.#options;
    // Money comes back in minutes at best: asking every few seconds helps nobody.
    const coolDown =
      cause.kind === "quota" ? { ...this.#options.coolDown, ...QUOTA } : this.#options.coolDown;
    const asked = this.#hintUntil - now;
    const lasts = Math.max(
      coolDownMs(coolDown, this.#failedProbes, random),
      asked > 0 ? hintedMs(coolDown, asked, random) : 0,
    );
    this.opened++;
    const message = `${cause.message}; the next probe is due in ${seconds(lasts)}`;
    this.#become({ name: "open", since: now, until: now + lasts, cause }, now, message);
  }

  #halfOpen(cause: Cause, now: number, message: string): void {
    this.#become({ name: "half-open", since: now, cause, probe: undefined, successes: 0 }, now, message);
  }

  #become(next: State<Probe>, now: number, message: string): void {
    const from = this.state.name;
    this.state = next;
    this.epoch++;
    if (next.name === "closed") {
      this.calm();
      this.#failedProbes = 0;
      this.#trippedBy = "";
    }
    if (!this.healthy) this.leftHealthIn = this.epoch;
    this.#onChange(from, message, now);
  }
}

export interface SavedMachine {
  readonly state: StateName;
  readonly forMs: number;
  readonly endsInMs?: number;
  readonly cause?: Cause;
  readonly successes?: number;
  readonly epoch: number;
  readonly opened: number;
  readonly failedProbes: number;
  readonly askedForMs?: number;
  readonly trippedBy: string;
}

function restored<Probe>(saved: SavedMachine, longestMs: number, now: number): State<Probe> {
  const since = now - saved.forMs;
  const until = now + (saved.endsInMs ?? 0);
  const cause = saved.cause ?? { kind: "failing", message: "it was so before the restart" };
  switch (saved.state) {
    case "closed":
      return { name: "closed", since };
    case "open":
      return { name: "open", since, until: Math.min(until, now + longestMs), cause };
    case "half-open":
      // Whoever probed is gone with the process.
      return { name: "half-open", since, cause, probe: undefined, successes: saved.successes ?? 0 };
    case "forced-open":
    case "forced-closed":
      return { name: saved.state, since, until, cause };
  }
}
