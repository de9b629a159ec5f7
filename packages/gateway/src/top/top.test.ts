import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chat, deadPort, entered, gatewayFor, mockFor } from "../testing/gateway.js";
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
    terminal.type("q");
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
