import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { childrenOf } from "../testing/fleet.js";
import { chat, deadPort, entered, gatewayFor, mockFor, sse, upstreamFor } from "../testing/gateway.js";
import { run, startedWith } from "../testing/process.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const TOKEN = "a-token-of-operators";

/** A gateway in front of a dead provider, with one circuit open. */
async function troubled() {
  const gateway = await gatewayFor({ url: `http://127.0.0.1:${await deadPort()}` });
  const open = entered(gateway, "p/gpt-5", "open");
  for (let n = 0; n < 6; n++) await (await chat(gateway, "gpt-5")).text();
  await open;
  return gateway;
}

/** `recloser top` in a real terminal of 100 by 20. */
function inTerminal(url: string) {
  const command = `stty cols 100 rows 20; exec ${process.execPath} ${CLI} top --url ${url}; exit $?`;
  const args =
    process.platform === "darwin" ? ["-q", "/dev/null", "sh", "-c", command] : ["-qec", command, "/dev/null"];
  const child = spawn("script", args, {
    env: { ...process.env, TERM: "xterm-256color", NO_COLOR: "", FORCE_COLOR: undefined },
  });
  let text = "";
  const looks = new Set<() => void>();
  child.stdout.on("data", (chunk) => {
    text += String(chunk);
    for (const look of looks) look();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    type: (keys: string) => child.stdin.write(keys),
    text: () => text,
    pid: child.pid,
    ended,
    /** Resolves when the terminal got this after what it had got before. */
    shows(what: string | RegExp): Promise<void> {
      const from = text.length;
      return new Promise((resolve, reject) => {
        const look = () => {
          const since = text.slice(from);
          if (typeof what === "string" ? !since.includes(what) : !what.test(since)) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        void ended.then(() => reject(new Error(`it ended without ${what}: ${text}`)));
      });
    },
  };
}

describe("recloser top", () => {
  it("prints once where nobody can watch", async () => {
    const { adminUrl } = await troubled();
    const top = run("top", "--url", adminUrl);
    expect(await top.exit).toBe(0);
    expect(top.err()).toBe("");
    expect(top.out()).toMatch(/^p\/gpt-5 is open since .*: \d of \d calls failed, last: ECONNREFUSED\./);
    expect(top.out()).toMatch(/^■ open +p\/gpt-5 /m);
    expect(top.out()).not.toContain("\x1b");
  });

  it("gives programs the overview as JSON", async () => {
    const { adminUrl } = await troubled();
    const top = run("top", "--url", adminUrl, "--json");
    expect(await top.exit).toBe(0);
    expect(JSON.parse(top.out())).toMatchObject({ rows: [{ circuit: "p/gpt-5", standing: "open" }] });
  });

  it("takes the whole terminal, tells of a gateway that goes, and gives the terminal back", async () => {
    const gateway = await troubled();
    const terminal = inTerminal(gateway.adminUrl);
    await terminal.shows("p/gpt-5 is open since");
    expect(terminal.text()).toContain("\x1b[?1049h\x1b[?25l");
    const stale = terminal.shows("STALE: ");
    await gateway.close({ drainMs: 0 });
    await stale;
    // Two at once, as a held key gives them.
    terminal.type("\x1b[Bq");
    expect(await terminal.ended).toBe(0);
    expect(terminal.text().trimEnd().endsWith("\x1b[?25h\x1b[?1049l")).toBe(true);
  });

  it.each([
    ["nonsense", /--url is "nonsense"; give an address such as http:\/\/127\.0\.0\.1:8788\./],
    [
      "http://me:secret@127.0.0.1:8788",
      /--url holds a user or a password; set RECLOSER_ADMIN_TOKEN instead\./,
    ],
  ])("refuses %s in one sentence", async (url, sentence) => {
    const top = run("top", "--url", url);
    expect(await top.exit).toBe(1);
    expect(top.err()).toMatch(sentence);
    expect(top.err()).not.toContain("secret@");
  });

  it("says that nothing answers, or something else does", async () => {
    const nobody = run("top", "--url", `http://127.0.0.1:${await deadPort()}`);
    expect(await nobody.exit).toBe(1);
    expect(nobody.err()).toMatch(/No answer from http:\S+: connection refused\. Is it the admin address/);
    const mock = await mockFor();
    const another = run("top", "--url", mock.url);
    expect(await another.exit).toBe(1);
    expect(another.err()).toMatch(/answers 404; give --url the admin address/);
  });

  it("says in one sentence that something else speaks there", async () => {
    const { url } = await upstreamFor((_req, res) => sse(res).end('event: overview\ndata: {"a":1}\n\n'));
    const top = run("top", "--url", url);
    expect(await top.exit).toBe(1);
    expect(top.err()).toMatch(
      /^recloser: No answer from .*: it speaks of something else\. Is it the admin address/,
    );
  });

  it.runIf(existsSync("/dev/full"))("says that what it prints cannot be written", async () => {
    const { adminUrl } = await troubled();
    const command = `${process.execPath} ${CLI} top --json --url ${adminUrl} > /dev/full`;
    const shell = spawn("sh", ["-c", command]);
    let said = "";
    shell.stderr.on("data", (chunk) => {
      said += String(chunk);
    });
    const [code] = await once(shell, "close");
    expect([code, said]).toEqual([1, expect.stringContaining("this cannot be written (ENOSPC)")]);
  });

  it("goes on when the gateway is there again, and gives the terminal back on SIGTERM", async () => {
    const port = await deadPort();
    const providers = { url: `http://127.0.0.1:${await deadPort()}` };
    const first = await gatewayFor(providers, { admin: { port } });
    const terminal = inTerminal(first.adminUrl);
    await terminal.shows("No circuit yet");
    const stale = terminal.shows("STALE: ");
    await first.close({ drainMs: 0 });
    await stale;
    const again = terminal.shows("p/gpt-5");
    const second = await gatewayFor(providers, { admin: { port } });
    await (await chat(second, "gpt-5")).text();
    await again;
    const [top] = childrenOf(terminal.pid);
    process.kill(top ?? 0, "SIGTERM");
    await terminal.ended;
    expect(terminal.text().trimEnd().endsWith("\x1b[?25h\x1b[?1049l")).toBe(true);
  });

  it("says that a token is wanted, and takes it from the environment", async () => {
    const mock = await mockFor();
    const { adminUrl } = await startedWith({ RECLOSER_ADMIN_TOKEN: TOKEN }, "--upstream", mock.url);
    const without = run("top", "--url", adminUrl);
    expect(await without.exit).toBe(1);
    expect(without.err()).toMatch(/wants a token \(401\); set RECLOSER_ADMIN_TOKEN/);
    process.env.RECLOSER_ADMIN_TOKEN = TOKEN;
    try {
      const top = run("top", "--url", adminUrl);
      expect(await top.exit).toBe(0);
      expect(top.out()).toContain("No circuit yet");
    } finally {
      delete process.env.RECLOSER_ADMIN_TOKEN;
    }
  });
});
