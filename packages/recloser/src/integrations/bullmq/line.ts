import type { DeferrableJob } from "./job.js";

/** One that is this late has been taken by another worker. */
const LATE_MS = 1_000;
/** BullMQ hands out waiting jobs in turn, give or take this much. */
const OUT_OF_TURN_MS = 50;
/** More are not remembered; they come back all the same. */
const MOST_REMEMBERED = 10_000;

type Waiting = Pick<DeferrableJob, "id" | "priority" | "timestamp">;

/** A job's place: its priority and since when it waits. */
interface Turn {
  readonly priority: number;
  readonly since: number;
}

interface Sleeper {
  readonly turn: Turn;
  readonly dueAt: number;
}

export interface Pace {
  /** Not before so many milliseconds from now. */
  readonly holdMs: number;
  /** How far apart jobs wake up. */
  readonly spacingMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Puts it behind those that wait now, as if it had been added just now, in milliseconds since 1970. Default: it keeps its place. */
  readonly since?: number | undefined;
}

/**
 * The jobs of one circuit that were sent back: who goes first, and when each comes again. By BullMQ's priority, then by
 * age; a job that finds no room keeps its place. Only what this process sent back is known here. The delays themselves are
 * in Redis, so what is forgotten here still comes back.
 */
export class Line {
  readonly #sleepers = new Map<string, Sleeper>();

  /** Says in how many milliseconds the job comes again: after its hold, one spacing for each job before it. */
  place(job: Waiting, { holdMs, spacingMs, random, since }: Pace, now: number): number {
    const turn = since === undefined ? this.#turnOf(job) : { priority: job.priority, since };
    const delayMs = holdMs + spacingMs * (this.#rank(job.id, turn, now) + 0.5 + random());
    if (job.id !== undefined && (this.#sleepers.has(job.id) || this.#sleepers.size < MOST_REMEMBERED)) {
      this.#sleepers.set(job.id, { turn, dueAt: now + delayMs });
    }
    return delayMs;
  }

  /**
   * It has come from the queue. BullMQ hands out jobs in the order in which they became due, so those that were due before
   * it and did not come have been taken by another worker.
   */
  arrived({ id, priority, timestamp }: Waiting, epochNow: number, now: number): void {
    if (priority !== 0) return;
    const dueAt = id === undefined ? undefined : this.#sleepers.get(id)?.dueAt;
    const queuedAt = dueAt ?? now - Math.max(0, epochNow - timestamp);
    for (const [other, { turn, dueAt: theirs }] of this.#sleepers) {
      if (turn.priority === 0 && theirs < queuedAt - OUT_OF_TURN_MS && other !== id)
        this.#sleepers.delete(other);
    }
  }

  /** It has its turn, or is given up. */
  leave({ id }: Waiting): void {
    if (id !== undefined) this.#sleepers.delete(id);
  }

  /** How many that go before `job` are due now or within `soonMs`; `enough` ends the count. */
  dueBefore(job: Waiting, now: number, soonMs: number, enough: number): number {
    const turn = this.#turnOf(job);
    let due = 0;
    for (const { turn: other, dueAt } of this.#sleepers.values()) {
      if (dueAt > now + soonMs || dueAt < now - LATE_MS) continue;
      if (goesBefore(other, turn) && ++due >= enough) break;
    }
    return due;
  }

  #turnOf({ id, priority, timestamp }: Waiting): Turn {
    const known = id === undefined ? undefined : this.#sleepers.get(id);
    return known?.turn ?? { priority, since: timestamp };
  }

  #rank(ownId: string | undefined, turn: Turn, now: number): number {
    let rank = 0;
    let passedItself = false;
    for (const [id, { turn: other, dueAt }] of this.#sleepers) {
      if (id === ownId) passedItself = true;
      else if (dueAt < now - LATE_MS) this.#sleepers.delete(id);
      // Of those that are as old, the one that was here first is first.
      else if (passedItself ? goesBefore(other, turn) : !goesBefore(turn, other)) rank++;
    }
    return rank;
  }
}

/** BullMQ takes jobs without a priority (0) first, then 1, 2, 3 … */
function goesBefore(one: Turn, other: Turn): boolean {
  return one.priority === other.priority ? one.since < other.since : one.priority < other.priority;
}
