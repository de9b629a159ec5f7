/** One subject in a process of its own: `overhead-child.js <subject> time|bytes`. Prints one line of JSON. */
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { CATALOG, isSubjectId } from "./overhead/catalog.js";
import type { BytesSample, TimeSample } from "./overhead/sample.js";
import type { Subject } from "./overhead/subject.js";
import { median } from "./stats.js";

const WARM_UP_MS = 250;
const BATCH_MS = 20;
const BATCHES = 12;
const FEWEST = 2_000;
/** Few enough that nothing is collected while they are counted, with the young generation of `sample.ts`. */
const COUNTED = 20_000;
/** Enough that code compiled or dropped meanwhile weighs little on each. */
const KEPT_OVER = 300_000;

let made = 0;

async function timed(subject: Subject, n: number): Promise<number> {
  const start = performance.now();
  await subject.run(n);
  made += n;
  return performance.now() - start;
}

/** Calls for `forMs`; returns how many fit into one batch. */
async function warmUp(subject: Subject, forMs: number): Promise<number> {
  let spent = 0;
  let perCall = 0;
  let n = FEWEST;
  while (spent < forMs) {
    const took = await timed(subject, n);
    spent += took;
    perCall = took / n;
    n = Math.max(FEWEST, Math.round(BATCH_MS / 2 / perCall));
  }
  return Math.max(FEWEST, Math.round(BATCH_MS / perCall));
}

async function time(subject: Subject): Promise<TimeSample> {
  const batch = await warmUp(subject, WARM_UP_MS);
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) gcMs += entry.duration;
  });
  collect();
  observer.observe({ entryTypes: ["gc"] });
  const perCall: number[] = [];
  let total = 0;
  for (let i = 0; i < BATCHES; i++) {
    const took = await timed(subject, batch);
    total += took;
    perCall.push((took * 1e6) / batch);
  }
  // What the observer saw is delivered later, in turns of the event loop.
  await setTimeout(30);
  observer.disconnect();
  return { ns: median(perCall), gcShare: gcMs / total };
}

async function bytes(subject: Subject): Promise<BytesSample> {
  await warmUp(subject, WARM_UP_MS);
  await timed(subject, COUNTED);
  const allocated: number[] = [];
  for (let i = 0; i < 5; i++) {
    collect();
    const start = process.memoryUsage().heapUsed;
    await timed(subject, COUNTED);
    allocated.push((process.memoryUsage().heapUsed - start) / COUNTED);
  }
  collect();
  const before = process.memoryUsage().heapUsed;
  await timed(subject, KEPT_OVER);
  collect();
  const kept = (process.memoryUsage().heapUsed - before) / KEPT_OVER;
  return { allocated: median(allocated), kept };
}

function collect(): void {
  if (globalThis.gc === undefined) throw new Error("Run this with --expose-gc.");
  globalThis.gc();
}

const [, , id, mode] = process.argv;
if (!isSubjectId(id)) throw new Error(`There is no subject ${id}.`);
const subject = await CATALOG[id].make();
const sample = mode === "bytes" ? await bytes(subject) : await time(subject);
subject.check(made);
process.stdout.write(`${JSON.stringify(sample)}\n`);
// opossum's timers would keep the process alive.
process.exit(0);
