// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import type { FailureReason } from "./outcome/verdict.js";
import { retryWaitMs } from "./retry.js";
import { errorOf, failureOf, http } from "./testing/calls.js";
import { answers, finish, setUpRetries } from "./testing/retries.js";
import { seeded } from "./testing/verdicts.js";

const RETRIED: Record<FailureReason, boolean> = {
  "server-error": true,
  overloaded: true,
  connection: true,
  truncated: true,
  "stream-error": true,
  throttled: false,
  timeout: false,
  "no-first-token": false,
  stalled: false,
  quota: false,
  malformed: false,
  unknown: false,
};
const reasons = Object.entries(RETRIED) as [FailureReason, boolean][];

describe("what is retried", () => {
  it.each(reasons)("%s: %s", async (reason, retried) => {
    const { clock, circuit } = setUpRetries({ classify: () => ({ verdict: "failure", reason }) });
    const script = answers(new Error("as it is classified"), 200);
    const outcome = await finish(clock, circuit.call(script.fn));
    expect([outcome.ok, script.sent]).toEqual([retried, retried ? 2 : 1]);
  });

  it("a rate limit, when the provider says that it will soon be over", async () => {
    const { clock, circuit } = setUpRetries();
    const script = answers(http(429, { headers: { "retry-after": "2" } }), 200);
    expect(await finish(clock, circuit.call(script.fn))).toMatchObject({ ok: true });
    expect(script.sent).toBe(2);
  });

  it("never what the provider refused, or the caller's own deadline", async () => {
    const { clock, circuit } = setUpRetries();
    for (const error of [http(400), http(401), http(413), new DOMException("late", "TimeoutError")]) {
      const script = answers(error, 200);
      expect((await finish(clock, circuit.call(script.fn))).ok).toBe(false);
      expect(script.sent).toBe(1);
    }
  });

  it("never a bug, on any attempt", async () => {
    const { clock, circuit } = setUpRetries({ retries: { attempts: 3 } });
    const bug = new TypeError("x is not a function");
    const atOnce = answers(bug);
    expect(await errorOf(circuit.call(atOnce.fn))).toBe(bug);
    expect(atOnce.sent).toBe(1);
    const later = answers(500, bug);
    expect(await errorOf(finish(clock, circuit.call(later.fn)))).toBe(bug);
    expect(later.sent).toBe(2);
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("nothing after a token", async () => {
    const { circuit, clock } = setUpRetries();
    const fn = vi.fn(async ({ progress }: { progress: () => void }) => {
      progress();
      throw http(503);
    });
    const failure = failureOf(await circuit.call(fn, { streaming: true }));
    expect(failure).toMatchObject({ reason: "overloaded", attempts: 1 });
    expect(fn).toHaveBeenCalledTimes(1);
    expect(clock.timers).toBe(0);
  });
});

describe("how long it waits", () => {
  it("full jitter, below a ceiling that doubles up to 8 s", () => {
    const failure = { reason: "connection" } as const;
    const most = (retry: number) => Math.round(retryWaitMs(failure, retry, () => 1 - 1e-9) ?? -1);
    expect([1, 2, 3, 4, 5, 6, 7, 1_000].map(most)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000,
    ]);
    expect(retryWaitMs(failure, 3, () => 0)).toBe(0);
    expect(retryWaitMs(failure, 3, () => 0.5)).toBe(1_000);
  });

  it("F2: jitter only upward of the hint: no herd, and nobody comes before it", () => {
    const random = seeded(7);
    const waits = Array.from({ length: 1_000 }, () =>
      retryWaitMs({ reason: "overloaded", retryAfterMs: 7_000 }, 1, random),
    );
    const buckets = new Map<number, number>();
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(7_000);
      expect(wait).toBeLessThan(7_500);
      const bucket = Math.floor((wait ?? 0) / 50);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    }
    expect(buckets.size).toBe(10);
    expect(Math.max(...buckets.values())).toBeLessThan(200);
  });

  it.each(["90", "86400", "1000000000"])("F3: a hint of %s s is not waited for", async (seconds) => {
    const { clock, circuit } = setUpRetries();
    const script = answers(http(503, { headers: { "retry-after": seconds } }), 200);
    const failure = failureOf(await circuit.call(script.fn));
    expect(failure).toMatchObject({ kind: "failed", reason: "overloaded", attempts: 1, elapsedMs: 0 });
    expect(failure.retryAfterMs).toBeGreaterThanOrEqual(90_000);
    expect([script.sent, clock.timers]).toEqual([1, 0]);
  });

  it.each(["-1", "0", "NaN", "Thu, 01 Jan 1970 00:00:00 GMT"])(
    "F4: a hint of %s is none: the retry has its jitter",
    async (hint) => {
      const { clock, circuit } = setUpRetries();
      const start = clock.now();
      const script = answers(http(503, { headers: { "retry-after": hint } }), 200);
      expect((await finish(clock, circuit.call(script.fn))).ok).toBe(true);
      expect(clock.now() - start).toBe(250);
    },
  );

  it("10 s is waited for, a little more is not", () => {
    const wait = (retryAfterMs: number) => retryWaitMs({ reason: "throttled", retryAfterMs }, 1, () => 0);
    expect([wait(10_000), wait(10_001)]).toEqual([10_000, undefined]);
  });

  it("F6: after the last attempt nobody waits", async () => {
    const { clock, circuit } = setUpRetries({ retries: { attempts: 3 } });
    const start = clock.now();
    const script = answers(500);
    const failure = failureOf(await finish(clock, circuit.call(script.fn)));
    expect(failure).toMatchObject({ reason: "server-error", attempts: 3, elapsedMs: 750 });
    expect([script.sent, clock.now() - start, clock.timers]).toEqual([3, 750, 0]);
  });
});
