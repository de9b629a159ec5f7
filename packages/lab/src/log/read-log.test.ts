import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reading } from "./entry.js";
import { readLog } from "./read-log.js";

const folder = mkdtempSync(join(tmpdir(), "lab-log-"));
const READING: Reading = { map: new Map(), unit: undefined };
let files = 0;

function fileOf(text: string): string {
  const path = join(folder, `log-${++files}`);
  writeFileSync(path, text);
  return path;
}

const read = (text: string, reading = READING) => readLog([fileOf(text)], reading);
const SUCCESS = { verdict: "success" };

describe("a log of calls", () => {
  it("is a CSV file with moments in ISO 8601, in any order", async () => {
    const { calls } = await read(
      "outcome,Start,First Token,End,Model\r\n" +
        "503,2026-03-01T14:00:10Z,,2026-03-01T14:00:10.200Z,gpt-5\r\n" +
        'ok,2026-03-01 14:00:00,2026-03-01 14:00:00.5,2026-03-01T15:00:02+01:00,"gpt-5, the big one"\r\n',
    );
    expect(calls).toEqual([
      {
        start: Date.UTC(2026, 2, 1, 14),
        firstTokenMs: 500,
        durationMs: 2_000,
        verdict: SUCCESS,
        circuit: "gpt-5, the big one",
        worker: "",
        streaming: true,
      },
      {
        start: Date.UTC(2026, 2, 1, 14, 0, 10),
        firstTokenMs: undefined,
        durationMs: 200,
        verdict: { verdict: "failure", reason: "overloaded" },
        circuit: "gpt-5",
        worker: "",
        streaming: false,
      },
    ]);
  });

  it("is JSON lines with spans, a provider and workers", async () => {
    const { calls } = await read(
      '{"ts":1767225600,"ttft_ms":400,"latency_ms":3000,"status":200,"provider":"openai","model":"gpt-5","host":"a"}\n' +
        '{"ts":1767225601.5,"latency_ms":100,"status":429,"provider":"openai","model":"gpt-5","host":"b","retry_after_s":20}\n',
    );
    expect(calls).toMatchObject([
      {
        start: 1_767_225_600_000,
        firstTokenMs: 400,
        durationMs: 3_000,
        circuit: "openai/gpt-5",
        worker: "a",
      },
      {
        start: 1_767_225_601_500,
        durationMs: 100,
        verdict: { verdict: "failure", reason: "throttled", retryAfterMs: 20_000 },
        worker: "b",
      },
    ]);
  });

  it("is the gateway's journal, whose rejections tell nothing and whose last line may be torn", async () => {
    const line = (more: object) =>
      JSON.stringify({
        v: 1,
        start: 1_767_225_600_123,
        endMs: 3_120.9,
        circuit: "openai/gpt-5",
        streaming: true,
        ...more,
      });
    const log = await read(
      `${line({ verdict: "success", firstTokenMs: 412.3 })}\n${line({ verdict: "failure", reason: "stalled" })}\n` +
        `${line({ verdict: "rejected", reason: "open" })}\n${line({ verdict: "neutral", reason: "auth" })}\n{"v":1,"sta`,
    );
    expect(log).toMatchObject({ unsent: 1, torn: 1 });
    expect(log.calls).toMatchObject([
      { firstTokenMs: 412.3, durationMs: 3_120.9, verdict: SUCCESS, streaming: true },
      { verdict: { verdict: "failure", reason: "stalled" }, streaming: true },
      { verdict: { verdict: "neutral", reason: "auth" } },
    ]);
  });

  it("may count from its own beginning, in the unit that is said", async () => {
    const text = "t,first_token,end,result\n0,0.5,2,success\n10,,70,timeout\n";
    expect((await read(text, { ...READING, unit: "s" })).calls).toMatchObject([
      { start: 0, firstTokenMs: 500, durationMs: 2_000 },
      { start: 10_000, durationMs: 60_000, verdict: { reason: "timeout" } },
    ]);
    await expect(read(text)).rejects.toThrow(
      /:2: t is 0, which may be seconds or milliseconds; say --unit s or --unit ms, or name the column t_ms\./,
    );
  });

  it("may have words of its own", async () => {
    const text = "start_s,duration_s,outcome\n1,1,fine\n2,1,boom\n";
    await expect(read(text)).rejects.toThrow(
      /:2: outcome is "fine", which means nothing here; say what it is, such as --map fine=timeout\./,
    );
    const map = new Map([
      ["fine", "success"],
      ["boom", "server-error"],
    ]);
    expect((await read(text, { ...READING, map })).calls.map(({ verdict }) => verdict)).toEqual([
      SUCCESS,
      { verdict: "failure", reason: "server-error" },
    ]);
  });

  it.each([
    ["start_s,duration_s\n1,1\n", /:2: There is no column for the outcome among start_s, duration_s/],
    ["start_s,outcome\n1,ok\n", /There is no column for the end among start_s, outcome; name one "end"/],
    ["start_s,duration_s,outcome\nsoon,1,ok\n", /:2: start_s is "soon"; give a number, or a time such as/],
    ["start_s,end_s,outcome\n5,4,ok\n", /:2: end_s is before the start/],
    ["start_s,end_s,outcome\n5,,ok\n", /:2: end_s is empty; give the time of the call's end/],
    ["start_s,end_s,outcome\n5,6,\n", /:2: outcome is empty; give success/],
    [
      '{"start_s":1,"duration_s":1,"outcome":"ok"}\nrubbish\n{"start_s":1,"duration_s":1,"outcome":"ok"}\n',
      /:2: this is not JSON/,
    ],
    ["start_s,duration_s,outcome\n", /There is no call in /],
    ["", /There is no call in /],
    ["start_s,duration_s,outcome\n1,1,ok,extra,more\n", /Invalid Record Length/],
  ])("that makes no sense is refused with its line: %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("must be there", async () => {
    await expect(readLog([join(folder, "nowhere.csv")], READING)).rejects.toThrow(
      /There is no file .*nowhere/,
    );
    await expect(readLog([folder], READING)).rejects.toThrow(/is a folder; give files/);
  });

  it("says the same as CSV and as JSON lines, over several files", async () => {
    const row = fc.record({
      start: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
      durationMs: fc.integer({ min: 0, max: 600_000 }),
      outcome: fc.constantFrom("success", "timeout", "429", "500", "cancelled"),
      model: fc.stringMatching(/^[a-z0-9"', -]{1,12}$/).map((text) => `m${text.trim()}`),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const csv = rows.map(
          (one) => `${one.start},${one.durationMs},${one.outcome},"${one.model.replaceAll('"', '""')}"`,
        );
        const json = rows.map((one) =>
          JSON.stringify({
            start: one.start,
            duration_ms: one.durationMs,
            outcome: one.outcome,
            model: one.model,
          }),
        );
        const fromCsv = await read(`start,duration_ms,outcome,model\n${csv.join("\n")}\n`);
        const fromJson = await readLog(
          json.map((line) => fileOf(`${line}\n`)),
          READING,
        );
        expect(fromCsv).toEqual(fromJson);
        expect(fromCsv.calls.map(({ start }) => start)).toEqual(
          rows.map(({ start }) => start).sort((a, b) => a - b),
        );
      }),
      { numRuns: 40 },
    );
  });
});
