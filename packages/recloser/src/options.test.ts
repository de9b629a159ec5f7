import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { Circuits } from "./circuits.js";
import { anyOf } from "./detect/any-of.js";
import { consecutive } from "./detect/consecutive.js";
import { thresholds } from "./detect/thresholds.js";
import { type CircuitOptions, policyOf } from "./options.js";

interface Numeric {
  readonly name: string;
  /** The options with this one set. */
  readonly set: (value: number) => CircuitOptions;
  /** The policy's value. */
  readonly get?: (policy: ReturnType<typeof policyOf>) => number;
  readonly least: number;
  readonly most?: number;
  /** Below `least`, but not by much. */
  readonly tooLittle: number;
  readonly whole?: true;
  readonly infinite?: true;
}

const NUMERIC: readonly Numeric[] = [
  {
    name: "errorThreshold",
    set: (errorThreshold) => ({ errorThreshold }),
    get: (policy) => policy.errorThreshold,
    least: 0,
    most: 1,
    tooLittle: -0.01,
  },
  {
    name: "falseOpensPerDay",
    set: (falseOpensPerDay) => ({ falseOpensPerDay }),
    get: (policy) => policy.falseOpensPerDay,
    least: 0.001,
    tooLittle: 0,
  },
  {
    name: "stallDeadlineMs.streaming",
    set: (streaming) => ({ stallDeadlineMs: { streaming } }),
    get: (policy) => policy.stallDeadlineMs.streaming,
    least: 1,
    tooLittle: 0,
  },
  {
    name: "stallDeadlineMs.unary",
    set: (unary) => ({ stallDeadlineMs: { unary } }),
    get: (policy) => policy.stallDeadlineMs.unary,
    least: 1,
    tooLittle: 0,
  },
  {
    name: "coolDown.initialMs",
    set: (initialMs) => ({ coolDown: { initialMs } }),
    get: (policy) => policy.coolDown.initialMs,
    least: 0,
    tooLittle: -1,
  },
  {
    name: "coolDown.growth",
    set: (growth) => ({ coolDown: { growth } }),
    get: (policy) => policy.coolDown.growth,
    least: 1,
    tooLittle: 0,
  },
  {
    name: "coolDown.maxMs",
    set: (maxMs) => ({ coolDown: { maxMs } }),
    get: (policy) => policy.coolDown.maxMs,
    least: 5_000,
    tooLittle: 4_999,
  },
  {
    name: "coolDown.retryAfterMaxMs",
    set: (retryAfterMaxMs) => ({ coolDown: { retryAfterMaxMs } }),
    get: (policy) => policy.coolDown.retryAfterMaxMs,
    least: 0,
    tooLittle: -1,
  },
  {
    name: "probes.successes",
    set: (successes) => ({ probes: { successes } }),
    get: (policy) => policy.probes.successes,
    least: 1,
    tooLittle: 0,
    whole: true,
  },
  {
    name: "probes.leaseMs",
    set: (leaseMs) => ({ probes: { leaseMs } }),
    get: (policy) => policy.probes.leaseMs,
    least: 1,
    tooLittle: 0,
    infinite: true,
  },
  {
    name: "maxConcurrent",
    set: (maxConcurrent) => ({ maxConcurrent }),
    get: (policy) => policy.maxConcurrent,
    least: 1,
    tooLittle: 0,
    whole: true,
    infinite: true,
  },
  ...(["timeoutMs", "firstTokenTimeoutMs", "stallTimeoutMs"] as const).map(
    (name): Numeric => ({
      name,
      set: (value) => ({ [name]: value }),
      get: (policy) => policy[name],
      least: 1,
      tooLittle: 0,
      infinite: true,
    }),
  ),
  {
    name: "thresholds.windowMs",
    set: (windowMs) => ({ detector: thresholds({ windowMs }) }),
    least: 1_000,
    tooLittle: 999,
  },
  {
    name: "thresholds.minCalls",
    set: (minCalls) => ({ detector: thresholds({ minCalls }) }),
    least: 1,
    tooLittle: 0,
    whole: true,
  },
  {
    name: "thresholds.errorRate",
    set: (errorRate) => ({ detector: thresholds({ errorRate }) }),
    least: 0,
    most: 1,
    tooLittle: -1,
  },
  {
    name: "thresholds.slowRate",
    set: (slowRate) => ({ detector: thresholds({ slowRate }) }),
    least: 0,
    most: 1,
    tooLittle: -1,
  },
  {
    name: "thresholds.slowAfterMs",
    set: (slowAfterMs) => ({ detector: thresholds({ slowAfterMs }) }),
    least: 0,
    tooLittle: -1,
    infinite: true,
  },
  {
    name: "consecutive(count)",
    set: (count) => ({ detector: consecutive(count) }),
    least: 1,
    tooLittle: 0,
    whole: true,
  },
];

const make = (set: () => CircuitOptions) => () => new Circuit("openai/gpt-5", set());

describe.each(NUMERIC)("$name", ({ name, set, get, least, most, tooLittle, whole, infinite }) => {
  it("C10: takes its least value, and 0 where that is one, as it is", () => {
    expect(make(() => set(least))).not.toThrow();
    if (get !== undefined) expect(get(policyOf(set(least)))).toBe(least);
    if (most !== undefined) expect(make(() => set(most))).not.toThrow();
  });

  it("refuses what is out of range with its name, the value and the range", () => {
    const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
    const refused = [
      tooLittle,
      -1,
      -Infinity,
      ...(infinite ? [] : [Infinity]),
      ...(whole ? [least + 0.5] : []),
    ];
    if (most !== undefined) refused.push(most + 0.001);
    if (least > 0) refused.push(0);
    for (const value of refused) {
      expect(make(() => set(value))).toThrow(RangeError);
      expect(make(() => set(value))).toThrow(`${name} is ${value}; give a`);
      expect(make(() => set(value))).toThrow(range);
    }
    if (infinite) expect(make(() => set(Infinity))).not.toThrow();
  });

  it("refuses what is no number", () => {
    for (const [value, shown] of [
      [Number.NaN, "NaN"],
      ["5", '"5"'],
      [{}, "an object"],
      [[5], "an array"],
      [true, "true"],
      [5n, "5"],
    ] as const) {
      expect(make(() => set(value as number))).toThrow(TypeError);
      expect(make(() => set(value as number))).toThrow(`${name} is ${shown}; give a`);
    }
  });
});

describe("options", () => {
  it("have the documented defaults", () => {
    expect(policyOf()).toMatchObject({
      errorThreshold: 0.3,
      falseOpensPerDay: 1,
      stallDeadlineMs: { streaming: 60_000, unary: 180_000 },
      coolDown: { initialMs: 5_000, growth: 1.5, maxMs: 30_000, retryAfterMaxMs: 900_000 },
      probes: { successes: 2, leaseMs: Infinity },
      maxConcurrent: Infinity,
      mode: "enforce",
      timeoutMs: Infinity,
      firstTokenTimeoutMs: Infinity,
      stallTimeoutMs: Infinity,
    });
    expect(policyOf({ coolDown: { initialMs: 60_000 } }).coolDown.maxMs).toBe(60_000);
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
