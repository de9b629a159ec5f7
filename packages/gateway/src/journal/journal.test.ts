import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collect } from "../testing/collect.js";
import { chat, gatewayFor, mockFor, post } from "../testing/gateway.js";
import { makePipe } from "../testing/pipe.js";
import type { JournalEntry } from "./entry.js";
import { readJournal } from "./read.js";
import { JournalWriter } from "./writer.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recloser-journal-"));
  file = join(folder, "calls.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

function writerFor(options: { maxBytes?: number; files?: number; file?: string } = {}) {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => void lines.push(line) });
  return { writer: new JournalWriter({ file, maxBytes: 1e6, files: 5, ...options }, log), lines };
}

function entry(n: number): string {
  const one: JournalEntry = {
    v: 1,
    start: n,
    endMs: 1,
    circuit: "p/m",
    provider: "p",
    streaming: false,
    attempt: 1,
    verdict: "success",
    requestBytes: 1,
    responseBytes: 1,
  };
  return JSON.stringify(one);
}

describe("the gateway's journal", () => {
  it("has a line for each attempt and each rejection, with what became of it", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { journal: { file } });
    const begun = Date.now();
    await (await chat(gateway, "good")).text();
    await (await chat(gateway, "good", true)).text();
    await (await chat(gateway, "mock-fault:cut", true)).text().catch(() => {});
    await (await chat(gateway, "mock-fault:bad-request")).text();
    for (let n = 0; n < 8; n++) await (await chat(gateway, "mock-fault:throttled")).text();
    await gateway.close();

    const all = await collect(readJournal(file));
    const [unary, stream, cut, bad, ...throttled] = all;
    expect(unary).toMatchObject({
      v: 1,
      circuit: "p/good",
      provider: "p",
      model: "good",
      streaming: false,
      attempt: 1,
      verdict: "success",
      status: 200,
    });
    expect(unary?.start).toBeGreaterThanOrEqual(begun);
    expect(unary?.requestBytes).toBeGreaterThan(10);
    expect(unary?.responseBytes).toBeGreaterThan(10);
    expect(stream).toMatchObject({ streaming: true, verdict: "success", status: 200 });
    expect(stream?.firstTokenMs).toBeLessThanOrEqual(stream?.endMs ?? 0);
    expect(cut).toMatchObject({ verdict: "failure", reason: "truncated", status: 200 });
    expect(bad).toMatchObject({ verdict: "neutral", reason: "invalid-request", status: 400 });
    expect(throttled[0]).toMatchObject({ verdict: "failure", reason: "throttled", status: 429 });
    expect(throttled[0]).toHaveProperty("retryAfterMs");
    expect(throttled).toHaveLength(8);
    expect(throttled.at(-1)).toMatchObject({ verdict: "rejected", requestBytes: expect.any(Number) });
    expect(throttled.at(-1)).not.toHaveProperty("status");
    expect(all.filter(({ verdict }) => verdict !== "rejected")).toHaveLength(mock.attemptsTotal());
  });

  it("holds no prompt, no answer and no secret", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { journal: { file } });
    for (const fault of ["error-500", "unauthorized", "cut", "quota", "stream-error", "malformed"]) {
      const body = {
        model: `mock-fault:${fault}`,
        stream: true,
        messages: [{ role: "user", content: "secret-1" }],
      };
      const init = {
        headers: { authorization: "Bearer secret-2", "x-api-key": "secret-3", cookie: "a=secret-4" },
      };
      await (await post(gateway, "/v1/chat/completions?key=secret-5", body, init)).text().catch(() => {});
    }
    const answer = await (await chat(gateway, "good")).text();
    await gateway.close();
    const text = readFileSync(file, "utf8");
    expect(text.split("\n").length).toBe(8);
    expect(text).not.toContain("secret");
    const said = (JSON.parse(answer) as { choices: [{ message: { content: string } }] }).choices[0].message
      .content;
    expect(said.length).toBeGreaterThan(4);
    expect(text).not.toContain(said);
  });

  it("in a folder that is not there is a warning, and calls go on", async () => {
    const gateway = await gatewayFor(await mockFor(), { journal: { file: join(folder, "none", "x.jsonl") } });
    expect((await chat(gateway, "good")).status).toBe(200);
    await expect
      .poll(() => gateway.lines.join(""))
      .toContain("(ENOENT); lines are lost, calls are not affected.");
    expect((await chat(gateway, "good")).status).toBe(200);
  });
});

