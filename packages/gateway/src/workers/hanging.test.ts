import { describe, expect, it } from "vitest";
import { calls, childrenOf, fileFor, healthOf, isAlive } from "../testing/fleet.js";
import { chat, mockFor } from "../testing/gateway.js";
import { type Started, started } from "../testing/process.js";

function firstOf(gateway: Started): number {
  const [pid] = childrenOf(gateway.child.pid);
  if (pid === undefined) throw new Error("the gateway has no workers");
  return pid;
}

// Which process is which worker can be read from /proc alone.
describe.runIf(process.platform === "linux")("a worker that hangs", () => {
  it("is ended and replaced; those that it had or was given break off, and wait for nothing", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 20 });
    const gateway = await started("--config", fileFor(mock, "workerSilenceMs: 1000\n"));
    // One stream for each worker.
    const streams = await Promise.all([chat(gateway, "a", true), chat(gateway, "b", true)]);
    const hung = firstOf(gateway);
    process.kill(hung, "SIGSTOP");
    // Four connections: the workers take turns, so one of them at least is given to the one that hangs.
    const given = Promise.allSettled(
      Array.from({ length: 4 }, () => chat(gateway, "c", false, { headers: { connection: "close" } })),
    );
    const open = await Promise.allSettled(streams.map((answer) => answer.text()));
    expect(open.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const ends = await given;
    expect(ends.filter(({ status }) => status === "rejected")).toHaveLength(1);
    for (const end of ends) if (end.status === "fulfilled") expect(end.value.status).toBe(200);

    await gateway.until("it hangs, and is ended");
    await gateway.until("has died (SIGKILL); another takes its place");
    expect(isAlive(hung)).toBe(false);
    await expect.poll(() => healthOf(gateway)).toMatchObject({ workers: { ready: 2, wanted: 2 } });
    expect(new Set(await calls(gateway, "b", 4))).toEqual(new Set([200]));
  });

  it("one that is stopped for less is left alone, and its calls go on", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ perTokenMs: 20 });
    const gateway = await started("--config", fileFor(mock, "workerSilenceMs: 60000\n"));
    const streams = await Promise.all([chat(gateway, "a", true), chat(gateway, "b", true)]);
    const stopped = firstOf(gateway);
    process.kill(stopped, "SIGSTOP");
    const first = await Promise.race(streams.map((answer) => answer.text()));
    expect(first).toContain("[DONE]");
    process.kill(stopped, "SIGCONT");
    await expect.poll(async () => (await calls(gateway, "c", 2)).join()).toBe("200,200");
    expect(childrenOf(gateway.child.pid)).toContain(stopped);
    expect(gateway.err()).not.toContain("hangs");
  });

  it("workers are not ended because their primary was stopped", async () => {
    const mock = await mockFor();
    const gateway = await started("--config", fileFor(mock, "workerSilenceMs: 1000\n"));
    const workers = childrenOf(gateway.child.pid);
    for (const pid of [...workers, gateway.child.pid ?? 0]) process.kill(pid, "SIGSTOP");
    // The fault itself is time that passes: three times what is allowed.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    for (const pid of [gateway.child.pid ?? 0, ...workers]) process.kill(pid, "SIGCONT");
    expect(new Set(await calls(gateway, "b", 6))).toEqual(new Set([200]));
    expect(childrenOf(gateway.child.pid)).toEqual(workers);
    expect(gateway.err()).not.toContain("hangs");
  });
});
