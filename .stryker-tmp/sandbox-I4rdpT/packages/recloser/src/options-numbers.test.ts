// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import { thresholds } from "./detect/thresholds.js";
import { type CircuitOptions, policyOf } from "./options.js";

interface Numeric {
  readonly name: string;
  /** The options with this one set. */
  readonly set: (value: number) => CircuitOptions;
  /** The policy's value. */
  readonly get?: (policy: ReturnType<typeof policyOf>) => number | undefined;
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
  {
    name: "retries.attempts",
    set: (attempts) => ({ retries: { attempts } }),
    get: (policy) => policy.retries?.attempts,
    least: 1,
    tooLittle: 0,
    whole: true,
  },
  {
    name: "retries.budget",
    set: (budget) => ({ retries: { budget } }),
    get: (policy) => policy.retries?.budget,
    least: 0,
    most: 1,
    tooLittle: -0.1,
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
