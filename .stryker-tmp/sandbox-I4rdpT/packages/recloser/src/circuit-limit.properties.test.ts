// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import type { CircuitOptions, Mode } from "./options.js";
import type { Verdict } from "./outcome/verdict.js";
import type { AdmitOptions, Permit } from "./permit.js";
import { fakeClock } from "./testing/fake-clock.js";
import { teach } from "./testing/traffic.js";
import { FAILED, NEUTRAL, OK, permitOf } from "./testing/verdicts.js";

type Command =
  | { readonly do: "ask"; readonly options: AdmitOptions; readonly times: number }
  | { readonly do: "token"; readonly which: number }
  | { readonly do: "end"; readonly which: number; readonly verdict: Verdict }
  | { readonly do: "wait"; readonly ms: number };

const which = fc.nat(40);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      options: fc.record({
        streaming: fc.boolean(),
        priority: fc.constantFrom("interactive" as const, "background" as const),
      }),
      times: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("token" as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      which,
      verdict: fc.constantFrom<Verdict>(OK, OK, FAILED, FAILED, NEUTRAL, { ...FAILED, reason: "throttled" }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(20, 300, 1_300, 2_500, 6_000),
    }),
  },
);
const history = fc.array(command, { minLength: 25, maxLength: 80 });

/** A circuit with the default meters that knows what healthy is: 1.25 s and no more. */
function learned(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options });
  for (const streaming of [true, false]) teach(circuit, clock, 110, { waitMs: 1_250 }, { streaming });
  const calls: (Permit | undefined)[] = [];
  const answers: string[] = [];
  return {
    clock,
    circuit,
    calls,
    /** What each admission was answered with in `enforce` mode, or would have been. */
    answers,
    do(one: Command): void {
      const call = calls[one.do === "token" || one.do === "end" ? one.which % Math.max(1, calls.length) : 0];
      switch (one.do) {
        case "ask":
          for (let n = 0; n < one.times; n++) {
            const before = circuit.snapshot().totals.observed;
            const admission = circuit.admit(one.options);
            const after = circuit.snapshot().totals.observed;
            const observed = Object.entries(after).find(
              ([reason, count]) => count !== before[reason as keyof typeof before],
            );
            answers.push(admission.ok ? (observed?.[0] ?? "admitted") : admission.failure.reason);
            calls.push(admission.ok ? admission.permit : undefined);
          }
          return;
        case "token":
          call?.progress();
          return;
        case "end":
          call?.settle(one.verdict);
          return;
        case "wait":
          clock.advance(one.ms);
          return;
      }
    },
  };
}

describe("a limit", () => {
  it("never starves: once calls end, somebody is admitted within the longest cool-down, whatever came before", () => {
    let limited = 0;
    fc.assert(
      fc.property(
        history,
        fc.constantFrom<AdmitOptions["priority"]>("interactive", "background"),
        (all, priority) => {
          const subject = learned();
          for (const one of all) subject.do(one);
          const { circuit, clock, calls } = subject;
          if (circuit.snapshot().limit.cause !== null) limited++;
          for (const call of calls) call?.settle(OK);
          let refusedMs = 0;
          for (let s = 0; s < 200; s++) {
            const admission = circuit.admit({ streaming: true, ...(priority && { priority }) });
            refusedMs = admission.ok ? 0 : refusedMs + 1_000;
            // Where a call was to be a probe, a caller who is not background waits two seconds for one who is.
            expect(refusedMs).toBeLessThanOrEqual(30_000 + 2_000);
            if (admission.ok) {
              admission.permit.progress();
              admission.permit.settle(OK);
            }
            clock.advance(1_000);
          }
          expect(circuit.snapshot()).toMatchObject({ state: "closed", limit: { cause: null } });
        },
      ),
      { numRuns: 150 },
    );
    // It would prove nothing otherwise.
    expect(limited).toBeGreaterThan(10);
  });

  it("never starves though every call was dropped by its holder: their places are free after the lease", () => {
    fc.assert(
      fc.property(history, (all) => {
        const subject = learned();
        for (const one of all) subject.do(one);
        const { circuit, clock } = subject;
        let refusedMs = 0;
        for (let s = 0; s < 1_200; s += 10) {
          const admission = circuit.admit({ streaming: true });
          refusedMs = admission.ok ? 0 : refusedMs + 10_000;
          if (admission.ok) admission.permit.settle(OK);
          expect(refusedMs).toBeLessThanOrEqual(900_000 + 60_000);
          clock.advance(10_000);
        }
        expect(permitOf(circuit).settle(OK)).toBe(true);
        expect(circuit.snapshot()).toMatchObject({ limit: { cause: null }, inFlight: { total: 0 } });
      }),
      { numRuns: 60 },
    );
  });

  it("never lets more calls wait than it says, nor fewer than one", () => {
    fc.assert(
      fc.property(history, (all) => {
        const subject = learned();
        for (const one of all) {
          const before = subject.circuit.snapshot();
          const admitted = subject.answers.length;
          subject.do(one);
          const { state, limit, inFlight } = subject.circuit.snapshot();
          if (state !== "closed" || limit.waiting === null) continue;
          expect(limit.waiting).toBeGreaterThanOrEqual(2);
          if (one.do !== "ask" || before.limit.waiting !== limit.waiting) continue;
          // Those that were waiting when it began stay; nobody is added to them.
          if (subject.answers.slice(admitted).includes("admitted"))
            expect(inFlight.waiting).toBeLessThanOrEqual(limit.waiting);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("is the same in observe mode, where nothing is rejected and the same counts are reported", () => {
    // Given deadlines: calls that were not sent cannot prove them too short.
    const run = (mode: Mode, maxConcurrent: number, all: readonly Command[]) => {
      const subject = learned({
        mode,
        maxConcurrent,
        stallDeadlineMs: { streaming: 3_600_000, unary: 3_600_000 },
      });
      const heard: string[] = [];
      subject.circuit.on("transition", ({ from, to, at }) => heard.push(`${from} > ${to} at ${at}`));
      subject.circuit.on("limited", ({ message }) => heard.push(message));
      for (const one of all) subject.do(one);
      return { subject, heard, snapshot: subject.circuit.snapshot() };
    };
    fc.assert(
      fc.property(history, fc.constantFrom(Infinity, 6), (all, maxConcurrent) => {
        const enforce = run("enforce", maxConcurrent, all);
        const observe = run("observe", maxConcurrent, all);
        expect(observe.subject.answers).toEqual(enforce.subject.answers);
        expect(observe.heard).toEqual(enforce.heard);
        expect(observe.snapshot.totals.rejected).toEqual({});
        expect(observe.snapshot.totals.observed).toEqual(enforce.snapshot.totals.rejected);
        expect(observe.snapshot.limit).toEqual(enforce.snapshot.limit);
        expect(observe.snapshot.meters).toEqual(enforce.snapshot.meters);
        expect(observe.snapshot.callsPerSecond).toBe(enforce.snapshot.callsPerSecond);
        expect(observe.snapshot.baseline).toEqual(enforce.snapshot.baseline);
      }),
      { numRuns: 200 },
    );
  });
});
