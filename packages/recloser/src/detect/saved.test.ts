import { describe, expect, it } from "vitest";
import type { FailureReason } from "../outcome/verdict.js";
import { alone, callAt } from "../testing/detectors.js";
import { consecutive } from "./consecutive.js";
import type { Detector, DetectorContext, DetectorFactory } from "./detector.js";
import { errors } from "./errors.js";
import { slowness } from "./slowness.js";
import { throttling } from "./throttling.js";

// What a detector knows survives a restart: as JSON, with times as ages, since the next process has another clock.

const WAIT = { samples: 100, p50Ms: 1_000, p90Ms: 2_000, p99Ms: 4_000 };
const CONTEXT: Partial<DetectorContext> = {
  callsPerSecond: () => 1,
  healthy: () => ({ wait: WAIT, perToken: undefined }),
};

function made(factory: DetectorFactory): Detector {
  return alone(factory, CONTEXT).detector;
}

function fails(detector: Detector, s: number, reason: FailureReason = "server-error", tookMs = 0): void {
  const call = { ...callAt(s), admittedAt: s * 1_000 - tookMs };
  detector.failed(call, { verdict: "failure", reason }, s * 1_000);
}

const stored = (detector: Detector, s: number): unknown =>
  JSON.parse(JSON.stringify(detector.save?.(s * 1_000)));

/** Another process, whose clock shows `s` when `detector`'s shows `savedAt`. */
function restarted(factory: DetectorFactory, detector: Detector, savedAt: number, s: number): Detector {
  const other = made(factory);
  other.restore?.(stored(detector, savedAt), s * 1_000);
  return other;
}

const FILLED: readonly (readonly [string, DetectorFactory, (detector: Detector) => void])[] = [
  [
    "errors",
    errors(),
    (one) =>
      [10, 11, 12].forEach((s) => {
        fails(one, s, "server-error", 300);
      }),
  ],
  [
    "throttling",
    throttling(),
    (one) =>
      [10, 11].forEach((s) => {
        fails(one, s, "throttled");
      }),
  ],
  ["throttling by quota", throttling(), (one) => fails(one, 11, "quota")],
  [
    "consecutive",
    consecutive(5),
    (one) =>
      [10, 11].forEach((s) => {
        fails(one, s);
      }),
  ],
  [
    "slowness",
    slowness(),
    (one) =>
      [10, 11].forEach((s) => {
        one.firstToken?.(callAt(s - 3, { streaming: true }), s * 1_000);
      }),
  ],
];

describe("a detector that was restored", () => {
  it.each(FILLED)("shows what the saved one showed, on another clock: %s", (_name, factory, fill) => {
    const one = made(factory);
    fill(one);
    const seen = one.meters(15_000);
    expect(seen[0]?.level).toBeGreaterThan(0);
    for (const s of [15, 4, 90_000]) {
      const other = restarted(factory, one, 15, s);
      expect(other.meters(s * 1_000)).toEqual(seen);
      // And forgets as it would have.
      expect(other.meters((s + 60) * 1_000)[0]?.level).toBeCloseTo(one.meters(75_000)[0]?.level ?? 0, 9);
      expect(stored(other, s)).toEqual(stored(one, 15));
    }
  });

  it.each(FILLED)("is calm where the saved one was: %s", (_name, factory) => {
    const other = restarted(factory, made(factory), 500, 20);
    expect(other.meters(20_000)).toEqual(made(factory).meters(0));
  });

  it("C2: ends a row of failures when it would have ended", () => {
    const one = made(consecutive(5));
    for (let n = 0; n < 4; n++) fails(one, 0);
    const other = restarted(consecutive(5), one, 500, 1_000);
    expect(other.meters(1_100_000)[0]?.level).toBe(0.8);
    expect(other.meters(1_101_000)[0]?.level).toBe(0);
  });

  it("A11: takes the next word of quota for the second one within the hour, and not after it", () => {
    for (const [laterS, kind] of [
      [1_800, "quota"],
      [1_802, undefined],
    ] as const) {
      const one = made(throttling());
      fails(one, 0, "quota");
      const other = restarted(throttling(), one, 1_799, 10_000);
      fails(other, 10_000 + laterS, "quota");
      expect(other.trip((10_000 + laterS) * 1_000)?.kind).toBe(kind);
    }
  });

  it("gives calls from before its run of failures no credit, and later ones all of it", () => {
    const one = made(errors());
    for (let n = 0; n < 3; n++) fails(one, 10);
    const other = restarted(errors(), one, 20, 100);
    const before = other.meters(100_000)[0]?.level ?? 0;
    // The run began ten seconds before the restart.
    other.succeeded(callAt(89), 100_000);
    expect(other.meters(100_000)[0]?.level).toBeCloseTo(before, 9);
    other.succeeded(callAt(91), 100_000);
    expect(other.meters(100_000)[0]?.level).toBeLessThan(before);
  });
});

describe("what no detector of the kind has saved", () => {
  const own = (): Record<string, unknown> => {
    const one = made(errors());
    fails(one, 10);
    return stored(one, 20) as Record<string, unknown>;
  };
  const restore = (saved: unknown) => () => made(errors()).restore?.(saved, 20_000);

  it("is what it saved itself, first of all", () => {
    expect(restore(own())).not.toThrow();
    // A field more is a newer version's.
    expect(restore({ ...own(), more: "of it" })).not.toThrow();
    expect(restore({ ...own(), calls: 0, votedAgoMs: 4e12 })).not.toThrow();
  });

  it.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a number", 3],
    ["a list", [own()]],
    ["an empty object", {}],
    ["one with a field of another type", { ...own(), calls: "3" }],
    ["one with a negative number", { ...own(), calls: -1 }],
    ["one with a number out of all bounds", { ...own(), votedAgoMs: 4e12 + 1 }],
    ["one with no number", { ...own(), calls: null }],
    ["one with one field wrong, the last", { ...own(), last: 3 }],
    ["one with a list for a part", { ...own(), unhealthy: [1, 2, 3] }],
    ["one with null for a part", { ...own(), unhealthy: null }],
    ["one with half a part", { ...own(), unhealthy: { level: 1 } }],
  ])("is refused: %s", (_name, saved) => {
    expect(restore(saved)).toThrow(TypeError);
    expect(restore(saved)).toThrow("not saved by a detector of this kind");
  });
});
