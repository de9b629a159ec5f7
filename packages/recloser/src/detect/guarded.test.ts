import { describe, expect, it } from "vitest";
import type { Detector, Meter } from "./detector.js";
import { Guarded } from "./guarded.js";

function guarded(parts: Record<string, unknown>): { readonly detector: Guarded; resets(): number } {
  let resets = 0;
  const inner = {
    succeeded: () => {},
    failed: () => {},
    trip: () => undefined,
    meters: () => [],
    reset: () => {
      resets++;
    },
    ...parts,
  };
  return { detector: new Guarded(inner as unknown as Detector), resets: () => resets };
}

describe("a detector of a user's own, as the circuit hears it", () => {
  it("starts afresh when it throws at what was saved, and only then", () => {
    const broken = guarded({
      restore: () => {
        throw new Error("boom");
      },
    });
    broken.detector.restore("anything", 0);
    expect(broken.resets()).toBe(1);
    for (const parts of [{}, { restore: () => {} }]) {
      const one = guarded(parts);
      one.detector.restore("anything", 0);
      expect(one.resets()).toBe(0);
    }
  });

  it("trips with a message, and as nothing else than it may", () => {
    const tripOf = (trip: unknown) => guarded({ trip: () => trip }).detector.trip(0);
    expect(tripOf({ message: "enough" })).toStrictEqual({ message: "enough" });
    expect(tripOf({ kind: "failing", message: "enough" })).toStrictEqual({ message: "enough" });
    for (const kind of ["throttled", "quota"])
      expect(tripOf({ kind, message: "enough" })).toStrictEqual({ kind, message: "enough" });
    for (const kind of ["mystery", 3, null])
      expect(tripOf({ kind, message: "enough" })).toStrictEqual({ message: "enough" });
    for (const none of [null, undefined, 3, "enough", {}, { message: 3 }, { kind: "quota" }])
      expect(tripOf(none)).toBeUndefined();
  });

  it("shows the meters that are meters, whatever else it gives", () => {
    const sound: Meter = { name: "mine", level: 0.5, sentence: "half full" };
    const { name, level, sentence } = sound;
    const odd = [null, undefined, 3, "full", {}, { level, sentence }, { name, sentence }, { name, level }];
    const wrong = [
      { ...sound, name: 3 },
      { ...sound, level: "high" },
      { ...sound, sentence: 3 },
    ];
    expect(guarded({ meters: () => [...odd, ...wrong, sound] }).detector.meters(0)).toEqual([sound]);
    for (const none of [undefined, null, sound, "meters"])
      expect(guarded({ meters: () => none }).detector.meters(0)).toEqual([]);
  });

  it("is as slow as a number says that is more than none", () => {
    const slownessOf = (slowness: unknown) => guarded({ slowness: () => slowness }).detector.slowness(0);
    expect([0.3, 2].map(slownessOf)).toEqual([0.3, 2]);
    expect(["2", true, [2], null, undefined, Number.NaN, -1].map(slownessOf)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(guarded({}).detector.slowness(0)).toBe(0);
  });
});
