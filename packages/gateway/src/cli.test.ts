import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chat, deadPort, mockFor } from "./testing/gateway.js";
import { makePipe } from "./testing/pipe.js";
import { run, started } from "./testing/process.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("recloser gateway", () => {
  it("prints two lines when it is up, serves, and drains on SIGTERM", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 20 });
    const gateway = await started("--upstream", mock.url);
    expect(gateway.out()).toBe(`recloser gateway: ${gateway.url}\nrecloser admin:   ${gateway.adminUrl}\n`);
    expect((await fetch(`${gateway.adminUrl}/healthz`)).status).toBe(200);
    const answer = await chat(gateway, "m", true);
    gateway.child.kill("SIGTERM");
    await gateway.until("Stopping");
    expect(await answer.text()).toContain("data: [DONE]");
    expect(await gateway.exit).toBe(0);
  });

  it("says which path leads where, if there are several", async () => {
    const mock = await mockFor();
    const other = mock.url.replace("127.0.0.1", "localhost");
    const gateway = await started("--upstream", mock.url, "--upstream", `${other}/v1`);
    const { port } = new URL(mock.url);
    await gateway.until(`${other}/v1\n`);
    expect(gateway.out().split("\n").slice(2)).toEqual([
      `  /127.0.0.1-${port} → ${mock.url}`,
      `  /localhost-${port} → ${other}/v1`,
      "",
    ]);
    expect((await fetch(`${gateway.url}/127.0.0.1-${port}/v1/models`)).status).toBe(200);
  });

  it("stops at once on a second signal", async () => {
    const mock = await mockFor();
    const gateway = await started("--upstream", mock.url);
    const hanging = chat(gateway, "mock-fault:hang").catch(() => "broken");
    await mock.waitForAttempts(1);
    gateway.child.kill("SIGINT");
    await gateway.until("Stopping");
    gateway.child.kill("SIGINT");
    expect(await gateway.exit).toBe(1);
    expect(await hanging).toBe("broken");
  });

  it("reads a file, and flags win over it", async () => {
    const mock = await mockFor();
    const file = join(folder, "recloser.yaml");
    writeFileSync(
      file,
      `listen: {port: 1}\nadmin: {port: 1}\nproviders:\n  - {name: mine, upstream: "${mock.url}"}\n`,
    );
    const gateway = await started("--config", file);
    expect((await chat(gateway, "m")).headers.get("x-recloser-circuit")).toBe("mine/m");
    gateway.child.kill("SIGTERM");
    expect(await gateway.exit).toBe(0);
  });

  it("starts although its provider cannot be reached, and warns", async () => {
    const upstream = `http://127.0.0.1:${await deadPort()}`;
    const gateway = await started("--upstream", upstream);
    await gateway.until("cannot be reached");
    const line = JSON.parse(gateway.err().trim()) as { level: string; msg: string };
    expect(line.level).toBe("warn");
    expect(line.msg).toBe(
      `${upstream} cannot be reached (ECONNREFUSED); the gateway serves all the same, calls will fail until it can.`,
    );
    expect((await chat(gateway, "m")).status).toBe(502);
  });

  it("a port in use", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const gateway = run(
      "gateway",
      "--upstream",
      "http://127.0.0.1:1",
      "--port",
      String(port),
      "--admin-port",
      "0",
    );
    expect(await gateway.exit).toBe(1);
    expect([gateway.out(), gateway.err()]).toEqual([
      "",
      `recloser: Port ${port} on 127.0.0.1 is in use; stop what uses it, or give another with --port or listen.port (0 takes a free one).\n`,
    ]);
    taken.close();
  });

  it.each([
    [["gateway"], "No provider is given; say --upstream https://api.openai.com, or --config recloser.yaml."],
    [
      ["gateway", "--upstream", "api.openai.com"],
      'providers[0].upstream is "api.openai.com", which is not a URL; give one such as https://api.openai.com.',
    ],
    [
      ["gateway", "--upstream", "http://a", "--config", "b"],
      "--upstream and --config say the same thing twice; give one of them.",
    ],
    [
      ["gateway", "--upstream", "http://a", "--port", "x"],
      "option '-p, --port <number>' argument 'x' is invalid. Give a whole number from 0 to 65535.",
    ],
    [
      ["gateway", "--upstream", "http://a", "--log-level", "loud"],
      'log.level is "loud"; give debug, info, warn, error or silent.',
    ],
    [["gateway", "--upstram", "http://a"], "unknown option '--upstram'\n(Did you mean --upstream?)"],
    [
      ["gateway", "--config", "/none.yaml"],
      'The configuration file "/none.yaml": there is no such file; check the path.',
    ],
  ])("%j is refused in one sentence", async (args, sentence) => {
    const gateway = run(...args);
    expect(await gateway.exit).toBe(1);
    expect([gateway.out(), gateway.err()]).toEqual(["", `recloser: ${sentence}\n`]);
  });
});

describe("recloser schema", () => {
  it("prints the schema that is published", async () => {
    const printed = run("schema");
    expect(await printed.exit).toBe(0);
    expect(printed.out()).toBe(readFileSync(new URL("../recloser.schema.json", import.meta.url), "utf8"));
  });
});

describe("recloser check", () => {
  it("says what a file means", async () => {
    const file = join(folder, "good.yaml");
    writeFileSync(
      file,
      "providers:\n  - upstream: https://api.openai.com\n  - upstream: https://api.anthropic.com\n",
    );
    const checked = run("check", file);
    expect(await checked.exit).toBe(0);
    expect(checked.out()).toContain(`${file} is valid.\n`);
    expect(checked.out()).toContain(
      "\n  anthropic: http://127.0.0.1:8787/anthropic/… goes to https://api.anthropic.com/…, with the caller's key\n",
    );
    const json = run("check", "--json", file);
    expect(await json.exit).toBe(0);
    expect(JSON.parse(json.out())).toMatchObject({ file, routes: [] });
  });

  it("does not wait for a pipe that nobody writes to", async () => {
    const pipe = join(folder, "pipe");
    makePipe(pipe);
    const checked = run("check", pipe);
    expect(await checked.exit).toBe(1);
    expect(checked.err()).toBe(
      `recloser: The configuration file "${pipe}": it is no regular file; give a YAML file.\n`,
    );
  });

  it("says what is wrong with one", async () => {
    const file = join(folder, "bad.yaml");
    writeFileSync(file, "providers:\n  - upstream: https://a\ndrainMs: -1\nretrys: 2\n");
    const checked = run("check", file);
    expect(await checked.exit).toBe(1);
    expect(checked.err().trimEnd().split("\n").sort()).toEqual([
      "recloser: bad.yaml:3: drainMs is -1; give milliseconds from 0 to 2147483647.",
      'recloser: bad.yaml:4: The configuration has no option "retrys"; check its spelling.',
    ]);
  });
});
