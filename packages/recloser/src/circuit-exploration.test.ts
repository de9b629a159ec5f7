import { describe, expect, it } from "vitest";
import { Model, type ModelSettings } from "./testing/model.js";
import type { Rule } from "./testing/model-rules.js";
import { ACTIONS, type Exploration, isWait, replay, START, type Step, VERDICTS } from "./testing/replay.js";

/** Two failures in a row that are no more than ten minutes apart. Can be copied in a moment. */
class TwoInARow implements Rule {
  #failures = 0;
  #lastAt = -Infinity;
  /** The runs that first tokens have ended, by call. */
  #ended = new Map<number, number>();

  copy(): TwoInARow {
    const rule = new TwoInARow();
    rule.#failures = this.#failures;
    rule.#lastAt = this.#lastAt;
    rule.#ended = new Map(this.#ended);
    return rule;
  }

  asked(): void {}

  token(call: { readonly n: number }, now: number): void {
    this.#ended.set(call.n, now - this.#lastAt > 600_000 ? 0 : this.#failures);
    this.#failures = 0;
  }

  success(call: { readonly tokenAt?: number }): void {
    if (call.tokenAt === undefined) this.#failures = 0;
    this.#ended.clear();
  }

  failure(call: { readonly n: number }, now: number): void {
    this.#failures += this.#ended.get(call.n) ?? 0;
    this.#ended.delete(call.n);
    this.#failures = now - this.#lastAt > 600_000 ? 1 : this.#failures + 1;
    this.#lastAt = now;
  }

  clear(): void {
    this.#failures = 0;
    this.#ended.clear();
  }

  full(now: number): boolean {
    return this.#failures >= 2 && now - this.#lastAt <= 600_000;
  }
}

/** What the sequences have led to: an exploration that never gets anywhere proves nothing. */
interface Explored {
  sequences: number;
  readonly states: Set<string>;
  readonly answers: Set<string>;
  readonly ends: Set<string>;
}

/**
 * Every sequence of just `length` events; the shorter ones are how they begin. The model goes through the tree once and is
 * copied at each fork; the circuit, which cannot be, starts afresh for each sequence. Only what has no subject is left out:
 * a token or an end when there is no call that it could belong to.
 *
 * @param snapshotEach compares the snapshot too, at the end of one sequence in so many.
 */
function explore(exploration: Exploration, snapshotEach: number): Explored {
  const { length, order, waits, streaming } = exploration;
  const steps: Step[] = [];
  const explored: Explored = { sequences: 0, states: new Set(), answers: new Set(), ends: new Set() };

  const grow = (model: Model, rule: TwoInARow, now: number, out: readonly number[]): void => {
    if (steps.length === length) {
      explored.sequences++;
      for (const { end = "in flight" } of model.calls) explored.ends.add(end);
      replay(steps, model, exploration, explored.sequences % snapshotEach === 0);
      return;
    }
    const n = (order === "oldest" ? out[0] : out.at(-1)) ?? -1;
    for (const action of ACTIONS) {
      const needsCall = action === "token" || action in VERDICTS;
      if (needsCall && n === -1) continue;
      const nextRule = rule.copy();
      const next = model.copy(nextRule);
      const call = next.calls[n];
      let then = now;
      let left = out;
      let answer: string | boolean | undefined;
      if (action === "admit") {
        const asked = next.ask(now, streaming);
        answer = typeof asked === "string" ? asked : "admitted";
        explored.answers.add(answer);
        if (typeof asked !== "string") left = [...out, asked.n];
      } else if (isWait(action)) {
        then = now + waits[action];
      } else if (call === undefined) {
        throw new Error("there is no such call");
      } else if (action === "token") {
        next.token(call, now);
      } else {
        answer = next.settle(call, VERDICTS[action], now);
        left = out.filter((one) => one !== n);
      }
      next.pass(then);
      explored.states.add(next.state);
      const { state, until, transitions } = next;
      steps.push({
        action,
        n: needsCall ? n : -1,
        answer,
        state,
        until,
        transitions: transitions.length,
      });
      grow(next, nextRule, then, left);
      steps.pop();
    }
  };
  const rule = new TwoInARow();
  grow(new Model(rule, exploration.settings), rule, START, []);
  return explored;
}

const SETTINGS: ModelSettings = {
  stall: { streaming: 12_000, unary: 12_000 },
  leaseMs: Infinity,
  successes: 2,
  maxConcurrent: Infinity,
  retryAfterMaxMs: 60_000,
};

/** Streams, two probes to close, a lost probe stalls; the state is read after each event. */
const WATCHED: Exploration = {
  length: 8,
  order: "oldest",
  waits: { moment: 10, "cool-down": 7_500, lease: 12_000 },
  settings: SETTINGS,
  streaming: true,
  watched: true,
};

/**
 * Unary calls, one probe to close, a lease of its own; nobody looks before the end. The longest wait is past the lease of a
 * dropped permit, and past everything else on the way: an outage begins, and its cool-down passes, in one go.
 */
const UNWATCHED: Exploration = {
  length: 8,
  order: "newest",
  waits: { moment: 10, "cool-down": 7_500, lease: 901_000 },
  settings: { ...SETTINGS, successes: 1, leaseMs: 11_000 },
  streaming: false,
  watched: false,
};

describe("every sequence of up to eight events, on the real circuit and on the model", () => {
  it.each([
    ["oldest first, watched", WATCHED],
    ["newest first, unwatched", UNWATCHED],
  ])(
    "is the same, and keeps the invariants: settling the %s",
    (_name, exploration) => {
      const short = explore({ ...exploration, length: 5 }, 1);
      expect(short.sequences).toBeGreaterThan(3_000);
      const { sequences, states, answers, ends } = explore(exploration, 97);
      expect(sequences).toBeGreaterThan(1_000_000);
      expect([...states].sort()).toEqual(["closed", "half-open", "open"]);
      expect([...answers]).toEqual(expect.arrayContaining(["admitted", "open", "probing"]));
      expect([...ends]).toEqual(expect.arrayContaining(["aborted", "in flight", "settled"]));
      // Only there does anything happen soon enough after a probe to meet probation, or to be dropped.
      if (exploration === UNWATCHED) {
        expect([...answers]).toContain("saturated");
        expect([...ends]).toContain("expired");
      }
    },
    180_000,
  );
});
