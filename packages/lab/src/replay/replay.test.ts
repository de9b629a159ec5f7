import fc from "fast-check";
import type { Verdict } from "recloser";
import { describe, expect, it } from "vitest";
import type { CallLog, LoggedCall } from "../log/logged-call.js";
import { choosePolicies } from "../policy/catalogue.js";
import { figuresOf } from "./figures.js";
import { replayJson } from "./json.js";
import { replay } from "./replay.js";
import { replayReport } from "./report.js";
import { replayText } from "./words.js";

const SUCCESS: Verdict = { verdict: "success" };
const DOWN: Verdict = { verdict: "failure", reason: "overloaded" };
const START = Date.UTC(2026, 0, 1);

function callAt(seconds: number, more: Partial<LoggedCall> = {}): LoggedCall {
  return {
    start: START + seconds * 1_000,
    firstTokenMs: 300,
    durationMs: 2_000,
    verdict: SUCCESS,
    circuit: "openai/gpt-5",
    worker: "",
    streaming: true,
    ...more,
  };
}

function logOf(calls: readonly LoggedCall[]): CallLog {
  return { calls: [...calls].sort((a, b) => a.start - b.start), unsent: 0, torn: 0 };
}

/** One call a second for an hour; from minute 15 to 25 all of them fail at once. */
const OUTAGE = logOf(
  Array.from({ length: 3_600 }, (_, second) =>
    second >= 900 && second < 1_500
      ? callAt(second, { verdict: DOWN, durationMs: 200, firstTokenMs: undefined })
      : callAt(second),
  ),
);

describe("replaying a log", () => {
  it("says when Recloser would have opened, why, what that spares, and when it would have closed", () => {
    const result = replay(OUTAGE, choosePolicies("recloser"), Infinity);
    const [row] = result.rows;
    expect(row?.openings).toHaveLength(1);
    const [opening] = row?.openings ?? [];
    expect(opening?.circuit).toBe("openai/gpt-5");
    expect(opening?.why).toMatch(/calls failed/);
    expect((opening?.from ?? 0) - START).toBeGreaterThan(900_000);
    expect((opening?.from ?? 0) - START).toBeLessThan(910_000);
    expect((opening?.until ?? 0) - START).toBeGreaterThan(1_500_000);
    expect((opening?.until ?? 0) - START).toBeLessThan(1_545_000);
    const figures = row && figuresOf(row, result.span);
    expect(figures).toMatchObject({ openings: 1, mistaken: 0, full: 0 });
    expect(figures?.failuresSpared).toBeGreaterThan(540);
    expect(figures?.answersLost).toBeLessThan(45);
    expect(replayText(result)).toMatch(
      /2026-01-01 00:15:0\d {2}openai\/gpt-5 for \d+ s \(.*calls failed.*\): \d+ failures spared/,
    );
  });

  it("knows an opening that did harm for a mistake", () => {
    const blip = logOf(
      Array.from({ length: 600 }, (_, second) =>
        callAt(second, second >= 300 && second < 305 ? { verdict: DOWN, durationMs: 100 } : {}),
      ),
    );
    const result = replay(blip, choosePolicies("consecutive"), Infinity);
    expect(result.rows[0] && figuresOf(result.rows[0], result.span)).toMatchObject({
      openings: 1,
      mistaken: 1,
    });
    expect(replayText(result)).toContain("; mistaken");
  });

  it("gives each worker and each circuit a guard of its own", () => {
    const two = OUTAGE.calls.flatMap((call) => [
      { ...call, worker: "a" },
      { ...call, worker: "b", verdict: SUCCESS },
      { ...call, worker: "a", circuit: "openai/gpt-5-mini", verdict: SUCCESS },
    ]);
    const result = replay(logOf(two), choosePolicies("recloser"), Infinity);
    expect(result.rows[0]?.openings).toMatchObject([{ worker: "a", circuit: "openai/gpt-5" }]);
    expect(result.span).toMatchObject({ workers: 2, circuits: 2 });
  });

  it("counts what a bulkhead has no place for apart", () => {
    const slow = logOf(Array.from({ length: 100 }, (_, second) => callAt(second, { durationMs: 10_000 })));
    const result = replay(slow, choosePolicies("bulkhead"), 4);
    const figures = result.rows[0] && figuresOf(result.rows[0], result.span);
    expect(figures).toMatchObject({ openings: 0, spared: 0, full: 60 });
  });

  it("refuses what cannot be replayed", () => {
    expect(() => replay(OUTAGE, choosePolicies("oracle"), Infinity)).toThrow(/no log tells; leave it out/);
    expect(() => replay(OUTAGE, choosePolicies("opossum"), Infinity)).toThrow(
      /system's clock and cannot be replayed/,
    );
  });

  it("says the same again", () => {
    const json = () =>
      JSON.stringify(replayJson(replay(OUTAGE, choosePolicies("recloser,consecutive"), Infinity)));
    expect(json()).toBe(json());
  });

  it("makes a report that nothing in a log can mark up", () => {
    const evil = OUTAGE.calls.map((call) => ({ ...call, circuit: "<img src=x onerror=alert(1)>" }));
    const html = replayReport(replay(logOf(evil), choosePolicies("recloser"), Infinity));
    expect(html).toContain("&lt;img src=x");
    expect(html).not.toMatch(/<img|<script|src="|<link/);
    expect(html.match(/<svg/g)?.length).toBe(2);
  });

  it("loses no call: each is sent, refused, given up or finds no place, and what is spared had happened", () => {
    const call = fc.record({
      second: fc.double({ min: 0, max: 600, noNaN: true }),
      durationMs: fc.integer({ min: 0, max: 120_000 }),
      verdict: fc.constantFrom<Verdict>(SUCCESS, DOWN, DOWN, { verdict: "neutral", reason: "cancelled" }),
      worker: fc.constantFrom("a", "b"),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (calls, bulkhead) => {
        const log = logOf(
          calls.map(({ second, ...rest }) => callAt(second, { ...rest, firstTokenMs: undefined })),
        );
        const { rows, span } = replay(log, choosePolicies("recloser,consecutive,hystrix"), bulkhead);
        for (const { refused, full, aborted, openings } of rows) {
          expect(refused.successes + full.successes + aborted.successes).toBeLessThanOrEqual(span.successes);
          expect(refused.failures + full.failures + aborted.failures).toBeLessThanOrEqual(span.failures);
          for (const { from, until } of openings) {
            expect(from).toBeGreaterThanOrEqual(span.from);
            if (until !== undefined) expect(until).toBeGreaterThanOrEqual(from);
          }
          const within = openings.reduce((sum, one) => sum + one.refused.failures + one.refused.successes, 0);
          expect(within).toBeLessThanOrEqual(refused.failures + refused.successes);
        }
      }),
      { numRuns: 60 },
    );
  });
});
