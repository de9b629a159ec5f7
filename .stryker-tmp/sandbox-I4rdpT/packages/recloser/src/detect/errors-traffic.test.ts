// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import type { CircuitOptions } from "../options.js";
import { fakeClock } from "../testing/fake-clock.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, seeded, succeed } from "../testing/verdicts.js";

const options = (seed: number): CircuitOptions => ({ random: seeded(seed + 1_000) });

/** Poisson traffic against a provider that fails a share of it; tells how many got an answer, and how often it opened. */
function simulate(
  seed: number,
  {
    perSecond,
    forS,
    failing,
    streaming,
  }: { perSecond: number; forS: number; failing: number; streaming: boolean },
) {
  const random = seeded(seed);
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, ...options(seed) });
  let answered = 0;
  let asked = 0;
  const end = clock.now() + forS * 1_000;
  for (;;) {
    clock.advance((-Math.log(1 - random()) * 1_000) / perSecond);
    if (clock.now() >= end) break;
    asked++;
    const fails = random() < failing;
    const admission = circuit.admit({ streaming });
    if (!admission.ok) continue;
    const { permit } = admission;
    if (fails) clock.schedule(300, () => permit.settle(FAILED));
    else {
      answered++;
      clock.schedule(800, () => permit.progress());
      clock.schedule(4_000, () => permit.settle(OK));
    }
  }
  return { asked, answered, opened: circuit.snapshot().totals.opened };
}

describe("the errors meter, in traffic", () => {
  it("opens after six failures in a row at one call a second, and after four at one in four seconds, five at one a minute", () => {
    const failuresToOpen = (everyMs: number): number => {
      const clock = fakeClock();
      const circuit = new Circuit("x", { clock });
      for (let ms = 0; ms < 3_600_000; ms += everyMs) {
        succeed(circuit, 1);
        clock.advance(everyMs);
      }
      let n = 0;
      while (circuit.state === "closed") {
        fail(circuit, 1);
        n++;
        clock.advance(everyMs);
      }
      return n;
    };
    expect(failuresToOpen(1_000)).toBe(6);
    expect(failuresToOpen(4_000)).toBe(4);
    expect(failuresToOpen(60_000)).toBe(5);
  });

  it("opens sooner where callers have a fallback, unless errorThreshold says how soon", async () => {
    const failuresToOpen = async (fallback: boolean, given: CircuitOptions = {}): Promise<number> => {
      const clock = fakeClock();
      const circuit = new Circuit("x", { clock, random: () => 0.5, ...given });
      const call = (ok: boolean) =>
        circuit.call(() => (ok ? "an answer" : Promise.reject({ status: 500 })), {
          ...(fallback && { fallback: () => "a worse one" }),
        });
      // An hour in which one call in a hundred fails.
      for (let s = 0; s < 3_600; s++) {
        await call(s % 100 !== 50);
        clock.advance(1_000);
      }
      let n = 0;
      for (; circuit.state === "closed"; n++) {
        expect((await call(false)).ok).toBe(fallback);
        clock.advance(1_000);
      }
      return n;
    };
    expect(await failuresToOpen(false)).toBe(6);
    expect(await failuresToOpen(true)).toBe(4);
    expect(await failuresToOpen(true, { errorThreshold: 0.3 })).toBe(6);
    expect(await failuresToOpen(false, { errorThreshold: 0.1 })).toBe(4);
  });

  it("is not put off by callers' bad requests, however many", () => {
    const clock = fakeClock();
    const circuit = new Circuit("x", { clock });
    let failures = 0;
    while (circuit.state === "closed" && failures < 50) {
      for (let i = 0; i < 100; i++) permitOf(circuit).settle(NEUTRAL);
      fail(circuit, 1);
      failures++;
      clock.advance(20_000);
    }
    expect(failures).toBeLessThanOrEqual(4);
  });

  it.each([true, false])(
    "leaves nearly all the answers of a provider that fails three calls in ten (streaming: %s)",
    (streaming) => {
      const runs = Array.from({ length: 60 }, (_, i) =>
        simulate(i + 1, { perSecond: 1, forS: 600, failing: 0.3, streaming }),
      );
      const asked = runs.reduce((sum, run) => sum + run.asked, 0);
      const answered = runs.reduce((sum, run) => sum + run.answered, 0);
      expect(answered / (0.7 * asked)).toBeGreaterThanOrEqual(0.95);
      expect(runs.filter(({ opened }) => opened > 0).length).toBeLessThanOrEqual(20);
    },
  );

  it.each([0, 40])(
    "A14: a provider dead for 60 s at one request each 4 s sees at most 8 of 15 (%s calls before)",
    (before) => {
      const sent: number[] = [];
      for (let seed = 1; seed <= 50; seed++) {
        const clock = fakeClock();
        const circuit = new Circuit("openai/gpt-5", { clock, ...options(seed) });
        for (let i = 0; i < before; i++) {
          succeed(circuit, 1);
          clock.advance(4_000);
        }
        let attempts = 0;
        for (let i = 0; i < 15; i++) {
          const admission = circuit.admit();
          if (admission.ok) {
            attempts++;
            const { permit } = admission;
            clock.schedule(300, () => permit.settle(FAILED));
          }
          clock.advance(4_000);
        }
        sent.push(attempts);
      }
      expect(Math.max(...sent)).toBeLessThanOrEqual(8);
      expect(Math.min(...sent)).toBeGreaterThanOrEqual(4);
    },
  );

  it.each([0.1, 1])(
    "A19: one failure in twenty for 200 worker-hours, at %s calls a second, opens it no more often than the budget",
    (perSecond) => {
      let opened = 0;
      for (let seed = 1; seed <= 20; seed++) {
        opened += simulate(seed, { perSecond, forS: 36_000, failing: 0.05, streaming: true }).opened;
      }
      expect(opened).toBeLessThanOrEqual(200 / 24);
    },
  );
});
