import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Bucket, Slots } from "./limits.js";
import { mockFor, post } from "./testing/calls.js";
import { fakeClock } from "./testing/fake-clock.js";

describe("capacity", () => {
  it("serves so many at once, the rest in order of arrival", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ capacity: 1, firstTokenMs: 1000 });
    const calls = [];
    for (let i = 1; i <= 3; i++) {
      calls.push(post(mock, "chat", `m${i}`));
      await mock.waitForAttempts(i);
    }
    const ends = () => mock.attempts().map((a) => a.end);
    for (let done = 1; done <= 3; done++) {
      clock.advance(1000);
      await calls[done - 1];
      await vi.waitFor(() => expect(ends().filter((end) => end === "complete")).toHaveLength(done));
      expect(ends().slice(0, done)).toEqual(Array(done).fill("complete"));
    }
  });

  it("a caller that leaves, leaves the queue", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ capacity: 1, firstTokenMs: 1000 });
    const abort = new AbortController();
    const first = post(mock, "chat", "first");
    await mock.waitForAttempts(1);
    const second = expect(post(mock, "chat", "second", { signal: abort.signal })).rejects.toThrow();
    await mock.waitForAttempts(2);
    const third = post(mock, "chat", "third");
    await mock.waitForAttempts(3);
    abort.abort();
    await second;
    await vi.waitFor(() => expect(mock.attempts()[1]?.end).toBe("client-gone"));
    clock.advance(1000);
    await first;
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("complete"));
    clock.advance(1000);
    expect((await third).status).toBe(200);
  });

  it("an error needs no place, and more capacity lets the queue in", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ capacity: 1, firstTokenMs: 1000 });
    const first = post(mock, "chat", "first");
    await mock.waitForAttempts(1);
    const second = post(mock, "chat", "second");
    await mock.waitForAttempts(2);
    expect((await post(mock, "chat", "mock-fault:error-500")).status).toBe(500);
    mock.setBehaviour({ capacity: 2 });
    clock.advance(1000);
    expect((await first).status).toBe(200);
    expect((await second).status).toBe(200);
  });

  it("property: never more at once than the capacity, first come first served, and nothing is forgotten", () => {
    const step = fc.record({
      give: fc.boolean(),
      which: fc.nat(20),
      capacity: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let capacity = 2;
        const slots = new Slots(() => capacity);
        const started: number[] = [];
        const releases = new Map<number, () => void>();
        const waiting = new Set<number>();
        let next = 0;
        for (const { give, which, capacity: wanted } of steps) {
          const held = [...releases.keys()];
          const target = held[which % Math.max(1, held.length)];
          if (give && target !== undefined) {
            waiting.delete(target);
            releases.get(target)?.();
            releases.delete(target);
          } else {
            const id = next++;
            waiting.add(id);
            const release = slots.take(() => {
              expect([...waiting][0]).toBe(id);
              waiting.delete(id);
              started.push(id);
              expect(slots.busy).toBeLessThanOrEqual(capacity);
            });
            releases.set(id, release);
          }
          capacity = Math.max(wanted, slots.busy);
          slots.pump();
          expect(slots.waiting).toBe(waiting.size);
          expect(slots.busy + slots.waiting).toBe(releases.size);
          expect(slots.waiting === 0 || slots.busy >= capacity).toBe(true);
        }
        for (const release of releases.values()) release();
        expect([slots.busy, slots.waiting]).toEqual([0, 0]);
        expect(started).toEqual(started.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe("the rate limit", () => {
  it("answers 429 beyond it, with the wait in whole seconds, and lets go on after that", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ rateLimit: { perSecond: 0.5, burst: 2 } });
    const status = async () => (await post(mock, "chat", "gpt")).status;
    expect([await status(), await status()]).toEqual([200, 200]);
    const refused = await post(mock, "chat", "gpt");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "2"]);
    clock.advance(2000);
    expect(await status()).toBe(200);
    expect(mock.attempts().map((a) => a.fault)).toEqual(["none", "none", "throttled", "none"]);
    mock.setBehaviour({ rateLimit: { perSecond: 0.5, burst: 2, retryAfter: false } });
    expect((await post(mock, "chat", "gpt")).headers.get("retry-after")).toBeNull();
  });

  it("property: no window holds more than the burst and what has dripped in", () => {
    const gaps = fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { maxLength: 80 });
    fc.assert(
      fc.property(
        gaps,
        fc.double({ min: 0.1, max: 20, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        (all, rate, burst) => {
          const bucket = new Bucket();
          let now = 0;
          const taken: number[] = [];
          for (const gap of all) {
            now += gap;
            const result = bucket.take(now, rate, burst);
            if (result.ok) taken.push(now);
            else expect(result.waitMs).toBeLessThanOrEqual(1000 / rate + 1e-6);
          }
          for (const [i, from] of taken.entries()) {
            const until = taken.at(-1) ?? from;
            expect(taken.length - i).toBeLessThanOrEqual(burst + ((until - from) / 1000) * rate + 1e-6);
          }
        },
      ),
    );
  });
});
