import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, parseConfig } from "./config/load.js";
import type { ConfigInput } from "./config/schema.js";
import { chat, gatewayFor, mockFor, settled } from "./testing/gateway.js";
import { started } from "./testing/process.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-reload-"));
afterAll(() => rmSync(folder, { recursive: true }));

function configFor(url: string, more: Partial<ConfigInput> = {}): Config {
  return parseConfig({
    providers: [{ name: "p", upstream: url }],
    listen: { port: 0 },
    admin: { port: 0 },
    ...more,
  });
}

const fails = "mock-fault:error-503";
const bad = `p/${fails}`;

describe("a reload", () => {
  it("with the same circuit options leaves circuits as they are, calls in flight included", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    const circuit = gateway.circuits.get("p/mock-fault:hang");
    const left = new AbortController();
    const hanging = chat(gateway, "mock-fault:hang", false, { signal: left.signal }).catch(() => {});
    await mock.waitForAttempts(1);
    expect(gateway.reload(configFor(mock.url, { rejectStatus: 529 }))).toEqual([]);
    expect(gateway.circuits.get("p/mock-fault:hang")).toBe(circuit);
    expect(circuit.snapshot().inFlight.total).toBe(1);
    const done = settled(gateway, circuit.name);
    left.abort();
    await hanging;
    expect(await done).toBe("cancelled");
  });

  it("with other circuit options keeps what was learned, and applies them", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { circuit: { coolDown: { initialMs: 600_000, maxMs: 600_000 } } });
    for (let n = 0; n < 8; n++) await (await chat(gateway, fails)).text();
    expect(gateway.circuits.get(bad).state).toBe("open");
    gateway.reload(configFor(mock.url, { circuit: { maxConcurrent: 1 } }));
    expect(gateway.circuits.get(bad).state).toBe("open");
    expect(gateway.circuits.get(bad).policy.maxConcurrent).toBe(1);
    expect((await chat(gateway, fails)).headers.get("x-recloser-reason")).toBe("open");
    // Events and counts go on.
    gateway.circuits.get(bad).force("closed", { forMs: 60_000, reason: "test" });
    await (await chat(gateway, fails)).text();
    expect(gateway.lines.join("")).toContain(`${bad} is forced-closed`);
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    const [, count] =
      new RegExp(`calls_total\\{circuit="${bad}",verdict="failure".*\\} (\\d+)`).exec(metrics) ?? [];
    expect(Number(count)).toBe(mock.attemptsTotal());
  });

  it("a call that is open ends as it began, also where its provider is gone from the configuration", async () => {
    const [one, two] = [await mockFor(), await mockFor()];
    one.setBehaviour({ perTokenMs: 20 });
    const gateway = await gatewayFor(one);
    const answer = await chat(gateway, "m", true);
    gateway.reload(configFor(two.url));
    expect(await answer.text()).toContain("data: [DONE]");
    expect((await chat(gateway, "m")).status).toBe(200);
    expect([one.attemptsTotal(), two.attemptsTotal()]).toEqual([1, 1]);
  });

  it("takes up the admin token, and says what waits for a restart", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    const next = configFor(mock.url, {
      listen: { port: 1_234 },
      admin: { port: 1_235, token: "a-token-of-the-operators" },
      workers: 2,
      journal: { file: "x" },
      state: { file: "x" },
    });
    const waiting = ["listen", "workers", "state", "journal", "admin.port"];
    expect(gateway.reload(next)).toEqual(waiting);
    // They wait still.
    expect(gateway.reload(next)).toEqual(waiting);
    expect((await fetch(`${gateway.adminUrl}/api/circuits`)).status).toBe(401);
  });

  it("takes up the log's level", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    gateway.reload(configFor(mock.url, { log: { level: "error" } }));
    await (await chat(gateway, "m")).text();
    expect(gateway.lines).toEqual([]);
  });
});

describe.each([1, 2])("SIGHUP, with %i workers", (workers) => {
  it("reloads the file; a bad one is refused whole, in one line, and the old one goes on", async () => {
    const [one, two] = [await mockFor(), await mockFor()];
    const file = join(folder, `${workers}.yaml`);
    const write = (text: string) => writeFileSync(file, `workers: ${workers}\n${text}`);
    write(`providers: [{ name: p, upstream: "${one.url}" }]\n`);
    const gateway = await started("--config", file);
    await chat(gateway, "m");
    expect(one.attemptsTotal()).toBe(1);

    write(`providers: [{ name: p, upstream: "${two.url}" }]\ndrainMs: -1\nrejectStatus: 7\n`);
    gateway.child.kill("SIGHUP");
    await gateway.until("refused");
    const lines = gateway.err().trimEnd().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "error",
      msg: "The new configuration is refused, the old one goes on.",
      problems: expect.arrayContaining([
        expect.stringContaining(`${workers}.yaml:3: drainMs is -1`),
        expect.stringContaining(`${workers}.yaml:4: rejectStatus is 7`),
      ]),
    });
    await chat(gateway, "m");
    expect([one.attemptsTotal(), two.attemptsTotal()]).toEqual([2, 0]);

    write(`providers: [{ name: p, upstream: "${two.url}" }]\n`);
    gateway.child.kill("SIGHUP");
    await gateway.until("Reloaded.");
    await expect
      .poll(async () => {
        await (await chat(gateway, "m", false, { headers: { connection: "close" } })).text();
        return two.attemptsTotal();
      })
      .toBeGreaterThan(1);
    expect((await chat(gateway, "m")).status).toBe(200);
  });
});

it("SIGHUP without a file changes nothing, and says so", async () => {
  const mock = await mockFor();
  const gateway = await started("--upstream", mock.url);
  gateway.child.kill("SIGHUP");
  await gateway.until("There is nothing to reload");
  expect((await chat(gateway, "m")).status).toBe(200);
});
