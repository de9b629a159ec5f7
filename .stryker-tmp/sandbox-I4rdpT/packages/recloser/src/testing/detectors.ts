// @ts-nocheck
import type { CallFacts, Detector, DetectorContext, DetectorFactory } from "../detect/detector.js";
import type { HealthyCalls } from "../evidence/baseline.js";
import { CallRate } from "../evidence/call-rate.js";

/** A call as a detector sees it; `s` is the second of its admission. */
export function callAt(s: number, facts: Partial<Omit<CallFacts, "admittedAt">> = {}): CallFacts {
  return {
    admittedAt: s * 1_000,
    streaming: false,
    firstTokenAt: undefined,
    outlived: 0,
    witness: true,
    fallback: false,
    ...facts,
  };
}

const NOTHING_LEARNED: HealthyCalls = { wait: undefined, perToken: undefined };

/** A detector alone, from second 0 on, with the rate that a circuit would learn from the calls that `called` tells it of. */
export function alone(
  factory: DetectorFactory,
  context: Partial<DetectorContext> = {},
): {
  readonly detector: Detector;
  called(s: number): void;
  /** The level of its first meter. */
  level(s: number): number;
  sentence(s: number): string;
} {
  const rate = new CallRate(0);
  const detector = factory({
    errorThreshold: 0.3,
    errorThresholdWithFallback: 0.1,
    falseOpensPerDay: 1,
    now: 0,
    callsPerSecond: () => rate.perSecond,
    healthy: () => NOTHING_LEARNED,
    youngUnary: () => [],
    ...context,
  });
  const meter = (s: number) => detector.meters(s * 1_000)[0];
  return {
    detector,
    called: (s) => rate.called(s * 1_000),
    level: (s) => meter(s)?.level ?? Number.NaN,
    sentence: (s) => meter(s)?.sentence ?? "",
  };
}
