import { describe, expect, it, vi } from "vitest";
import { aRow, NOW } from "../testing/row.js";
import { headline, next, sentence, tabTitle, tally } from "./sentence.js";

// Times of day are the reader's; here he is in Greenwich.
vi.hoisted(() => {
  process.env.TZ = "UTC";
});

const MINUTE = 60_000;

describe("the sentence", () => {
  it("tells of an open circuit all that the person on call asks", () => {
    const row = aRow({
      standing: "open",
      state: "open",
      since: NOW - 3 * MINUTE,
      endsAt: NOW + 12_000,
      cause: "6 failures in a row, last: 503 overloaded",
      spared: 412,
    });

    expect(headline([row], NOW)).toBe(
      "openai/gpt-5 is open since 14:02 (3 min): 6 failures in a row, last: 503 overloaded. Next probe in 12 s. 412 calls spared.",
    );
  });

  it.each([
    ["a probe that is due", { endsAt: NOW - 1 }, "Next probe is the next call."],
    ["a long wait", { endsAt: NOW + 9 * MINUTE }, "Next probe at 14:14:00 (in 9 min)."],
    ["one call", { spared: 1 }, "1 call spared."],
    ["observe by its options", { mode: "observe" }, "It only observes: nothing is rejected."],
    ["observe: what would have been", { mode: "observe", spared: 3 }, "3 calls would have been spared."],
  ] as const)("open: %s", (_name, change, words) => {
    const row = aRow({ standing: "open", state: "open", cause: "c", endsAt: NOW + 5_000, ...change });

    expect(sentence(row, NOW)).toContain(words);
  });

  it("names the operator's reason and the end of a hold", () => {
    const hold = { kind: "forced-open", until: NOW + 12 * MINUTE, reason: "incident 4711" } as const;
    const row = aRow({
      standing: "forced-open",
      state: "forced-open",
      since: NOW - 3 * MINUTE,
      hold,
      spared: 7,
    });

    expect(sentence(row, NOW)).toBe(
      "openai/gpt-5 was forced open by an operator at 14:02 (3 min ago), until 14:17 (12 min left): incident 4711. 7 calls spared.",
    );
    expect(next(row, NOW)).toBe("until 14:17 (12 min left)");
  });

  it("says what a limit allows and why", () => {
    const inFlight = { total: 4, waiting: 3, stalled: 0, limit: 11, waitingLimit: 3 };
    const row = aRow({ standing: "limited", cause: "5 of 5 calls waited longer", inFlight });

    expect(sentence(row, NOW)).toContain(
      "at most 3 may wait for an answer to begin, at most 11 may be in flight, because 5 of 5 calls waited longer.",
    );
  });

  it("tells yesterday from today", () => {
    const row = aRow({ standing: "open", state: "open", since: NOW - 26 * 60 * MINUTE, cause: "c" });

    expect(sentence(row, NOW)).toContain("since 14 Jan, 12:05 (26 h)");
  });
});

describe("when all is well", () => {
  it("says so, with the rate of calls and failures", () => {
    const rates = { calls: 200, successes: 199, failures: 1, neutral: 0, byReason: {}, rejected: 0 };

    expect(headline([aRow({ rates }), aRow({ circuit: "b" })], NOW)).toBe(
      "All 2 circuits are closed. 200 calls in the last minute, 0.5 % failed.",
    );
  });

  it("says when nothing happens at all", () => {
    expect(headline([], NOW)).toMatch(/^No circuit yet/);
    expect(headline([aRow({})], NOW)).toBe("openai/gpt-5 is closed. No calls in the last minute.");
  });

  it("says when an operator had a circuit observe", () => {
    const hold = { kind: "observe", until: NOW + MINUTE, reason: "r" } as const;

    expect(headline([aRow({ mode: "observe", hold })], NOW)).toContain(
      "1 circuit only observed, by an operator.",
    );
  });
});

describe("many circuits", () => {
  it("counts states for the tab and for the page", () => {
    const rows = [
      aRow({ standing: "open" }),
      aRow({ standing: "open" }),
      aRow({ standing: "limited" }),
      aRow({}),
    ];

    expect(tabTitle(rows)).toBe("2 open – Recloser");
    expect(tally(rows)).toBe("2 open · 1 limited · 1 closed");
    expect(tabTitle([aRow({})])).toBe("Recloser: all closed");
  });
});
