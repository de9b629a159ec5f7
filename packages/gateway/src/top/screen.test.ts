import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { NOW, OPEN, overviewOf, rowOf } from "../testing/overview.js";
import { type Paper, screen, scrolled } from "./screen.js";

// Times of day are the reader's; here he is in Greenwich.
vi.hoisted(() => {
  process.env.TZ = "UTC";
});

const PAPER: Paper = { columns: 120, rows: Infinity, from: 0, colour: false };
const sight = (overview = overviewOf([])) => ({ overview, now: NOW, lost: undefined });

const two = overviewOf([rowOf(OPEN), rowOf({ circuit: "anthropic/claude-opus-5" })], {
  events: [
    {
      id: 1,
      at: NOW - 180_000,
      circuit: "openai/gpt-5",
      kind: "transition",
      from: "closed",
      to: "open",
      message: "6 failures in a row, last: 503 overloaded",
    },
    { id: 2, at: NOW - 60_000, circuit: "openai/gpt-5", kind: "judged", judgement: "confirmed" },
  ],
});

describe("the screen", () => {
  it("says the sentence first, then the rows, worst first, then what has changed", () => {
    expect(screen(sight(two), PAPER)).toEqual([
      "openai/gpt-5 is open since 14:02 (3 min): 6 failures in a row, last: 503 overloaded. Next probe in 12 s. 412 calls",
      "spared.",
      "",
      "STATE     CIRCUIT                  SINCE           NEXT           CALLS/MIN  FAILED        TOKEN P95  SPARED",
      "■ open    openai/gpt-5             14:02 (3 min)   probe in 12 s         14   100 %  1.30 s (1.50 s)     412",
      "● closed  anthropic/claude-opus-5  13:05 (60 min)                       120   1.7 %  1.30 s (1.50 s)",
      "",
      "14:02:00  openai/gpt-5 is open: 6 failures in a row, last: 503 overloaded",
    ]);
  });

  it("leaves out the least telling columns where it is narrow, and cuts names last", () => {
    const lines = screen(sight(two), { ...PAPER, columns: 60 });
    expect(lines.slice(4, 7)).toEqual([
      "STATE     CIRCUIT             SINCE           FAILED  SPARED",
      "■ open    openai/gpt-5        14:02 (3 min)    100 %     412",
      "● closed  anthropic/claude-…  13:05 (60 min)   1.7 %",
    ]);
    const long = overviewOf([rowOf({ circuit: `provider/${"m".repeat(100)}` })]);
    expect(screen(sight(long), { ...PAPER, columns: 40 }).at(-1)).toMatch(
      /^● closed {2}provider\/m+… +1\.7 %$/,
    );
  });

  it("says that what it shows is old, and why", () => {
    const lost = { why: "No answer from http://127.0.0.1:8788: connection refused.", since: NOW - 12_000 };
    expect(screen({ ...sight(two), lost }, PAPER)[0]).toBe(
      "STALE: No answer from http://127.0.0.1:8788: connection refused. What is below is 12 s old. Trying again.",
    );
  });

  it("shows what fits, counts the rest, and scrolls", () => {
    const rows = Array.from({ length: 200 }, (_, at) =>
      rowOf({ circuit: `p/m-${String(at).padStart(3, "0")}` }),
    );
    const paper = { ...PAPER, rows: 24 };
    const top = screen(sight(overviewOf(rows, { hidden: 7 })), paper);
    expect(top).toHaveLength(24);
    expect(top[0]).toBe("All 200 circuits are closed. 24,000 calls in the last minute, 1.7 % failed.");
    expect(top.at(-1)).toBe("187 more circuits below, none worse");
    const scrolled = screen(sight(overviewOf(rows)), { ...paper, from: 190 });
    expect(scrolled.at(-1)).toBe("180 circuits above");
    expect(scrolled.at(-2)).toContain("p/m-199");
  });

  it("speaks of providers, and of what is not closed beside the worst", () => {
    const rows = [rowOf(OPEN), rowOf({ ...OPEN, circuit: "openai/gpt-5-mini" }), rowOf({ circuit: "z/z" })];
    const providers = [{ provider: "openai", message: "openai looks down: 2 of 2 circuits are open" }];
    const lines = screen(sight(overviewOf(rows, { providers })), { ...PAPER, columns: 140 });
    expect(lines.slice(1, 4)).toEqual([
      "openai looks down: 2 of 2 circuits are open.",
      "openai/gpt-5-mini is open since 14:02 (3 min): 6 failures in a row, last: 503 overloaded. Next probe in 12 s. 412 calls spared.",
      "2 open · 1 closed",
    ]);
  });

  it("says which circuits only observe", () => {
    const [, , , line] = screen(sight(overviewOf([rowOf({ mode: "observe" })])), PAPER);
    expect(line).toMatch(/^● closed, observes only {2}openai/);
  });

  it("knows how far it can be scrolled", () => {
    const rows = Array.from({ length: 200 }, (_, at) => rowOf({ circuit: `p/m-${at}` }));
    const { from, lines } = scrolled(sight(overviewOf(rows)), { ...PAPER, rows: 24, from: 199 });
    expect(from).toBe(180);
    expect(lines).toEqual(screen(sight(overviewOf(rows)), { ...PAPER, rows: 24, from: 180 }));
  });

  it("is what the docs show", () => {
    const page = readFileSync(new URL("../../../../docs/on-call-page.md", import.meta.url), "utf8");
    expect(page).toContain(screen(sight(two), PAPER).join("\n"));
  });

  it("says that there is no circuit yet", () => {
    expect(screen(sight(), PAPER)).toEqual(["No circuit yet: each appears with its first call.", ""]);
  });

  it("cannot be steered by names or messages, and is never wider or higher than the paper", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("\x1b[2J\x1b]0;owned\x07", "a\r\nb", "\u202etxet", "\u009b31m", "日本語"),
    );
    fc.assert(
      fc.property(
        text,
        text,
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 8, max: 50 }),
        fc.integer({ min: 0, max: 9 }),
        (circuit, message, columns, rows, from) => {
          const overview = overviewOf(
            [rowOf({ ...OPEN, circuit, cause: message }), rowOf(), rowOf({ circuit: message })],
            {
              providers: [{ provider: "p", message }],
              events: [{ id: 1, at: NOW, circuit, kind: "operator", message }],
            },
          );
          const lost = { why: message, since: NOW };
          const lines = screen({ overview, now: NOW, lost }, { columns, rows, from, colour: false });
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) {
            expect(line.length).toBeLessThanOrEqual(columns);
            expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);
          }
        },
      ),
    );
  });

  it("colours states only where colours are wanted", () => {
    const coloured = screen(sight(two), { ...PAPER, colour: true }).join("\n");
    expect(coloured).toContain("\x1b[31m");
    expect(screen(sight(two), PAPER).join("\n")).not.toContain("\x1b");
  });
});
