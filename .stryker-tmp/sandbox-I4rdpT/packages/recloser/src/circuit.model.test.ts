// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict } from "./outcome/verdict.js";
import { Model, type ModelCall } from "./testing/model.js";
import { type Command, CROWD_MS, commands, POLICIES, Subject, settings } from "./testing/subject.js";
import { OK } from "./testing/verdicts.js";

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
    case "crowd": {
      const first = model.calls.length;
      for (let i = 0; i < one.size; i++) ask(true);
      subject.clock.advance(CROWD_MS);
      const crowd = model.calls.slice(first);
      for (const call of crowd) {
        subject.permits[call.n]?.progress();
        model.token(call, now());
      }
      for (const { n } of crowd) settle(n, OK);
      break;
    }
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
    case "warm":
      subject.do(one);
      break;
  }
  model.pass(now());
  expect(subject.circuit.state).toBe(model.state);
  expect(subject.transitions).toEqual(model.transitions);
  const { epoch, endsInMs, totals, inFlight, limit } = subject.circuit.snapshot();
  expect(epoch).toBe(model.epoch);
  // It is given in whole milliseconds.
  if (model.until === Infinity) expect(endsInMs).toBeNull();
  else expect(Math.abs((endsInMs ?? Number.NaN) - (model.until - now()))).toBeLessThanOrEqual(1);
  expect(totals).toMatchObject({
    admitted: model.calls.length,
    settled: model.count("settled"),
    aborted: model.count("aborted"),
    expired: model.count("expired"),
  });
  expect(inFlight.total).toBe(model.count(undefined));
  expect(limit.waiting ?? Infinity).toBe(model.room);
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
