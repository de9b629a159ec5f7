import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { calls, childrenOf, fileFor, folder, healthOf, statesOf } from "../testing/fleet.js";
import { mockFor, post } from "../testing/gateway.js";
import { type Started, started } from "../testing/process.js";

const held = "p/good";

/** Ends the process in the first worker's place, and waits for the next one to serve. */
async function die(gateway: Started, pid: number): Promise<number> {
  process.kill(pid, "SIGKILL");
  let next: number | undefined;
  await expect
    .poll(() => {
      const now = childrenOf(gateway.child.pid);
      next = now.at(-1);
      return now.length === 2 && !now.includes(pid);
    })
    .toBe(true);
  await expect.poll(() => healthOf(gateway)).toMatchObject({ workers: { ready: 2, wanted: 2 } });
  if (next === undefined) throw new Error("there is no other worker");
  return next;
}

// Which process is which worker can be read from /proc alone.
describe.runIf(process.platform === "linux")("a worker that dies again and again", () => {
  it("starts without memory from its third quick death on, in case that is the cause; the others keep theirs", async () => {
    const mock = await mockFor();
    const stateFile = join(folder, "state");
    const gateway = await started(
      "--config",
      fileFor(mock, `state: { file: "${stateFile}", everyMs: 100 }\n`),
    );
    await calls(gateway, "good", 2);
    const force = { circuit: held, to: "open", forMs: 600_000, reason: "maintenance" };
    await post({ url: gateway.adminUrl }, "/api/circuits/force", force);
    const saved = () => (existsSync(stateFile) ? readFileSync(stateFile, "utf8") : "");
    await expect.poll(() => saved().split('"forced-open"').length - 1).toBe(2);

    let [pid = 0] = childrenOf(gateway.child.pid);
    for (let deaths = 1; deaths <= 2; deaths++) {
      pid = await die(gateway, pid);
      expect(await statesOf(gateway, held), `after ${deaths}`).toEqual(["1 forced-open", "2 forced-open"]);
    }
    pid = await die(gateway, pid);
    expect(await statesOf(gateway, held)).toEqual(["2 forced-open"]);
    expect(gateway.err()).toContain("Worker 1 starts without what it had learned");
    // It serves all the same.
    expect(new Set(await calls(gateway, "other", 4))).toEqual(new Set([200]));
  });
});
