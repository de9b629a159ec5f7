import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LineSink } from "./log-sink.js";
import { makePipe } from "./testing/pipe.js";

describe("the log's sink", () => {
  it("writes every line in order", async () => {
    const folder = mkdtempSync(join(tmpdir(), "recloser-sink-"));
    const fd = openSync(join(folder, "log"), "w");
    const sink = new LineSink(fd);
    const lines = Array.from({ length: 5_000 }, (_, n) => `line ${n}\n`);
    for (const line of lines) sink.write(line);
    await sink.idle();
    expect(readFileSync(join(folder, "log"), "utf8")).toBe(lines.join(""));
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it.runIf(process.platform === "linux")("a full disk loses lines and nothing else", async () => {
    const fd = openSync("/dev/full", "w");
    const sink = new LineSink(fd);
    sink.write("one\n");
    sink.write("two\n");
    await sink.idle();
    expect(sink.dropped).toBe(2);
    closeSync(fd);
  });

  it.runIf(process.platform === "linux")(
    "a reader that hangs costs bounded memory and nobody's time",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "recloser-sink-"));
      const pipe = join(folder, "pipe");
      makePipe(pipe);
      // Open for both, so that opening does not wait; nobody reads.
      const fd = openSync(pipe, "r+");
      const sink = new LineSink(fd);
      const line = `${"x".repeat(1_000)}\n`;
      for (let n = 0; n < 3_000; n++) sink.write(line);
      expect(sink.dropped).toBeGreaterThan(1_500);
      // Somebody reads at last: what waited arrives, whole lines in order.
      const reader = spawn("cat", [pipe]);
      let read = 0;
      reader.stdout.on("data", (chunk: Buffer) => {
        read += chunk.length;
      });
      await expect.poll(() => read, { timeout: 10_000 }).toBe((3_000 - sink.dropped) * line.length);
      reader.kill();
      closeSync(fd);
      rmSync(folder, { recursive: true });
    },
  );
});
