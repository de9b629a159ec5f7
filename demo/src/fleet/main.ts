/** One worker fleet as a process of its own: a pool of slots, a stream of jobs, and a report a few times a second. */
import { setTimeout as sleep } from "node:timers/promises";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { WORK } from "../bad-day.js";
import { llmJobs } from "./llm-job.js";
import { Pool } from "./pool.js";
import type { FleetOrders, FleetStats, FromFleet, ToFleet } from "./stats.js";

const REPORT_EVERY_MS = 100;

function send(message: FromFleet): void {
  process.send?.(message);
}

function uniform(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

function run(orders: FleetOrders): void {
  const { speed, seed } = orders;
  const now = () => performance.now() * speed;
  const pool = new Pool(WORK.slots, orders.llmSlots, now);
  const runLlmJob = llmJobs(orders);
  const llm = { offered: 0, answered: 0, rejected: 0, failed: 0 };
  const other = { offered: 0, done: 0 };

  const llmJob = (draw: number) => async () => {
    llm[await runLlmJob(draw)]++;
  };
  const otherJob = async () => {
    await sleep(WORK.otherMs / speed);
    other.done++;
  };

  /** Calls `arrive` at the times that `nextGapS` gives, catching up when a timer is late. */
  const arrivals = (nextGapS: () => number, arrive: () => void) => {
    let dueAt = now();
    const step = () => {
      while (dueAt <= now()) {
        arrive();
        dueAt += nextGapS() * 1000;
      }
      setTimeout(step, Math.max(1, (dueAt - now()) / speed));
    };
    step();
  };

  const gaps = uniform(seed);
  const draws = uniform(seed + 1);
  // LLM jobs come as a Poisson process; other jobs like clockwork, so that a missing one is the fleet's doing.
  arrivals(
    () => -Math.log(1 - gaps()) / WORK.llmPerSecond,
    () => {
      llm.offered++;
      pool.submit("llm", llmJob(draws()));
    },
  );
  arrivals(
    () => 1 / WORK.otherPerSecond,
    () => {
      other.offered++;
      pool.submit("other", otherJob);
    },
  );

  const stats = (): FleetStats => ({
    llm: { ...llm, inFlight: pool.running("llm"), waiting: pool.waiting("llm") },
    other: { ...other, waiting: pool.waiting("other") },
    longestWaitMs: pool.longestWaitMs(),
  });
  setInterval(() => send({ type: "stats", stats: stats() }), REPORT_EVERY_MS);
}

process.on("message", (message: ToFleet) => run(message.orders));
// The parent is gone: so is the reason to go on.
process.on("disconnect", () => process.exit(0));
send({ type: "ready" });
