// @ts-nocheck
import { Circuit } from "../circuit.js";
import { anyOf } from "../detect/any-of.js";
import { consecutive } from "../detect/consecutive.js";
import type { DetectorFactory } from "../detect/detector.js";
import type { CircuitOptions } from "../options.js";
import type { AdmitOptions, Permit } from "../permit.js";
import type { CircuitSnapshot } from "../snapshot.js";
import { type FakeClock, fakeClock } from "./fake-clock.js";
import { OK, permitOf } from "./verdicts.js";

export const STREAM = { streaming: true } as const;

/** A circuit whose slowness the test says; it opens after twenty failures in a row. */
export function slowSetUp(options: CircuitOptions = {}): {
  readonly clock: FakeClock;
  readonly circuit: Circuit;
  slow(slowness: number): void;
  limit(): CircuitSnapshot["limit"];
} {
  const clock = fakeClock();
  const told = { slowness: 0 };
  const says: DetectorFactory = () => ({
    succeeded: () => {},
    failed: () => {},
    trip: () => undefined,
    slowness: () => told.slowness,
    meters: () => [{ name: "slowness", level: Math.min(1, told.slowness), sentence: "it is slow today" }],
    reset: () => {},
  });
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: anyOf(says, consecutive(20)),
    stallDeadlineMs: { streaming: 20_000, unary: 20_000 },
    probes: { successes: 2 },
    ...options,
  });
  return {
    clock,
    circuit,
    /** As the meters say it: it is noticed at the next piece of evidence. */
    slow(slowness: number): void {
      told.slowness = slowness;
      permitOf(circuit, STREAM).settle(OK);
    },
    limit: () => circuit.snapshot().limit,
  };
}

/** Admits as many as there is room for. */
export function fill(circuit: Circuit, options: AdmitOptions = STREAM, most = 100): Permit[] {
  const permits: Permit[] = [];
  while (permits.length < most) {
    const admission = circuit.admit(options);
    if (!admission.ok) break;
    permits.push(admission.permit);
  }
  return permits;
}

/** What becomes of all of them. */
export const each = (permits: readonly Permit[], does: "flow" | "end"): void => {
  for (const permit of permits) {
    if (does === "flow") permit.progress();
    else permit.settle(OK);
  }
};

/** Healthy traffic: so many calls at once that wait, with so many more that flow. */
export function busy(circuit: Circuit, waiting: number, flowing = 0): void {
  const flows: Permit[] = [];
  for (let n = 0; n < flowing; n++) {
    flows.push(permitOf(circuit, STREAM));
    each(flows.slice(-1), "flow");
  }
  const waits = fill(circuit, STREAM, waiting);
  each([...waits, ...flows], "end");
}
