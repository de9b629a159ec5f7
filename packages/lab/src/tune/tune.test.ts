import fc from "fast-check";
import type { Verdict } from "recloser";
import { describe, expect, it } from "vitest";
import { stream } from "../engine/random.js";
import type { LoggedCall } from "../log/logged-call.js";
import { policyOf } from "../policy/catalogue.js";
import { defaultsOf } from "../policy/tuning.js";
import { combinations, tune } from "./tune.js";
import { tunedText } from "./words.js";

const SUCCESS: Verdict = { verdict: "success" };
const TIMEOUT: Verdict = { verdict: "failure", reason: "timeout" };
const OPTIONS = { trials: 30, answerCostS: 30, heldOut: 0.4, seed: 1 };

/** A call a second; in every tenth minute all of them time out after so long. */
function logOf(
  minutes: number,
  timeoutMs: number,
  isBad: (minute: number) => boolean,
): readonly LoggedCall[] {
  return Array.from({ length: minutes * 60 }, (_, second) => {
    const bad = isBad(Math.floor(second / 60));
    return {
      start: second * 1_000,
      firstTokenMs: bad ? undefined : 300,
      durationMs: bad ? timeoutMs : 2_000,
      verdict: bad ? TIMEOUT : SUCCESS,
      circuit: "p/m",
      worker: "",
      streaming: true,
    };
  });
}

describe("tune", () => {
  it("finds what costs less, and says so only when it does on the part held out", () => {
    // Five slow failures in a row come late with a window of 100 calls; a small one sees each bad minute.
    const calls = logOf(200, 5_000, (minute) => minute % 10 === 5);
    const policy = policyOf("resilience4j");
    const tuned = tune(calls, policy, OPTIONS);
    expect(tuned.values.size).toBeLessThan(50);
    expect(tuned.training.best).toBeLessThan(tuned.training.defaults);
    expect(tuned.isBetter).toBe(true);
    expect(tuned.heldOut.best).toBeLessThan(tuned.heldOut.defaults);
    expect(tuned.heldOut.saving.low).toBeGreaterThan(0);
    expect(tunedText(tuned, OPTIONS)).toMatch(/On the part held out it saves [\d.]+ % of the defaults' cost/);
  });

  it("keeps the defaults when what it found helps the first part alone", () => {
    // Trouble of one kind first, and none of it later but a single failure.
    const calls = logOf(100, 5_000, (minute) => minute % 10 === 5 && minute < 60).map((call, second) =>
      second === 5_000 ? { ...call, verdict: TIMEOUT } : call,
    );
    const tuned = tune(calls, policyOf("recloser"), OPTIONS);
    expect(tuned.isBetter).toBe(false);
    expect(tunedText(tuned, OPTIONS)).toContain(
      "Keep the defaults: on the part held out the gain is within the noise",
    );
    expect(tunedText(tuned, OPTIONS)).not.toContain("new Circuits");
  });

  it("proposes options as code and as the gateway's YAML", () => {
    const tuned = {
      policy: policyOf("recloser"),
      values: { errorThreshold: 0.2, "coolDown.initialMs": 2_500, "coolDown.growth": 1 },
      tried: 3,
      training: { defaults: 10, best: 5 },
      heldOut: { defaults: 10, best: 5, saving: { mean: 0.5, low: 0.4, high: 0.6 } },
      isBetter: true,
    };
    const text = tunedText(tuned, OPTIONS);
    expect(text).toContain(
      "new Circuits({\n  errorThreshold: 0.2,\n  coolDown: {\n    initialMs: 2500,\n    growth: 1\n  }\n});",
    );
    expect(text).toContain(
      "circuit:\n  errorThreshold: 0.2\n  coolDown:\n    initialMs: 2500\n    growth: 1",
    );
  });

  it("says the same again, and something else where no part can be judged", () => {
    const calls = logOf(60, 2_000, (minute) => minute % 10 === 5);
    const once = () => JSON.stringify(tune(calls, policyOf("hystrix"), OPTIONS));
    expect(once()).toBe(once());
    const early = logOf(60, 2_000, (minute) => minute === 5);
    expect(() => tune(early, policyOf("hystrix"), OPTIONS)).toThrow(
      /No call failed after the held-out part begins; give a longer log, or another --held-out\./,
    );
    expect(() => tune(calls, policyOf("none"), OPTIONS)).toThrow(/no options that can be set/);
  });

  it("tries each combination once, the defaults first, and no more than it may", () => {
    const { tuning } = policyOf("recloser");
    if (tuning === undefined) throw new Error("Recloser has options.");
    const all = Object.values(tuning.knobs).reduce((count, { tries }) => count * tries.length, 1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 * all }), fc.integer({ min: 1, max: 1_000 }), (most, seed) => {
        const tried = combinations(tuning, most, stream(seed));
        expect(tried[0]).toEqual({});
        expect(tried).toHaveLength(Math.min(most, all));
        expect(
          new Set(tried.map((values) => JSON.stringify({ ...defaultsOf(tuning), ...values }))).size,
        ).toBe(tried.length);
      }),
      { numRuns: 20 },
    );
  });
});
