import fc from "fast-check";
import { expect, it } from "vitest";
import { Baseline } from "./baseline.js";
import { HealthyDurations } from "./healthy.js";

/** The other process counts its milliseconds from elsewhere. */
const ELSEWHERE_MS = 7e9;

/** Samples that come one after the other. */
interface Run {
  readonly ms: number;
  readonly calm: boolean;
  readonly times: number;
  readonly gapMs: number;
}

const run: fc.Arbitrary<Run> = fc.record({
  ms: fc.integer({ min: 1, max: 400_000 }),
  calm: fc.boolean(),
  times: fc.constantFrom(1, 3, 19, 20, 40, 100, 400),
  gapMs: fc.constantFrom(0, 10, 1_500, 6_000, 20_000),
});
const runs = fc.array(run, { minLength: 1, maxLength: 8 });
/** What a store makes of it. */
const stored = <T>(saved: T): T => JSON.parse(JSON.stringify(saved));

/** Feeds all of them to `learn`; gives the time after the last. */
function feed(all: readonly Run[], start: number, learn: (one: Run, now: number) => void): number {
  let now = start;
  for (const one of all) {
    for (let n = 0; n < one.times; n++) {
      now += one.gapMs;
      learn(one, now);
    }
  }
  return now;
}

it("restored durations go on learning as the original does", () => {
  fc.assert(
    fc.property(runs, runs, fc.constantFrom(1, 1 / 16), (before, after, unitMs) => {
      const original = new HealthyDurations(0, unitMs);
      const now = feed(before, 0, ({ ms, calm }, at) => original.learn(ms, calm, at));
      const saved = original.save(now);
      if (saved === undefined) return;
      const copy = new HealthyDurations(ELSEWHERE_MS, unitMs);
      copy.restore(stored(saved), now + ELSEWHERE_MS);
      expect(copy.healthy).toEqual(original.healthy);
      feed(after, now, ({ ms, calm }, at) => {
        const { healthy } = original;
        const changed = original.learn(ms, calm, at);
        expect(changed).toBe(original.healthy !== healthy);
        expect(copy.learn(ms, calm, at + ELSEWHERE_MS)).toBe(changed);
        if (changed) expect(copy.healthy).toEqual(original.healthy);
      });
    }),
  );
});

it("a restored baseline is as patient as the original, now and later", () => {
  const proof = fc.option(fc.record({ ms: fc.integer({ min: 1, max: 400_000 }), agoMs: fc.nat(3_600_000) }));
  fc.assert(
    fc.property(runs, runs, proof, fc.boolean(), (waits, paces, proved, streaming) => {
      const original = new Baseline(0);
      const learnt = feed(waits, 0, ({ ms, calm }, at) => void original.waited(streaming, ms, calm, at));
      const paced = feed(paces, learnt, ({ ms, calm }, at) => original.paced(streaming, ms / 100, calm, at));
      if (proved !== null) original.proved(streaming, proved.ms, paced);
      const now = paced + (proved?.agoMs ?? 0);
      const copy = new Baseline(ELSEWHERE_MS);
      copy.restore(stored(original.save(now)), now + ELSEWHERE_MS);
      for (const kind of [true, false]) {
        const { wait, perToken } = original.of(kind);
        expect(copy.of(kind)).toMatchObject({ wait, perToken });
        for (const later of [0, 900_000, 7_200_000]) {
          const deadlineMs = original.stallDeadlineMs(kind, now + later);
          expect(copy.stallDeadlineMs(kind, now + later + ELSEWHERE_MS)).toBeCloseTo(deadlineMs, 3);
        }
      }
    }),
  );
});
