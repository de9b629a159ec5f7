import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readJournal } from "../journal/read.js";
import { collect } from "../testing/collect.js";
import { calls, childrenOf, fileFor, folder, healthOf, isAlive, statesOf } from "../testing/fleet.js";
import { chat, mockFor, post } from "../testing/gateway.js";
import { run, started } from "../testing/process.js";

describe("several workers", () => {
  it("serve one port, learn apart, and are shown together", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock));
    expect(await healthOf(gateway)).toMatchObject({ status: "ok", workers: { ready: 2, wanted: 2 } });
    expect(new Set(await calls(gateway, "good", 4))).toEqual(new Set([200]));
    expect(await statesOf(gateway, "p/good")).toEqual(["1 closed", "2 closed"]);

    // Each of them has to find out for itself.
    const bad = "p/mock-fault:error-503";
    await expect
      .poll(async () => {
        await calls(gateway, "mock-fault:error-503", 2);
        return await statesOf(gateway, bad);
      })
      .toEqual(["1 open", "2 open"]);
    const one = await fetch(`${gateway.adminUrl}/api/circuits/${encodeURIComponent(bad)}`);
    expect(await one.json()).toMatchObject({
      circuit: bad,
      workers: [
        { worker: 1, state: "open" },
        { worker: 2, state: "open" },
      ],
    });

    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    for (const worker of ["1", "2"]) {
      expect(metrics).toContain(`recloser_opened_total{circuit="${bad}",worker="${worker}"} 1`);
      expect(metrics).toMatch(new RegExp(`process_resident_memory_bytes\\{worker="${worker}"\\} \\d+`));
    }
    expect(metrics).toMatch(/process_resident_memory_bytes\{worker="primary"\} \d+/);
  });

  it("obey an operator together, also where one has not met the circuit", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock));
    await calls(gateway, "good", 1);
    expect(await statesOf(gateway, "p/good")).toHaveLength(1);
    const admin = { url: gateway.adminUrl };
    const force = { circuit: "p/good", to: "open", forMs: 60_000, reason: "maintenance" };
    const held = await post(admin, "/api/circuits/force", force);
    expect(await held.json()).toMatchObject({
      circuit: "p/good",
      workers: [{ state: "forced-open" }, { state: "forced-open" }],
    });
    expect(await calls(gateway, "good", 2)).toEqual([503, 503]);
    expect((await post(admin, "/api/circuits/force", { ...force, circuit: "p/none" })).status).toBe(404);
    expect((await post(admin, "/api/circuits/release", { circuit: "p/good" })).status).toBe(200);
    expect(await calls(gateway, "good", 2)).toEqual([200, 200]);
  });

  it("tell the primary's readers what happens, with their numbers", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock));
    const aborted = new AbortController();
    const stream = await fetch(`${gateway.adminUrl}/api/events`, { signal: aborted.signal });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) seen.push(Buffer.from(chunk).toString());
    })().catch(() => {});
    await expect
      .poll(async () => {
        await calls(gateway, "mock-fault:error-503", 1);
        return /"to":"open".*"worker":[12]/.test(seen.join(""));
      })
      .toBe(true);
    aborted.abort();
    await reading;
  });

  it("tell the page of calls that failed, each as its own", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock));
    const exemplars = async (worker: number) => {
      const name = encodeURIComponent(`p/mock-fault:error-503 (worker ${worker})`);
      const answer = await fetch(`${gateway.adminUrl}/api/detail/${name}`);
      return answer.ok ? ((await answer.json()) as { exemplars: unknown[] }).exemplars : [];
    };
    await calls(gateway, "mock-fault:error-503", 2);
    await expect
      .poll(async () => [await exemplars(1), await exemplars(2)])
      .toMatchObject([1, 2].map(() => [{ verdict: "failure", reason: "overloaded" }]));
  });

  it("drain together on SIGTERM", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 20 });
    const gateway = await started("--config", fileFor(mock));
    const answers = await Promise.all([chat(gateway, "a", true), chat(gateway, "b", true)]);
    gateway.child.kill("SIGTERM");
    await gateway.until("Stopping");
    for (const answer of answers) expect(await answer.text()).toContain("data: [DONE]");
    expect(await gateway.exit).toBe(0);
  });

  it("a port in use is one sentence, and nothing is left running", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const mock = await mockFor();
    const gateway = run("gateway", "-c", fileFor(mock), "--port", String(port), "--admin-port", "0");
    expect(await gateway.exit).toBe(1);
    expect(gateway.err().trimEnd()).toBe(
      `recloser: Port ${port} on 127.0.0.1 is in use; stop what uses it, or give another with --port or listen.port (0 takes a free one).`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });

  it("write a journal each", async () => {
    const mock = await mockFor();
    const file = join(folder, "calls.jsonl");
    const gateway = await started("--config", fileFor(mock, `journal: { file: "${file}" }\n`));
    await calls(gateway, "good", 4);
    gateway.child.kill("SIGTERM");
    expect(await gateway.exit).toBe(0);
    for (const worker of [1, 2]) {
      const entries = await collect(readJournal(join(folder, `calls-${worker}.jsonl`)));
      expect(entries.map(({ circuit, verdict }) => [circuit, verdict])).toEqual([
        ["p/good", "success"],
        ["p/good", "success"],
      ]);
    }
  });
});

