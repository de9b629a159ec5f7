import { describe, expect, it } from "vitest";
import { scenarioOf } from "../testing/scenarios.js";
import { Conditions, faultSpan, stretchesOf } from "./phases.js";

describe("stretchesOf", () => {
  it("repeats a phase that recurs, and ends it with its last period", () => {
    const scenario = scenarioOf({
      watch: "100s",
      phases: [{ from: "10s", until: "50s", every: "20s", for: "12s", errors: 1 }],
    });
    const stretches = stretchesOf(scenario, "model").map(({ fromMs, condition }) => [
      fromMs,
      condition.errors,
    ]);
    expect(stretches).toEqual([
      [-Infinity, 0],
      [10_000, 1],
      [22_000, 0],
      [30_000, 1],
      [42_000, 0],
    ]);
    expect(faultSpan(scenario)).toEqual({ fromMs: 10_000, untilMs: 42_000 });
  });

  it("adds up what overlaps: the largest share, the product of factors", () => {
    const scenario = scenarioOf({
      phases: [
        { until: "60s", errors: 0.3, firstToken: 2 },
        { from: "30s", until: "90s", errors: 0.6, firstToken: 3, fault: false },
      ],
    });
    const conditions = new Conditions(stretchesOf(scenario, "model"));
    const at = (seconds: number): unknown => {
      const { errors, firstToken, faulty } = conditions.now(seconds * 1000);
      return [errors, firstToken, faulty];
    };
    expect([at(-5), at(10), at(40), at(70), at(100)]).toEqual([
      [0, 1, false],
      [0.3, 2, true],
      [0.6, 6, true],
      [0.6, 3, false],
      [0, 1, false],
    ]);
  });

  it("knows for how long a model has been well", () => {
    const scenario = scenarioOf({ phases: [{ from: "10s", until: "20s", errors: 1 }] });
    const conditions = new Conditions(stretchesOf(scenario, "model"));
    const wellFor = (seconds: number): boolean => conditions.wellForMs(seconds * 1000, 5000);
    expect([wellFor(0), wellFor(15), wellFor(22), wellFor(26)]).toEqual([true, false, false, true]);
  });

  it("hits only the models that it names", () => {
    const scenario = scenarioOf({
      models: [{ name: "a" }, { name: "b" }],
      phases: [{ models: ["b"], errors: 1 }],
    });
    expect(stretchesOf(scenario, "a")).toHaveLength(1);
    expect(faultSpan(scenario)).toEqual({ fromMs: 0, untilMs: Infinity });
  });
});
