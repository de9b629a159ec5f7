import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { BenchError } from "../peers.js";
import type { FromWorker, Orders, Tally, ToWorker } from "./messages.js";

const WORKER = fileURLToPath(new URL("./worker.js", import.meta.url));
const ENDS_WITHIN_MS = 10_000;

/** The worker processes of one run. */
export interface Crew {
  /** Stops them, and says what they have seen. */
  stop(): Promise<readonly Tally[]>;
  /** Ends them at once. */
  kill(): void;
}

export async function startCrew(count: number, orders: Orders): Promise<Crew> {
  const children = Array.from({ length: count }, () =>
    fork(WORKER, [], { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] }),
  );
  const kill = (): void => {
    for (const child of children) child.kill("SIGKILL");
  };
  try {
    await Promise.all(children.map((child) => ask(child, { type: "start", orders }, "ready")));
  } catch (error) {
    kill();
    throw error;
  }
  return {
    kill,
    async stop() {
      const told = await Promise.all(children.map((child) => ask(child, { type: "stop" }, "tally")));
      return told.flatMap((message) => (message.type === "tally" ? [message.tally] : []));
    },
  };
}

async function ask(child: ChildProcess, message: ToWorker, answer: FromWorker["type"]): Promise<FromWorker> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const timer = setTimeout(() => waiting.abort(), ENDS_WITHIN_MS);
  child.send(message);
  try {
    for (;;) {
      const [said] = (await Promise.race([
        once(child, "message", { signal }),
        once(child, "exit", { signal }).then(() => {
          throw new BenchError("A worker process ended by itself.");
        }),
      ])) as [FromWorker];
      if (said.type === answer) return said;
    }
  } catch (error) {
    throw signal.aborted ? new BenchError(`A worker process did not say "${answer}" in time.`) : error;
  } finally {
    clearTimeout(timer);
    waiting.abort();
  }
}
