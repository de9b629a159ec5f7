import fc from "fast-check";
import { expect } from "vitest";
import { Circuit } from "../circuit.js";
import { consecutive } from "../detect/consecutive.js";
import type { DetectorFactory } from "../detect/detector.js";
import { errors } from "../detect/errors.js";
import { thresholds } from "../detect/thresholds.js";
import type { Verdict } from "../outcome/verdict.js";
import type { Permit } from "../permit.js";
import type { CircuitSnapshot } from "../snapshot.js";
import { type FakeClock, fakeClock } from "./fake-clock.js";
import type { ModelSettings } from "./model.js";
import { consecutiveRule, errorsRule, type Rule, thresholdsRule } from "./model-rules.js";
import { FAILED, NEUTRAL, OK } from "./verdicts.js";

const START = 1_000_000;

export const POLICIES: Record<string, { readonly detector: DetectorFactory; readonly rule: () => Rule }> = {
  errors: { detector: errors(), rule: () => errorsRule(START) },
  "consecutive(3)": { detector: consecutive(3), rule: () => consecutiveRule(3) },
  thresholds: {
    detector: thresholds({ minCalls: 4, errorRate: 0.55 }),
    rule: () => thresholdsRule(START, 4, 0.55),
  },
};

export type Command =
  | { readonly do: "ask"; readonly streaming: boolean }
  | { readonly do: "token"; readonly which: number }
  | { readonly do: "settle"; readonly which: number; readonly verdict: Verdict }
  | { readonly do: "call"; readonly verdict: Verdict; readonly times: number }
  /** Calls that settle at once and say nothing; their permits are not counted. */
  | { readonly do: "neutral"; readonly times: number }
  | { readonly do: "force"; readonly to: "open" | "closed"; readonly forMs: number }
  | { readonly do: "release" }
  | { readonly do: "read" }
  | { readonly do: "wait"; readonly ms: number };

const throttled: fc.Arbitrary<Verdict> = fc.record({
  verdict: fc.constant("failure" as const),
  reason: fc.constantFrom(
    "throttled" as const,
    "quota" as const,
    "server-error" as const,
    "timeout" as const,
  ),
  retryAfterMs: fc.constantFrom(0, 1, 2_000, 20_000, 50_000, 100_000),
});
export const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(OK) },
  { weight: 6, arbitrary: fc.constant(FAILED) },
  { weight: 1, arbitrary: fc.constant(NEUTRAL) },
  { weight: 1, arbitrary: throttled },
);
export const which = fc.nat({ max: 30 });
/** A moment, past most cool-downs, a lease, a stall deadline, the longest cool-down, a permit's lease, hours. */
export const wait = fc.constantFrom(
  1,
  40,
  700,
  1_500,
  5_000,
  7_501,
  12_000,
  20_000,
  31_000,
  50_001,
  300_000,
  901_000,
  9e6,
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("ask" as const), streaming: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("token" as const), which }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("settle" as const), which, verdict }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      verdict,
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 6, arbitrary: wait.map((ms) => ({ do: "wait" as const, ms })) },
  { weight: 1, arbitrary: fc.constant({ do: "read" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("force" as const),
      to: fc.constantFrom("open" as const, "closed" as const),
      forMs: fc.constantFrom(1, 3_000, 120_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "release" as const }) },
);
export const commands = fc.array(command, { maxLength: 60 });

export const settings: fc.Arbitrary<ModelSettings> = fc.record({
  stall: fc.constantFrom({ streaming: 20_000, unary: 50_000 }, { streaming: 20_000, unary: 20_000 }),
  leaseMs: fc.constantFrom(Infinity, 12_000),
  successes: fc.constantFrom(1, 2, 3),
  maxConcurrent: fc.constantFrom(Infinity, 3),
  retryAfterMaxMs: fc.constant(60_000),
});

/** The circuit under test, with what it has said. */
export class Subject {
  readonly clock: FakeClock = fakeClock(START);
  readonly circuit: Circuit;
  readonly transitions: string[] = [];
  readonly permits: Permit[] = [];
  /** How often each permit was settled, by its own account or the circuit's. */
  readonly ends: number[] = [];

  constructor(
    detector: DetectorFactory,
    { stall, leaseMs, successes, maxConcurrent, retryAfterMaxMs }: ModelSettings,
  ) {
    this.circuit = new Circuit("openai/gpt-5", {
      detector,
      clock: this.clock,
      random: () => 0.5,
      stallDeadlineMs: stall,
      coolDown: { retryAfterMaxMs },
      probes: { leaseMs, successes },
      maxConcurrent,
    });
    this.circuit.on("transition", ({ from, to, at }) => this.transitions.push(`${from} > ${to} at ${at}`));
  }

  /** The permit, or why not. */
  ask(streaming: boolean): Permit | string {
    const n = this.permits.length;
    const admission = this.circuit.admit({ streaming, onAbort: () => this.#ended(n) });
    if (!admission.ok) {
      expect(admission.failure.retryAfterMs).toBeGreaterThanOrEqual(0);
      return admission.failure.reason;
    }
    this.permits.push(admission.permit);
    this.ends.push(0);
    return admission.permit;
  }

  settle(n: number, given: Verdict): boolean {
    const settled = this.permits[n]?.settle(given) ?? false;
    if (settled) this.#ended(n);
    return settled;
  }

  #mayProbe(): boolean {
    const { state, inFlight } = this.circuit.snapshot();
    return (
      state === "closed" || state === "forced-closed" || (state === "half-open" && inFlight.waiting === 0)
    );
  }

  #ended(n: number): void {
    this.ends[n] = (this.ends[n] ?? 0) + 1;
  }

  run(all: readonly Command[]): this {
    for (const one of all) this.do(one);
    return this;
  }

  do(one: Command): void {
    switch (one.do) {
      case "ask":
        this.ask(one.streaming);
        return;
      case "token":
        this.permits[one.which % this.permits.length]?.progress();
        return;
      case "settle":
        if (this.permits.length > 0) this.settle(one.which % this.permits.length, one.verdict);
        return;
      case "call":
        for (let i = 0; i < one.times; i++) {
          const permit = this.ask(false);
          if (typeof permit !== "string") this.settle(this.permits.length - 1, one.verdict);
        }
        return;
      case "neutral":
        for (let i = 0; i < one.times && this.#mayProbe(); i++) {
          const admission = this.circuit.admit();
          if (admission.ok) admission.permit.settle(NEUTRAL);
        }
        return;
      case "force":
        this.circuit.force(one.to, { forMs: one.forMs, reason: "test" });
        return;
      case "release":
        this.circuit.release();
        return;
      case "wait":
        this.clock.advance(one.ms);
        return;
      case "read":
        this.circuit.snapshot();
        return;
    }
  }
}

export const isConserved = ({ totals, inFlight }: CircuitSnapshot): boolean =>
  totals.admitted === totals.settled + totals.expired + totals.aborted + inFlight.total;
