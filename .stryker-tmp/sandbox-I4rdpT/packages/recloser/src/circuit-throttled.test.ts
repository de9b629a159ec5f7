// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import type { CircuitOptions } from "./options.js";
import type { FailureVerdict } from "./outcome/verdict.js";
import { fakeClock } from "./testing/fake-clock.js";
import { poisson, send } from "./testing/traffic.js";
import { FAILED, fail, OK, permitOf, seeded, succeed } from "./testing/verdicts.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const THROTTLED: FailureVerdict = { verdict: "failure", reason: "throttled", detail: "429" };
const QUOTA: FailureVerdict = { verdict: "failure", reason: "quota", detail: "402 insufficient_quota" };

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options });
  return { clock, circuit };
}

describe("rate limits", () => {
  it("on one call in fifty block nobody, for hours", () => {
    for (const everyMs of [10_000, 1_000, 200]) {
      const { clock, circuit } = setUp();
      for (let n = 0; n < 20_000; n++) {
        const verdict = n % 50 === 49 ? { ...THROTTLED, retryAfterMs: 30_000 } : OK;
        expect(send(circuit, clock, { waitMs: 500, verdict }, { streaming: true })).toBe(true);
        clock.advance(everyMs);
      }
      expect(circuit.snapshot().totals.opened).toBe(0);
    }
  });

  it.each([0.1, 1, 5])(
    "on one call in fifty by chance open it no more than once a day (%s calls a second)",
    (perSecond) => {
      let opened = 0;
      for (let seed = 1; seed <= 12; seed++) {
        const { clock, circuit } = setUp();
        const random = seeded(seed);
        poisson(clock, random, perSecond, 6 * HOUR_MS, () => {
          const verdict = random() < 0.02 ? { ...THROTTLED, retryAfterMs: 30_000 } : OK;
          send(circuit, clock, { waitMs: 500, verdict }, { streaming: true });
        });
        opened += circuit.snapshot().totals.opened;
      }
      // Three days.
      expect(opened).toBeLessThanOrEqual(3);
    },
  );

  it("in a row open the circuit as throttled, for at least what was asked for, with jitter only upwards", () => {
    for (const [drawn, endsInMs] of [
      [0, 40_000],
      [0.5, 44_000],
      [0.99, 47_920],
    ] as const) {
      const { circuit } = setUp({ random: () => drawn });
      fail(circuit, 2, THROTTLED);
      fail(circuit, 1, { ...THROTTLED, retryAfterMs: 40_000 });
      expect(circuit.snapshot()).toMatchObject({
        state: "open",
        endsInMs,
        cause: "3 of 3 calls hit the rate limit, last: 429",
      });
      expect(circuit.admit()).toMatchObject({ failure: { reason: "throttled", retryAfterMs: endsInMs } });
    }
  });

  it("F1: keep it open for the longest that was asked for since the last answer, not the latest", () => {
    const { clock, circuit } = setUp({ random: () => 0 });
    fail(circuit, 1, { ...THROTTLED, retryAfterMs: 60_000 });
    clock.advance(10_000);
    fail(circuit, 1, { ...THROTTLED, retryAfterMs: 1_000 });
    fail(circuit, 1, { ...THROTTLED, retryAfterMs: 2_000 });
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 50_000 });
    // A success in between was proof that it no longer holds.
    const answered = setUp({ random: () => 0 });
    fail(answered.circuit, 1, { ...THROTTLED, retryAfterMs: 60_000 });
    succeed(answered.circuit, 1);
    fail(answered.circuit, 2, { ...THROTTLED, retryAfterMs: 7_000 });
    expect(answered.circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 7_000 });
  });

  it("F4: never keep it open for longer than the cap on Retry-After, and a fifth", () => {
    const { circuit } = setUp({ random: () => 0.999_999 });
    fail(circuit, 3, { ...THROTTLED, retryAfterMs: 365 * DAY_MS });
    expect(circuit.snapshot().endsInMs).toBeLessThanOrEqual(1.2 * 900_000);
    expect(circuit.snapshot().endsInMs).toBeGreaterThan(1.19 * 900_000);
  });

  it("without a hint open it for a cool-down like any other", () => {
    const { circuit } = setUp();
    fail(circuit, 3, THROTTLED);
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 5_000 });
  });

  it("of a probe open it again as throttled, for what the probe was told", () => {
    const { clock, circuit } = setUp();
    fail(circuit, 3, THROTTLED);
    clock.advance(5_000);
    permitOf(circuit).settle({ ...THROTTLED, retryAfterMs: 20_000 });
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 22_000 });
    expect(circuit.admit()).toMatchObject({ failure: { reason: "throttled" } });
    expect(circuit.snapshot().cause).toMatch(/hit the rate limit.*; since then a probe failed: 429$/);
  });

  it("A5: among failures neither add to them nor pay them back", () => {
    const opensAfter = (limits: readonly number[]): number => {
      const { clock, circuit } = setUp();
      for (let n = 0; n < 3_600; n++) {
        succeed(circuit, 1);
        clock.advance(1_000);
      }
      let failures = 0;
      while (circuit.state === "closed" && failures < 20) {
        if (limits.includes(failures)) fail(circuit, 1, THROTTLED);
        fail(circuit, 1, FAILED);
        failures++;
        clock.advance(1_000);
      }
      expect(circuit.admit()).toMatchObject({ failure: { reason: "open" } });
      return failures;
    };
    // Four failures, a 429, four more: it opens where it would have opened without the 429.
    expect(opensAfter([])).toBe(6);
    expect(opensAfter([4])).toBe(6);
    expect(opensAfter([1, 3])).toBe(6);
  });

  it("A5: are no success either: they end no probe well and pay no failure back", () => {
    const { clock, circuit } = setUp();
    fail(circuit, 4);
    clock.advance(5_000);
    expect(circuit.state).toBe("half-open");
    permitOf(circuit).settle(THROTTLED);
    expect(circuit.state).toBe("open");
  });
});

