import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Line } from "./line.js";

const job = (id: string, timestamp = 0, priority = 0) => ({ id, timestamp, priority });

function place(line: Line, one: ReturnType<typeof job>, now: number, holdMs = 0): number {
  return line.place(one, { holdMs, spacingMs: 20, random: Math.random }, now);
}

describe("the line of jobs that were sent back", () => {
  it("F2: a thousand jobs of the same age wake one after the other, none before it was asked to", () => {
    const line = new Line();
    const delays = Array.from({ length: 1_000 }, (_, i) => place(line, job(String(i)), 0, 5_000));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(5_000);
    const buckets = new Map<number, number>();
    for (const delay of delays) {
      const bucket = Math.floor(delay / 100);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
    }
    expect(Math.max(...buckets.values())).toBeLessThanOrEqual(7);
  });

  it("stays spread when all of them come and are sent back again", () => {
    const line = new Line();
    for (let i = 0; i < 100; i++) place(line, job(String(i)), 0);
    const again = Array.from({ length: 100 }, (_, i) => place(line, job(String(i)), 100, 1_000));
    expect(new Set(again.map((delay) => Math.floor(delay / 100))).size).toBeGreaterThanOrEqual(20);
  });

  it("keeps a job's place when it finds no room", () => {
    const line = new Line();
    for (const [id, age] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ] as const)
      place(line, job(id, age), 0);
    expect(place(line, job("a", 1), 30)).toBeLessThan(30);
    expect(place(line, job("d", 4), 30)).toBeGreaterThan(70);
  });

  it("takes old before new, and priorities before age", () => {
    const line = new Line();
    place(line, job("old", 1), 0);
    place(line, job("old, of low priority", 0, 7), 0);
    expect(line.dueBefore(job("new", 5), 60, 20, 9)).toBe(1);
    expect(line.dueBefore(job("new, of low priority", 5, 7), 60, 20, 9)).toBe(2);
    expect(line.dueBefore(job("older", 0), 60, 20, 9)).toBe(0);
    expect(line.dueBefore(job("old", 1), 60, 20, 9)).toBe(0);
  });

  it("counts only who is due, and forgets who had a turn or was taken by another worker", () => {
    const line = new Line();
    for (const id of ["a", "b", "c"]) place(line, job(id), 0);
    const fresh = job("new", 9);
    expect(line.dueBefore(fresh, 0, 5, 9)).toBe(0);
    expect(line.dueBefore(fresh, 100, 5, 9)).toBe(3);
    expect(line.dueBefore(fresh, 100, 5, 2)).toBe(2);
    line.leave(job("b"));
    expect(line.dueBefore(fresh, 100, 5, 9)).toBe(2);
    expect(line.dueBefore(fresh, 5_000, 5, 9)).toBe(0);
    expect(place(line, fresh, 5_000)).toBeLessThan(40);
  });

  it("takes those that were due earlier and did not come for another worker's", () => {
    const line = new Line();
    for (const id of ["a", "b", "c", "d", "e", "f", "g", "h"]) place(line, job(id), 0);
    line.arrived(job("g"), 200, 200);
    expect(line.dueBefore(job("new", 9), 200, 20, 9)).toBeLessThanOrEqual(6);
    expect(line.dueBefore(job("new", 9), 200, 20, 9)).toBeGreaterThanOrEqual(2);
    // A new one that was added just now says the same of all that were due before it.
    line.arrived(job("new", 900), 1_000, 900);
    expect(line.dueBefore(job("newer", 999), 900, 20, 9)).toBe(0);
  });

  it("never wakes a job before its hold, nor later than the whole line needs", () => {
    const arrival = fc.record({
      afterMs: fc.integer({ min: 0, max: 500 }),
      holdMs: fc.integer({ min: 0, max: 9_000 }),
      timestamp: fc.integer({ min: 0, max: 5 }),
      priority: fc.integer({ min: 0, max: 2 }),
      id: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 200 }), (arrivals) => {
        const line = new Line();
        const known = new Set<string>();
        let now = 0;
        for (const { afterMs, holdMs, timestamp, priority, id } of arrivals) {
          now += afterMs;
          known.add(String(id));
          const delay = place(line, job(String(id), timestamp, priority), now, holdMs);
          expect(delay).toBeGreaterThanOrEqual(holdMs);
          expect(delay).toBeLessThanOrEqual(holdMs + (known.size + 1) * 20);
        }
      }),
    );
  });
});
