import type { Detector, DetectorFactory } from "./detector.js";

/** Opens when any of the given policies would. Each sees every event. */
export function anyOf(...factories: readonly DetectorFactory[]): DetectorFactory {
  if (factories.length === 0)
    throw new TypeError("anyOf() needs at least one policy, e.g. anyOf(errors(), consecutive(5)).");
  return (context) => {
    const all = factories.map((make) => make(context));
    const detector: Detector = {
      requested: (now) => {
        for (const one of all) one.requested?.(now);
      },
      firstToken: (call, now) => {
        for (const one of all) one.firstToken?.(call, now);
      },
      succeeded: (call, now) => {
        for (const one of all) one.succeeded(call, now);
      },
      failed: (call, verdict, now) => {
        for (const one of all) one.failed(call, verdict, now);
      },
      trip: (now) => {
        for (const one of all) {
          const trip = one.trip(now);
          if (trip !== undefined) return trip;
        }
        return undefined;
      },
      meters: (now) => all.flatMap((one) => one.meters(now)),
      reset: (now) => {
        for (const one of all) one.reset(now);
      },
    };
    return detector;
  };
}
