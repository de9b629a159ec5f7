import { parentPort } from "node:worker_threads";
import { policyOf } from "../policy/catalogue.js";
import { simulate } from "./simulate.js";
import type { Reply, Task } from "./task.js";

const say = (reply: Reply): void => parentPort?.postMessage(reply);

parentPort?.on("message", async ({ id, scenario, policy, seed, part }: Task) => {
  try {
    const progress = (done: number): void => say({ kind: "progress", id, done });
    say({ kind: "result", id, result: await simulate(scenario, policyOf(policy), seed, part, progress) });
  } catch (error) {
    say({
      kind: "failed",
      id,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
});