// Which process is which worker can be read from /proc alone.
describe.runIf(process.platform === "linux")("kill -9 of a worker", () => {
  it("costs its own calls and no others; another takes its place, with what it had learned", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 30 });
    const stateFile = join(folder, "state");
    const gateway = await started(
      "--config",
      fileFor(mock, `state: { file: "${stateFile}", everyMs: 100 }\n`),
    );
    const bad = "p/mock-fault:error-503";
    await expect
      .poll(async () => {
        await calls(gateway, "mock-fault:error-503", 2);
        return await statesOf(gateway, bad);
      })
      .toEqual(["1 open", "2 open"]);
    const force = { circuit: bad, to: "open", forMs: 600_000, reason: "it stays so" };
    await post({ url: gateway.adminUrl }, "/api/circuits/force", force);
    await expect.poll(() => forcedIn(stateFile)).toBe(2);
    const workers = childrenOf(gateway.child.pid);
    expect(workers).toHaveLength(2);

    const streams = await Promise.all([chat(gateway, "a", true), chat(gateway, "b", true)]);
    process.kill(workers[0] ?? 0, "SIGKILL");
    const ends = await Promise.allSettled(streams.map((answer) => answer.text()));
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await gateway.until("Worker 1 has died (SIGKILL); another takes its place.");
    await expect.poll(() => healthOf(gateway)).toMatchObject({ workers: { ready: 2, wanted: 2 } });
    expect(await statesOf(gateway, bad)).toEqual(["1 forced-open", "2 forced-open"]);
    expect(new Set(await calls(gateway, "b", 4))).toEqual(new Set([200]));

    // The wait grows while they die young.
    process.kill(childrenOf(gateway.child.pid).at(-1) ?? 0, "SIGKILL");
    await expect.poll(() => waitsIn(gateway.err())).toEqual([100, 200]);
    await expect.poll(() => healthOf(gateway)).toMatchObject({ workers: { ready: 2, wanted: 2 } });
  });

  it("SIGTERM to one worker lets its calls end, and another takes its place", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 20 });
    const gateway = await started("--config", fileFor(mock));
    const streams = await Promise.all([chat(gateway, "a", true), chat(gateway, "b", true)]);
    process.kill(childrenOf(gateway.child.pid)[0] ?? 0, "SIGTERM");
    for (const answer of streams) expect(await answer.text()).toContain("data: [DONE]");
    await gateway.until("another takes its place");
    await expect.poll(() => healthOf(gateway)).toMatchObject({ workers: { ready: 2, wanted: 2 } });
    expect(new Set(await calls(gateway, "b", 4))).toEqual(new Set([200]));
  });

  it("one that hangs is left out of what operators see, and keeps nobody from stopping", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock, "drainMs: 0\n"));
    await calls(gateway, "good", 2);
    process.kill(childrenOf(gateway.child.pid)[0] ?? 0, "SIGSTOP");
    expect(await statesOf(gateway, "p/good")).toEqual(["2 closed"]);
    gateway.child.kill("SIGTERM");
    expect(await gateway.exit).toBe(0);
  });

  it("kill -9 of the primary ends its workers too", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock));
    const workers = childrenOf(gateway.child.pid);
    gateway.child.kill("SIGKILL");
    await gateway.exit;
    const alive = () => workers.filter((pid) => isAlive(pid));
    await expect.poll(alive).toEqual([]);
  });
});

/** How many workers' circuits the primary has heard of as forced. */
function forcedIn(file: string): number {
  return existsSync(file) ? readFileSync(file, "utf8").split('"forced-open"').length - 1 : 0;
}

function waitsIn(log: string): unknown[] {
  const lines = log.split("\n").filter((line) => line.includes("has died"));
  return lines.map((line) => (JSON.parse(line) as { waitMs: unknown }).waitMs);
}
