import type { Exchange } from "./exchange.js";
import type { Plan } from "./plan.js";
import type { Call, Dialect, Finish, Stamp } from "./wire/dialect.js";

/** Everything one answer is made from. */
export interface Job {
  readonly exchange: Exchange;
  readonly dialect: Dialect;
  readonly call: Call;
  readonly stamp: Stamp;
  readonly plan: Plan;
  readonly nextWord: () => string;
  readonly speed: number;
  readonly keepAliveMs: number | undefined;
  /** Script time at which the call arrived. */
  readonly arrivedAt: number;
  /** Calls back when there is capacity for the call. */
  readonly whenServed: (start: () => void) => void;
}

/** What every answer of this provider carries. */
export function headers(job: Job): Record<string, string> {
  return job.dialect.headers(job.stamp, (job.exchange.clock.now() - job.arrivedAt) / job.speed);
}

export function finishOf(plan: Plan): Finish {
  return plan.capped ? "length" : "stop";
}
