import type { Circuit } from "../../circuit.js";
import { wallClock } from "../../clock.js";
import { failureOfCall } from "../../outcome/failure.js";
import { callable } from "../../require.js";
import { failureOf } from "../fetch/failure-of.js";
import { givenUpError, holdMs, movedError, type Return, returnOf } from "./deferral.js";
import { type DeferrableJob, deferralsOf, halfOfWorker } from "./job.js";
import { Line } from "./line.js";
import { obstacle } from "./obstacle.js";
import { checkOptions, type Deferral, type GuardOptions, MAX_DEFERRALS } from "./options.js";
import { Share } from "./share.js";
import { Stops } from "./stops.js";
import { Trials } from "./trials.js";

/** Chooses the circuit of a job; undefined lets it run unguarded, e.g. one that calls no LLM. */
export type ChooseJobCircuit<Job> = (job: Job) => Circuit | undefined;

/** What `new Worker(queue, processor)` takes. */
export type GuardedProcessor<Job, Result> = (
  job: Job,
  token?: string,
  signal?: AbortSignal,
) => Promise<Result>;

/** While a process stops, what it gives back waits this long, for others to take it. */
const STOPPING_MS = 1_000;

/**
 * Wraps a BullMQ processor whose jobs call an LLM. The processor makes its calls through the circuit itself, with
 * `circuit.callOrThrow`, a `circuitFetch`, or any of the integrations, and lets what they throw pass.
 *
 * A job is sent back to the queue (`moveToDelayed`), with no attempt consumed, when its circuit is open, when guarded jobs
 * hold their share of the worker, when a call of the job was rejected, when the provider answered with its rate limit, and
 * when the job tried a half-open circuit for all and the provider failed it. It comes again when that may be over; jobs
 * that were sent back come one after the other, the older the sooner. Other errors pass through: BullMQ counts and retries
 * them as ever.
 *
 * @throws RangeError or TypeError when an argument or option is wrong; the message names it, its value and the remedy.
 * @example
 * const summarise = guard(circuit, async (job: Job<Text>, _token, signal) =>
 *   circuit.callOrThrow((call) => ask(job.data, call.signal), { signal }));
 * new Worker("jobs", summarise, { connection, concurrency: 16 });
 */
export function guard<Job extends DeferrableJob, Result>(
  target: Circuit | ChooseJobCircuit<Job>,
  processor: (job: Job, token: string | undefined, signal: AbortSignal) => PromiseLike<Result> | Result,
  options: GuardOptions = {},
): GuardedProcessor<Job, Result> {
  const choose = chooserOf(target);
  callable("guard(processor)", processor);
  checkOptions(options);
  const { maxDeferrals = MAX_DEFERRALS, onDeferral } = options;
  const stops = new Stops(options.signal);
  const share = new Share();
  const trials = new Trials();
  const lines = new WeakMap<Circuit, Line>();

  function lineOf(circuit: Circuit): Line {
    const line = lines.get(circuit) ?? new Line();
    lines.set(circuit, line);
    return line;
  }

  async function sendBack(
    job: Job,
    token: string | undefined,
    circuit: Circuit,
    why: Return,
  ): Promise<never> {
    const before = deferralsOf(job);
    const line = lineOf(circuit);
    const { cause, failure } = why;
    if (cause !== "stopping" && before >= maxDeferrals) {
      line.leave(job);
      throw givenUpError(failure, before);
    }
    const { clock, random } = circuit.policy;
    const pace = {
      holdMs: cause === "stopping" ? STOPPING_MS : holdMs(failure, circuit.policy),
      spacingMs: share.spacingMs(slotsFor(job, options)),
      random,
      // Whoever tried and failed lets others try, or one that always fails would keep the circuit open.
      since: cause === "tried" ? wallClock() : undefined,
    };
    const delayMs = Math.ceil(line.place(job, pace, clock.now()));
    try {
      await job.moveToDelayed(wallClock() + delayMs, token);
    } catch {
      // It is not ours any more, or Redis failed: BullMQ's check for stalled jobs brings it back. An error of its own would
      // cost the job an attempt.
      throw movedError();
    }
    tell(onDeferral, {
      jobId: job.id,
      jobName: job.name,
      failure,
      delayMs,
      deferrals: before + 1,
    });
    throw movedError();
  }

  // BullMQ hands out its signal only to functions of three parameters.
  return async (job, token, signal) => {
    const circuit = choose(job);
    // Unguarded jobs are none of ours to stop.
    if (circuit === undefined) return await processor(job, token, signal ?? new AbortController().signal);
    if (stops.stopping) return await sendBack(job, token, circuit, stopping(circuit));
    const { clock } = circuit.policy;
    const startedAt = clock.now();
    const slots = slotsFor(job, options);
    const line = lineOf(circuit);
    line.arrived(job, wallClock(), startedAt);
    const no = obstacle(circuit, {
      slots,
      running: share.running,
      onTrial: trials.has(circuit, startedAt),
      newcomer: deferralsOf(job) === 0,
      dueBefore: (enough) => line.dueBefore(job, startedAt, share.spacingMs(slots), enough),
    });
    if (no !== undefined) return await sendBack(job, token, circuit, { cause: "rejected", failure: no });

    line.leave(job);
    const leave = share.enter();
    const endTrial = trials.start(circuit, startedAt);
    const run = stops.join(signal);
    let why: Return | undefined;
    try {
      const result = await processor(job, token, run.signal);
      share.learn(clock.now() - startedAt);
      return result;
    } catch (error) {
      why = stops.stopping ? stopping(circuit) : returnOf(failureOf(error), endTrial !== undefined);
      if (why === undefined) throw error;
    } finally {
      run.leave();
      leave();
      endTrial?.();
    }
    return await sendBack(job, token, circuit, why);
  };
}

function slotsFor(job: object, { slots }: GuardOptions): number {
  return slots ?? halfOfWorker(job);
}

function stopping({ name, state }: Circuit): Return {
  const report = { circuit: name, state, attempts: 0, elapsedMs: 0 };
  const verdict = { verdict: "neutral", reason: "cancelled", detail: "the worker stops" } as const;
  return { cause: "stopping", failure: failureOfCall(verdict, report) };
}

function tell(listener: GuardOptions["onDeferral"], deferral: Deferral): void {
  try {
    const result: unknown = listener?.(deferral);
    // An async listener fails later; unheard, its rejection would end the process.
    if (result instanceof Promise) result.catch(() => {});
  } catch {
    // Nothing a listener does may change a job.
  }
}

function chooserOf<Job>(target: Circuit | ChooseJobCircuit<Job>): ChooseJobCircuit<Job> {
  if (typeof target === "function") return target;
  const known: unknown = target;
  // By shape, because two copies of this package may be installed.
  if (typeof known === "object" && known !== null && "admit" in known) return () => target;
  throw new TypeError("guard got no circuit; give a Circuit, or a function that returns one for a job.");
}
