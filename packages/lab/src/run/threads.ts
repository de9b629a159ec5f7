import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { LabError } from "../lab-error.js";
import { policyOf } from "../policy/catalogue.js";
import { type PartResult, simulate } from "./simulate.js";
import { type Reply, revived, type Task } from "./task.js";

/** Hears how much of a task is done, 0–1. */
export type Progress = (task: Task, done: number) => void;
/** Hears what came of a task. */
export type Done = (task: Task, result: PartResult) => void;

/** Runs tasks one after the other in this thread. */
async function runHere(tasks: readonly Task[], done: Done, progress: Progress): Promise<void> {
  for (const task of tasks) {
    const { scenario, policy, seed, part } = task;
    done(task, await simulate(scenario, policyOf(policy), seed, part, (share) => progress(task, share)));
  }
}

/**
 * Runs tasks on so many threads. Which thread runs a task does not matter to its result.
 *
 * @throws LabError when a thread fails.
 */
export async function runOnThreads(
  tasks: readonly Task[],
  threads: number,
  done: Done,
  progress: Progress,
): Promise<void> {
  const entry = new URL("./thread.js", import.meta.url);
  // Not built yet: the sources run in this thread alone.
  if (!existsSync(entry)) return runHere(tasks, done, progress);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const waiting = [...tasks];
  const workers = Array.from({ length: Math.min(threads, tasks.length) }, () => new Worker(entry));
  try {
    await Promise.all(workers.map((worker) => serve(worker, waiting, byId, done, progress)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Gives one thread task after task until none is left. */
function serve(
  worker: Worker,
  waiting: Task[],
  byId: ReadonlyMap<number, Task>,
  done: Done,
  progress: Progress,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const task = waiting.shift();
      if (task === undefined) resolve();
      else worker.postMessage(task);
    };
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new LabError(`A thread of the simulation ended with code ${code}.`)));
    worker.on("message", (reply: Reply) => {
      const task = byId.get(reply.id);
      if (task === undefined) return;
      switch (reply.kind) {
        case "progress":
          progress(task, reply.done);
          return;
        case "failed":
          reject(
            new LabError(`${task.policy} in ${task.scenario.name}, seed ${task.seed}: ${reply.message}`),
          );
          return;
        case "result":
          done(task, revived(reply.result));
          next();
      }
    });
    next();
  });
}
