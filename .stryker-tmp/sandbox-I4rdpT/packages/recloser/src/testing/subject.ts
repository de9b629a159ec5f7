// @ts-nocheck
import fc from "fast-check";
import { expect } from "vitest";
import { Circuit } from "../circuit.js";
import { consecutive } from "../detect/consecutive.js";
import type { DetectorFactory } from "../detect/detector.js";
import { errors } from "../detect/errors.js";
import { meters } from "../detect/meters.js";
import { thresholds } from "../detect/thresholds.js";
import type { CircuitOptions } from "../options.js";
import type { StateName } from "../outcome/outcome.js";
import type { Verdict } from "../outcome/verdict.js";
import type { Permit } from "../permit.js";
import type { CircuitSnapshot } from "../snapshot.js";
import { type FakeClock, fakeClock } from "./fake-clock.js";
import type { ModelSettings } from "./model.js";
import { consecutiveRule, errorsRule, type Rule, thresholdsRule } from "./model-rules.js";
import { FAILED, NEUTRAL, OK } from "./verdicts.js";

const START = 1_000_000;
/** How long the calls of a crowd wait for a first token. */
export const CROWD_MS = 500;

export const POLICIES: Record<string, { readonly detector: DetectorFactory; readonly rule: () => Rule }> = {
  errors: { detector: errors(), rule: () => errorsRule(START) },
  "consecutive(3)": { detector: consecutive(3), rule: () => consecutiveRule(3) },
  thresholds: {
    detector: thresholds({ minCalls: 4, errorRate: 0.55 }),
    rule: () => thresholdsRule(START, 4, 0.55),
  },
};

/** The same, and the default policy, of which there is no model. */
export const DETECTORS: Record<string, DetectorFactory> = {
  ...Object.fromEntries(Object.entries(POLICIES).map(([name, { detector }]) => [name, detector])),
  "meters, the default": meters(),
};

export type Command =
  | { readonly do: "ask"; readonly streaming: boolean }
  | { readonly do: "token"; readonly which: number }
  | { readonly do: "settle"; readonly which: number; readonly verdict: Verdict }
  | { readonly do: "call"; readonly verdict: Verdict; readonly times: number }
  /** Streams at the same time, which all go well. */
  | { readonly do: "crowd"; readonly size: number }
  /** Calls that settle at once and say nothing; their permits are not counted. */
  | { readonly do: "neutral"; readonly times: number }
  | { readonly do: "force"; readonly to: "open" | "closed"; readonly forMs: number }
  | { readonly do: "release" }
  | { readonly do: "read" }
  | { readonly do: "wait"; readonly ms: number }
  /** Healthy streams, one after the other, until there is a baseline to compare with. */
  | { readonly do: "warm" };

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
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("crowd" as const), size: fc.integer({ min: 2, max: 20 }) }),
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
/** Some begin on a circuit that has learned what healthy is. */
export const histories: fc.Arbitrary<readonly Command[]> = fc
  .tuple(fc.boolean(), commands)
  .map(([warm, all]) => (warm ? [{ do: "warm" }, ...all] : all));

export const settings: fc.Arbitrary<ModelSettings> = fc.record({
  stall: fc.constantFrom({ streaming: 20_000, unary: 50_000 }, { streaming: 20_000, unary: 20_000 }),
  leaseMs: fc.constantFrom(Infinity, 12_000),
  successes: fc.constantFrom(1, 2, 3),
  maxConcurrent: fc.constantFrom(Infinity, 3),
  retryAfterMaxMs: fc.constant(60_000),
});

/** The circuit under test, with what it has said. */
export class Subject {
  readonly clock: FakeClock;
  readonly circuit: Circuit;
  readonly transitions: string[] = [];
  readonly #changes: { readonly from: StateName; readonly to: StateName; readonly at: number }[] = [];
  readonly permits: Permit[] = [];
  /** How often each permit was settled, by its own account or the circuit's. */
  readonly ends: number[] = [];

  constructor(
    detector: DetectorFactory,
    { stall, leaseMs, successes, maxConcurrent, retryAfterMaxMs }: ModelSettings,
    { start = START, ...more }: CircuitOptions & { readonly start?: number } = {},
  ) {
    this.clock = fakeClock(start);
    this.circuit = new Circuit("openai/gpt-5", {
      detector,
      clock: this.clock,
      random: () => 0.5,
      stallDeadlineMs: stall,
      coolDown: { retryAfterMaxMs },
      probes: { leaseMs, successes },
      maxConcurrent,
      ...more,
    });
    this.circuit.on("transition", ({ from, to, at }) => {
      this.transitions.push(`${from} > ${to} at ${at}`);
      this.#changes.push({ from, to, at });
    });
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

  /** Starts afresh with what it remembers of calls and transitions; the circuit goes on. */
  forget(): void {
    for (const list of [this.transitions, this.#changes, this.permits, this.ends]) list.length = 0;
  }

  /** The transitions, in milliseconds after `origin`. */
  since(origin: number): { readonly from: StateName; readonly to: StateName; readonly at: number }[] {
    return this.#changes.map(({ from, to, at }) => ({ from, to, at: at - origin }));
  }

  #mayProbe(): boolean {
    const { state } = this.circuit;
    return (
      state === "closed" ||
      state === "forced-closed" ||
      (state === "half-open" && this.circuit.snapshot().inFlight.waiting === 0)
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
      case "crowd": {
        const first = this.permits.length;
        for (let i = 0; i < one.size; i++) this.ask(true);
        this.clock.advance(CROWD_MS);
        const last = this.permits.length;
        for (let n = first; n < last; n++) this.permits[n]?.progress();
        for (let n = first; n < last; n++) this.settle(n, OK);
        return;
      }
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
      case "warm":
        for (let i = 0; i < 110; i++) {
          this.clock.advance(1_000);
          const admission = this.circuit.admit({ streaming: true });
          this.clock.advance(300 + ((i * 37) % 200));
          if (!admission.ok) continue;
          admission.permit.progress();
          this.clock.advance(100);
          admission.permit.settle(OK);
        }
        return;
      case "read":
        this.circuit.snapshot();
        return;
    }
  }
}

export const isConserved = ({ totals, inFlight }: CircuitSnapshot): boolean =>
  totals.admitted === totals.settled + totals.expired + totals.aborted + inFlight.total;
