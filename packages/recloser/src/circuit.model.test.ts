import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { consecutive } from "./detect/consecutive.js";
import type { Verdict } from "./outcome/verdict.js";
import { Model, type ModelCall, type ModelSettings } from "./testing/model.js";
import { consecutiveRule } from "./testing/model-rules.js";
import { type Command, commands, POLICIES, Subject, settings } from "./testing/subject.js";
import { FAILED, NEUTRAL, OK } from "./testing/verdicts.js";

/** Takes a step in both and compares what they say. */
function step(subject: Subject, model: Model, one: Command): void {
  const now = () => subject.clock.now();
  const ask = (streaming: boolean): ModelCall | undefined => {
    const said = subject.ask(streaming);
    const expected = model.ask(now(), streaming);
    expect(typeof said === "string" ? said : "admitted").toBe(
      typeof expected === "string" ? expected : "admitted",
    );
    return typeof expected === "string" ? undefined : expected;
  };
  const settle = (n: number, given: Verdict): void => {
    const call = model.calls[n];
    if (call !== undefined) expect(subject.settle(n, given)).toBe(model.settle(call, given, now()));
  };
  switch (one.do) {
    case "ask":
      ask(one.streaming);
      break;
    case "call":
      for (let i = 0; i < one.times; i++) if (ask(false)) settle(model.calls.length - 1, one.verdict);
      break;
    case "settle":
      settle(one.which % Math.max(1, model.calls.length), one.verdict);
      break;
    case "token": {
      subject.do(one);
      const call = model.calls[one.which % Math.max(1, model.calls.length)];
      if (call !== undefined) model.token(call, now());
      break;
    }
    case "force":
      subject.do(one);
      model.force(one.to, one.forMs, now());
      break;
    case "release":
      subject.do(one);
      model.release(now());
      break;
    case "wait":
    case "read":
    case "neutral":
      subject.do(one);
      break;
  }
  model.pass(now());
  expect(subject.circuit.state).toBe(model.state);
  expect(subject.transitions).toEqual(model.transitions);
  const { epoch, endsInMs, totals, inFlight } = subject.circuit.snapshot();
  expect(epoch).toBe(model.epoch);
  expect(endsInMs ?? Infinity).toBeCloseTo(model.until - now(), 3);
  expect(totals).toMatchObject({
    admitted: model.calls.length,
    settled: model.count("settled"),
    aborted: model.count("aborted"),
    expired: model.count("expired"),
  });
  expect(inFlight.total).toBe(model.count(undefined));
}

describe.each(Object.entries(POLICIES))("a circuit with %s", (_name, { detector, rule }) => {
  it("B9: does what the reference model does, whatever happens", () => {
    fc.assert(
      fc.property(settings, commands, (chosen, all) => {
        const subject = new Subject(detector, chosen);
        const model = new Model(rule(), chosen);
        for (const one of all) step(subject, model, one);
      }),
      { numRuns: 400 },
    );
  });
});

const PLAIN: ModelSettings = {
  stall: { streaming: 20_000, unary: 50_000 },
  leaseMs: Infinity,
  successes: 2,
  maxConcurrent: Infinity,
  retryAfterMaxMs: 60_000,
};

describe("every sequence of six events", () => {
  const ACTIONS = ["admit", "token", "succeed", "fail", "neutral", "moment", "cool-down", "lease"] as const;
  const VERDICTS = { succeed: OK, fail: FAILED, neutral: NEUTRAL } as const;

  it.each(["oldest", "newest"] as const)(
    "keeps the invariants with consecutive(2), settling the %s first",
    (order) => {
      const chosen: ModelSettings = { ...PLAIN, stall: { streaming: 12_000, unary: 12_000 } };
      let sequences = 0;
      const sequence: (typeof ACTIONS)[number][] = [];

      const run = (): void => {
        sequences++;
        const subject = new Subject(consecutive(2), chosen);
        const model = new Model(consecutiveRule(2), chosen);
        const out: number[] = [];
        for (const action of sequence) {
          const now = subject.clock.now();
          const n = (order === "oldest" ? out[0] : out.at(-1)) ?? 0;
          const call = model.calls[n];
          switch (action) {
            case "admit": {
              const expected = model.ask(now, true);
              const said = subject.ask(true);
              if (
                (typeof said === "string" ? said : "admitted") !==
                (typeof expected === "string" ? expected : "admitted")
              )
                throw new Error(`${sequence.join(", ")}: ${String(said)}`);
              if (typeof said !== "string") out.push(subject.permits.length - 1);
              break;
            }
            case "token":
              subject.permits[n]?.progress();
              if (call !== undefined) model.token(call, now);
              break;
            case "succeed":
            case "fail":
            case "neutral":
              out.splice(out.indexOf(n), 1);
              if (
                call !== undefined &&
                subject.settle(n, VERDICTS[action]) !== model.settle(call, VERDICTS[action], now)
              )
                throw new Error(`${sequence.join(", ")}: settled`);
              break;
            case "moment":
              subject.clock.advance(10);
              break;
            case "cool-down":
              subject.clock.advance(7_500);
              break;
            case "lease":
              subject.clock.advance(12_000);
              break;
          }
        }
        model.pass(subject.clock.now());
        const agrees = subject.circuit.state === model.state;
        if (!agrees || subject.transitions.join() !== model.transitions.join()) {
          expect({ sequence, transitions: subject.transitions }).toEqual({
            sequence,
            transitions: model.transitions,
          });
        }
      };

      /** Leaves out what cannot do anything: settling when nothing was admitted, and two waits where one would do. */
      const grow = (outstanding: number): void => {
        if (sequence.length === 6) {
          run();
          return;
        }
        for (const action of ACTIONS) {
          const needsCall = action === "token" || action in VERDICTS;
          if (needsCall && outstanding === 0) continue;
          if (action === "moment" && sequence.at(-1) === "moment") continue;
          sequence.push(action);
          grow(outstanding + (action === "admit" ? 1 : action in VERDICTS ? -1 : 0));
          sequence.pop();
        }
      };
      grow(0);
      expect(sequences).toBeGreaterThan(20_000);
    },
  );
});
