import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { chat, deadPort, mockFor } from "./testing/gateway.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-full-"));
afterAll(() => rmSync(folder, { recursive: true }));
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

describe.runIf(process.platform === "linux")("a disk that takes nothing more", () => {
  it("costs the journal and the state, each with one warning; no calls, and not the state that there was", async () => {
    const mock = await mockFor();
    const port = await deadPort();
    const pathOf = (name: string) => join(folder, name);
    const [state, journal, config] = [
      pathOf("state"),
      pathOf("calls.jsonl"),
      pathOf("recloser.yaml"),
    ] as const;
    const before = '{"recloser":"state","version":1,"savedAt":1,"circuits":0}\n';
    writeFileSync(state, before);
    writeFileSync(
      config,
      `providers: [{ name: p, upstream: "${mock.url}" }]
listen: { port: ${port} }
admin: { port: 0 }
state: { file: "${state}", everyMs: 100 }
journal: { file: "${journal}" }
`,
    );
    // No file may grow beyond nothing at all.
    const limited = 'ulimit -f 0 && exec "$@"';
    const args = ["-c", limited, "sh", process.execPath, cli, "gateway", "-c", config];
    const child = spawn("sh", args, { stdio: ["ignore", "ignore", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exit = once(child, "exit");
    let log = "";
    child.stderr.on("data", (chunk) => {
      log += String(chunk);
    });
    const gateway = { url: `http://127.0.0.1:${port}` };
    const status = () =>
      chat(gateway, "m")
        .then((answer) => answer.status)
        .catch(() => 0);
    await expect.poll(status, { timeout: 15_000 }).toBe(200);
    await expect.poll(() => log).toContain(`The state file ${state} cannot be written (EFBIG)`);
    await expect.poll(() => log).toContain(`The journal ${journal} cannot be written (EFBIG)`);
    for (let n = 0; n < 10; n++) expect(await status()).toBe(200);
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    expect(log.split("cannot be written").length - 1).toBe(2);
    expect(readFileSync(state, "utf8")).toBe(before);
    // No half of a file is left beside it.
    expect(readdirSync(folder).sort()).toEqual(["calls.jsonl", "recloser.yaml", "state"]);
  });
});