describe("the journal's file", () => {
  it("is put aside by size; the oldest is deleted; the reader finds all in order", async () => {
    const { writer } = writerFor({ maxBytes: 65_536, files: 3 });
    const length = entry(1).length + 6;
    // Four files' worth, in batches that the writer can put aside between.
    const total = Math.floor((4 * 65_536) / length);
    for (let n = 0; n < total; n++) writer.write(entry(1e6 + n));
    await writer.close();
    expect(readdirSync(folder).sort()).toEqual(["calls.jsonl", "calls.jsonl.1", "calls.jsonl.2"]);
    for (const name of readdirSync(folder))
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(65_536);
    const starts = (await collect(readJournal(file))).map(({ start }) => start);
    expect(starts.at(-1)).toBe(1e6 + total - 1);
    expect(starts).toEqual(Array.from(starts, (_, i) => 1e6 + total - starts.length + i));
    expect([writer.written, writer.dropped]).toEqual([total, 0]);
  });

  it("has a torn last line mended, and the reader passes it over", async () => {
    writeFileSync(file, `${entry(1)}\n${entry(2).slice(0, 30)}`);
    const { writer } = writerFor();
    writer.write(entry(3));
    await writer.close();
    const skipped: unknown[] = [];
    const starts = (await collect(readJournal(file, (where) => skipped.push(where)))).map(
      ({ start }) => start,
    );
    expect(starts).toEqual([1, 3]);
    expect(skipped).toEqual([{ file, line: 2 }]);
  });

  it("lines of other kinds are passed over: other versions, other JSON, binary", async () => {
    appendFileSync(
      file,
      `{"v":2}\nnull\n[]\n"x"\n\u0000\u0001\n\n${entry(1).replace('"endMs":1', '"endMs":"1"')}\n`,
    );
    appendFileSync(file, `${entry(4)}\n${entry(5).slice(0, -1)},"later":true}\n`);
    const skipped: number[] = [];
    const all = await collect(readJournal(file, ({ line }) => skipped.push(line)));
    expect(all.map(({ start }) => start)).toEqual([4, 5]);
    expect(skipped).toEqual([1, 2, 3, 4, 5, 7]);
  });

  it("can be moved away by others: reopen() makes a new one", async () => {
    const { writer } = writerFor();
    writer.write(entry(1));
    await expect.poll(() => writer.written).toBe(1);
    renameSync(file, `${file}.moved`);
    writer.reopen();
    writer.write(entry(2));
    await writer.close();
    expect((await collect(readJournal(file))).map(({ start }) => start)).toEqual([2]);
    expect(readFileSync(`${file}.moved`, "utf8")).toBe(`${entry(1)}\n`);
  });

  it.runIf(process.platform === "linux")(
    "on a full disk loses lines, says so once, and costs nobody time",
    async () => {
      const { writer, lines } = writerFor({ file: "/dev/full", maxBytes: 65_536 });
      for (let n = 0; n < 2_000; n++) writer.write(entry(n));
      await expect.poll(() => writer.dropped).toBeGreaterThan(0);
      for (let n = 0; n < 2_000; n++) writer.write(entry(n));
      await writer.close();
      expect(writer.written).toBe(0);
      expect(writer.dropped).toBe(4_000);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain("The journal /dev/full cannot be written (ENOSPC)");
      // It is not a file that could be put aside.
      expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
    },
  );

  it.runIf(process.platform === "linux")("a pipe is refused: it would wait for a reader", async () => {
    makePipe(file);
    const { writer, lines } = writerFor();
    writer.write(entry(1));
    await writer.close();
    expect(writer.dropped).toBe(1);
    expect(lines.join("")).toContain("(it is no regular file)");
  });

  it("a disk that is slower than the calls costs lines, not memory", async () => {
    const { writer, lines } = writerFor();
    const line = JSON.stringify({ x: "x".repeat(10_000) });
    // Nothing can be written before this returns.
    for (let n = 0; n < 1_000; n++) writer.write(line);
    expect(writer.dropped).toBeGreaterThan(500);
    expect(lines.filter((each) => each.includes("too slow"))).toHaveLength(1);
    await writer.close();
    expect(writer.written + writer.dropped).toBe(1_000);
  });

  it("that is not there is an error of the reader's", async () => {
    await expect(collect(readJournal(file))).rejects.toThrow(
      `There is no journal at ${file}; check the path.`,
    );
  });
});
