// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { Circuits } from "./circuits.js";
import { anyOf } from "./detect/any-of.js";
import { thresholds } from "./detect/thresholds.js";
import { type CircuitOptions, policyOf } from "./options.js";

describe("options", () => {
  it("have the documented defaults", () => {
    expect(policyOf()).toMatchObject({
      errorThreshold: 0.3,
      falseOpensPerDay: 1,
      errorThresholdWithFallback: 0.1,
      // Learned.
      stallDeadlineMs: { streaming: undefined, unary: undefined },
      coolDown: { initialMs: 5_000, growth: 1.5, maxMs: 30_000, retryAfterMaxMs: 900_000 },
      probes: { successes: 1, leaseMs: Infinity },
      maxConcurrent: Infinity,
      retries: undefined,
      probe: undefined,
      mode: "enforce",
      timeoutMs: Infinity,
      firstTokenTimeoutMs: Infinity,
      stallTimeoutMs: Infinity,
    });
    expect(policyOf({ coolDown: { initialMs: 60_000 } }).coolDown.maxMs).toBe(60_000);
    expect(policyOf({ retries: {} }).retries).toEqual({ attempts: 2, budget: 0.1 });
  });

  it("take an errorThreshold that is given with a fallback as without one, 0 and 1 included", () => {
    for (const errorThreshold of [0, 0.1, 0.3, 1])
      expect(policyOf({ errorThreshold })).toMatchObject({
        errorThreshold,
        errorThresholdWithFallback: errorThreshold,
      });
  });

  const refused: readonly (readonly [string, unknown, string])[] = [
    ["an unknown key", { threshold: 0.5 }, 'options has no option "threshold"; it has errorThreshold,'],
    [
      "an unknown key of a group",
      { coolDown: { initial: 5 } },
      'coolDown has no option "initial"; it has initialMs,',
    ],
    [
      "an unknown key of probes",
      { probes: { count: 5 } },
      'probes has no option "count"; it has successes, leaseMs.',
    ],
    [
      "an unknown deadline",
      { stallDeadlineMs: { stream: 5 } },
      'stallDeadlineMs has no option "stream"; it has streaming, unary.',
    ],
    ["a number for a group", { stallDeadlineMs: 15_000 }, "stallDeadlineMs is 15000; give an object."],
    ["null", null, "options is null; give an object."],
    ["a list", [], "options is an array; give an object."],
    ["a mode", { mode: "watch" }, 'mode is "watch"; give one of "enforce", "observe".'],
    ["a detector's name", { detector: "errors" }, 'detector is "errors"; give a function.'],
    ["a probe that is none", { probe: "ping" }, 'probe is "ping"; give a function.'],
    ["a number of retries", { retries: 2 }, "retries is 2; give an object."],
    [
      "an unknown key of retries",
      { retries: { times: 2 } },
      'retries has no option "times"; it has attempts,',
    ],
    ["a classifier", { classify: {} }, "classify is an object; give a function."],
    ["a random", { random: 0.5 }, "random is 0.5; give a function."],
    ["a clock without now", { clock: {} }, "clock has no now(); give { now(): number } in milliseconds."],
    [
      "a clock of no numbers",
      { clock: { now: () => new Date() } },
      "clock.now() gives an object; give a finite number",
    ],
    [
      "a clock at NaN",
      { clock: { now: () => Number.NaN } },
      "clock.now() gives NaN; give a finite number of milliseconds.",
    ],
    [
      "a clock at Infinity",
      { clock: { now: () => Infinity } },
      "clock.now() gives Infinity; give a finite number",
    ],
  ];
  it.each(refused)("refuse %s", (_what, options, message) => {
    expect(() => new Circuit("x", options as CircuitOptions)).toThrow(message);
    expect(() => new Circuit("x", options as CircuitOptions)).toThrow(Error);
  });

  it("refuse a circuit without a name, and an unknown threshold or an empty anyOf", () => {
    expect(() => new Circuit("")).toThrow('A circuit needs a name on one line, e.g. "openai/gpt-5".');
    expect(() => new Circuit(5 as unknown as string)).toThrow(TypeError);
    expect(() => thresholds({ window: 30 } as object)).toThrow(
      'thresholds has no option "window"; it has windowMs,',
    );
    expect(() => anyOf()).toThrow("anyOf() needs at least one policy");
  });

  it("are checked by the registry when it is made, not at the first call", () => {
    expect(() => new Circuits({ errorThreshold: 5 })).toThrow("errorThreshold is 5");
    expect(() => new Circuits({ maxCircuits: 0 })).toThrow(
      "maxCircuits is 0; give a whole number of at least 1.",
    );
    expect(() => new Circuits({ each: 5 as never })).toThrow("each is 5; give a function.");
    expect(() => new Circuits({ keys: 5 } as object)).toThrow('options has no option "keys"');
  });

  it("show no more than the start of a long text", () => {
    const long = "sk-".repeat(500);
    expect(() => policyOf({ mode: long as "enforce" })).toThrow(/^mode is "[sk-]{80}"; give one of/);
  });
});
