import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultOfModel, parseFault } from "./model-fault.js";
import { decide, fill } from "./plan.js";
import { draw, randomFor } from "./random.js";
import { mockFor, post } from "./testing/calls.js";
import { type Fault, faultKinds } from "./types.js";

const asked = { model: "gpt-5", maxTokens: undefined };
const faults: Fault[] = [
  { kind: "error-500", share: 0.2 },
  { kind: "hang", share: 0.1, model: "gpt-*" },
  { kind: "cut", share: 0.7, model: "claude" },
];

describe("decisions", () => {
  it("property: same seed, same order, same decisions", () => {
    const behaviour = fill("realistic", { faults });
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 100_000 }), (seed, n) => {
        const once = decide(behaviour, asked, undefined, randomFor(seed, n));
        expect(decide(behaviour, asked, undefined, randomFor(seed, n))).toEqual(once);
        expect(once.tokens).toBeGreaterThanOrEqual(1);
        expect(once.tokens).toBeLessThanOrEqual(4096);
        expect(once.firstTokenMs).toBeGreaterThan(0);
      }),
    );
  });

  it("property: a fault changes neither the latency nor the length drawn for a call", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (seed, n) => {
        const healthy = decide(fill("realistic"), asked, undefined, randomFor(seed, n));
        const faulty = decide(
          fill("realistic", { faults: [{ kind: "error-500" }] }),
          asked,
          undefined,
          randomFor(seed, n),
        );
        expect({ ...faulty, fault: undefined }).toEqual(healthy);
      }),
    );
  });

  it("two servers with one seed treat the same requests alike, another seed does not", async () => {
    const script = {
      phases: [
        {
          name: "bad",
          for: "1h",
          faults: [{ kind: "error-500" as const, share: 0.5 }],
          tokens: { median: 20, sigma: 1 },
        },
      ],
    };
    const run = async (seed: number, again = false) => {
      const mock = await mockFor({ script, seed });
      const calls = async () => {
        mock.clear();
        for (let i = 0; i < 40; i++) await (await post(mock, "chat", "gpt-5")).text();
        return mock.attempts().map((a) => `${a.fault} ${a.tokens}`);
      };
      const first = await calls();
      if (!again) return first;
      mock.startScript();
      return calls();
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(7, true)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  it("the shares come out as asked, for the models asked", () => {
    const behaviour = fill("quick", { faults });
    const count = (model: string) => {
      const found: Record<string, number> = {};
      for (let n = 0; n < 20_000; n++) {
        const kind =
          decide(behaviour, { model, maxTokens: undefined }, undefined, randomFor(3, n)).fault?.kind ??
          "none";
        found[kind] = (found[kind] ?? 0) + 1 / 20_000;
      }
      return found;
    };
    const gpt = count("gpt-5");
    expect(gpt["error-500"]).toBeCloseTo(0.2, 1);
    expect(gpt.hang).toBeCloseTo(0.1, 1);
    expect(gpt.cut).toBeUndefined();
    const claude = count("claude");
    expect(claude.hang).toBeUndefined();
    expect(claude.cut).toBeCloseTo(0.7, 1);
    expect(count("claude-2").cut).toBeUndefined();
  });

  it("the lognormal has the median and the spread it is given, and its tail", () => {
    const sample = (tail?: { share: number; times: [number, number] }) =>
      Array.from({ length: 20_001 }, (_, n) =>
        draw({ median: 800, sigma: 0.45, tail }, randomFor(11, n)),
      ).toSorted((a, b) => a - b);
    const plain = sample();
    expect((plain[10_000] ?? 0) / 800).toBeCloseTo(1, 1);
    // One sigma above the median.
    expect(Math.log((plain[16_826] ?? 0) / 800)).toBeCloseTo(0.45, 1);
    const heavy = sample({ share: 0.02, times: [3, 8] });
    const over = (values: number[]) => values.filter((ms) => ms > 2400).length;
    expect(over(heavy) - over(plain)).toBeGreaterThan(200);
  });

  it("later layers win field by field, and the profile fills the rest", () => {
    const filled = fill(
      "realistic",
      { tokens: 3, faults },
      { tokens: undefined, faults: [] },
      { profile: "quick" },
    );
    expect(filled).toMatchObject({ tokens: 3, faults: [], firstTokenMs: 0, perTokenMs: 0 });
  });

  it("a fault in the middle of an answer happens however short the answer", () => {
    const plan = decide(
      fill("quick", { tokens: 1 }),
      { model: "m", maxTokens: 1 },
      { kind: "cut", afterTokens: 9 },
      Math.random,
    );
    expect(plan.tokens).toBe(10);
  });
});

describe("faults by model name", () => {
  it("knows every kind, and leaves other names alone", () => {
    for (const kind of faultKinds) expect(faultOfModel(`mock-fault:${kind}`)).toEqual({ kind });
    expect(faultOfModel("gpt-5")).toBeUndefined();
  });

  it("reads the number by kind", () => {
    expect(parseFault("cut@5", "x")).toEqual({ kind: "cut", afterTokens: 5 });
    expect(parseFault("throttled@1.5", "x")).toEqual({ kind: "throttled", retryAfterMs: 1500 });
    expect(parseFault("slow-first-token@20=0.5", "x")).toEqual({
      kind: "slow-first-token",
      times: 20,
      share: 0.5,
    });
  });

  it.each(["", "cutt", "cut@", "cut@x", "cut@1.5", "hang@3", "cut=2", "slow-first-token@0"])(
    "refuses %j",
    (text) => {
      expect(() => parseFault(text, "--fault")).toThrow(/^--fault: .+[.]$/);
    },
  );
});
