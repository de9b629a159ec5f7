import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Circuit } from "./circuit.js";
import { anyOf } from "./detect/any-of.js";
import { consecutive } from "./detect/consecutive.js";
import type { DetectorFactory } from "./detect/detector.js";
import { meters } from "./detect/meters.js";
import { throttling } from "./detect/throttling.js";
import type { CircuitOptions } from "./options.js";
import type { CircuitSnapshot } from "./snapshot.js";
import { type Command, histories, Subject, settings, verdict, wait } from "./testing/subject.js";

// Times are sums: how they are rounded depends on where a clock begins.
expect.addEqualityTesters([
  (a, b) => (typeof a === "number" && typeof b === "number" ? Math.abs(a - b) <= 1e-6 : undefined),
]);

const stored = (circuit: Circuit): CircuitSnapshot => JSON.parse(JSON.stringify(circuit.snapshot()));

/** Everything that decides, or says how it will. Counts since the start and the last minute's window are not carried over. */
function decisive({ circuit, clock }: Subject, start: number): unknown {
  const { state, cause, forMs, endsInMs, epoch, meters, limit, baseline, callsPerSecond } =
    circuit.snapshot();
  const at = clock.now() - start;
  return { at, state, cause, forMs, endsInMs, epoch, meters, limit, baseline, callsPerSecond };
}

/** Without jitter every time is a sum of halves of halves: whatever the clock's origin, no rounding. */
const EXACT: CircuitOptions = { random: () => 0 };

/** Does one command in both, and says what each of them answered. */
function answers(subject: Subject, one: Command): unknown[] {
  const heard: unknown[] = [];
  const stop = subject.circuit.on("rejected", ({ failure: { reason, retryAfterMs, message } }) =>
    heard.push([reason, retryAfterMs, message]),
  );
  const before = subject.permits.length;
  subject.do(one);
  stop();
  return [...heard, ...subject.permits.slice(before).map(({ probe }) => probe)];
}

const CARRIED: Record<string, DetectorFactory> = {
  "meters, the default": meters(),
  "consecutive(3)": consecutive(3),
  "a combination": anyOf(consecutive(4), throttling()),
};

describe.each(Object.entries(CARRIED))("restore ∘ snapshot, with %s", (_name, detector) => {
  it("is the identity for decisions", () => {
    const learned = fc.constantFrom<CircuitOptions>({}, { stallDeadlineMs: {} });
    const start = fc.constantFrom(-1e9, 0, 77, 1_000_000, 1e9);
    const age = fc.oneof(fc.constant(0), wait);
    fc.assert(
      fc.property(
        settings,
        learned,
        histories,
        verdict,
        start,
        age,
        histories,
        (chosen, options, before, last, there, ageMs, after) => {
          const here = 1_000_000;
          const one = new Subject(detector, chosen, { ...EXACT, ...options, start: here }).run(before);
          for (let n = 0; n < one.permits.length; n++) one.settle(n, last);
          const snapshot = stored(one.circuit);
          // Not where a stall deadline that was proved too short is fading: that has a test of its own.
          const { streaming, unary } = snapshot.memory.evidence.baseline;
          fc.pre((streaming.proven ?? unary.proven) === undefined || options.stallDeadlineMs === undefined);
          const takenAt = one.clock.now();
          one.forget();
          one.clock.advance(ageMs);

          const other = new Subject(detector, chosen, { ...EXACT, ...options, start: there });
          expect(other.circuit.restore(snapshot, ageMs)).toBe(true);
          const origins = [takenAt + ageMs, there] as const;
          const same = (): void => {
            expect(decisive(other, origins[1])).toEqual(decisive(one, origins[0]));
            expect(other.since(origins[1])).toEqual(one.since(origins[0]));
          };
          same();
          for (const command of after) {
            expect(answers(other, command)).toEqual(answers(one, command));
            same();
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