describe("an account that has run out", () => {
  it("A11: opens the circuit as quota at the second word of it in a row", () => {
    const { circuit } = setUp();
    fail(circuit, 1, QUOTA);
    expect(circuit.state).toBe("closed");
    succeed(circuit, 1);
    fail(circuit, 1, QUOTA);
    expect(circuit.state).toBe("closed");
    fail(circuit, 1, QUOTA);
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 60_000 });
    expect(circuit.admit()).toMatchObject({ failure: { reason: "quota", retryAfterMs: 60_000 } });
  });

  it("A11: is asked again on a slow clock of its own: 1, 2, 4, 8 and then every 15 minutes", () => {
    const { clock, circuit } = setUp();
    fail(circuit, 2, QUOTA);
    const waits: number[] = [];
    for (let probe = 0; probe < 7; probe++) {
      const { endsInMs } = circuit.snapshot();
      waits.push((endsInMs ?? 0) / MINUTE_MS);
      clock.advance(endsInMs ?? 0);
      fail(circuit, 1, QUOTA);
    }
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15]);
    expect(circuit.admit()).toMatchObject({ failure: { reason: "quota" } });
  });

  it("A11: sees a bounded number of probes over a month, however many callers ask", () => {
    const { clock, circuit } = setUp({ random: seeded(3) });
    fail(circuit, 2, QUOTA);
    let probes = 0;
    for (let at = 0; at < 30 * DAY_MS; at += 10_000) {
      clock.advance(10_000);
      const admission = circuit.admit();
      if (!admission.ok) continue;
      probes++;
      admission.permit.settle(QUOTA);
    }
    // About four an hour: jitter may shorten a wait by half.
    expect(probes).toBeLessThanOrEqual(30 * 24 * 4 * 1.2);
    expect(probes).toBeGreaterThanOrEqual(30 * 24 * 4 * 0.8);
  });

  it("A12: that is topped up after 60 s is used again within minutes", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { clock, circuit } = setUp({ random: seeded(seed) });
      fail(circuit, 2, QUOTA);
      let healedForMs = 0;
      for (let at = 0; at < HOUR_MS; at += 1_000) {
        clock.advance(1_000);
        const healed = at >= 60_000;
        const admission = circuit.admit();
        if (admission.ok) admission.permit.settle(healed ? OK : QUOTA);
        if (healed && circuit.state !== "closed") healedForMs += 1_000;
      }
      expect(circuit.state).toBe("closed");
      expect(healedForMs).toBeLessThanOrEqual(3 * MINUTE_MS);
    }
  });

  it("A12: comes back to the quick clock when it turns out to be a failure like any other", () => {
    const { clock, circuit } = setUp();
    fail(circuit, 2, QUOTA);
    clock.advance(60_000);
    fail(circuit, 1, FAILED);
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 7_500 });
    expect(circuit.admit()).toMatchObject({ failure: { reason: "open" } });
  });

  it("is no fault of the dependency: it moves no errors meter", () => {
    const { circuit } = setUp();
    fail(circuit, 1, QUOTA);
    const errors = circuit.snapshot().meters.find(({ name }) => name === "errors");
    expect(errors?.level).toBe(0);
  });
});
