import {
  type BoardEvent,
  type CircuitDetail,
  type CircuitFacts,
  type CircuitRow,
  COLUMNS,
  STANDINGS,
  type Standing,
  type UsualView,
} from "../contract/contract.js";
import { Exemplars } from "./exemplars.js";
import { rowOf, standingOf } from "./row.js";
import { SampleRing } from "./samples.js";
import type { BoardSnapshot } from "./source.js";
import { StripRing } from "./strip.js";

const KEPT_EVENTS = 200;
/** Times are told as ages, which are rounded: a difference below this is none. */
const SAME_MS = 250;
/** A usual total needs this many calm samples, two minutes' worth. */
const FEWEST_CALM = 24;
/** It is looked up again after this many samples. */
const USUAL_EACH = 12;
const MINUTE_MS = 60_000;
/** A sample may come this share of the interval after the one before: a tick early is better than a tick late. */
export const EARLIEST = 0.95;

/** What is known of one circuit beyond the present moment. */
export class CircuitRecord {
  readonly name: string;
  readonly samples: SampleRing;
  readonly exemplars = new Exemplars();
  readonly #everyMs: number;
  readonly #strip = new StripRing();
  readonly #events: BoardEvent[] = [];
  #row: CircuitRow | undefined;
  #facts: CircuitFacts | undefined;
  /** Since it left health: how many calls it had rejected by then. */
  #trouble: { readonly rejected: number } | undefined;
  #standing: { readonly is: Standing; readonly since: number; readonly epoch: number } | undefined;
  #holdUntil: number | null = null;
  #endsAt: number | null = null;
  #usualTotal: UsualView | null = null;
  /** Rejections in all, as counted some time ago, oldest first: a minute's worth. */
  readonly #rejectedThen: { readonly at: number; readonly rejected: number; readonly saturated: number }[] =
    [];
  #sampled = 0;

  constructor(name: string, options: { readonly everyMs: number; readonly samples: number }) {
    this.name = name;
    this.#everyMs = options.everyMs;
    this.samples = new SampleRing(options.samples);
  }

  /** Takes in what the circuit says now. True when an operator's `observe` has begun (`began`) or ended. */
  look(snapshot: BoardSnapshot, now: number): "began" | "ended" | undefined {
    const standing = standingOf(snapshot);
    const { rejected, saturated } = rejectedIn(snapshot);
    // Another circuit of that name counts from the start again.
    if (rejected + saturated < total(this.#rejectedThen.at(-1))) {
      this.#rejectedThen.length = 0;
      if (this.#trouble !== undefined) this.#trouble = { rejected: 0 };
    }
    this.#follow(standing, snapshot, now);
    this.#rejectedThen.push({ at: now, rejected, saturated });
    while (this.#rejectedThen.length > 1 && (this.#rejectedThen[1]?.at ?? now) <= now - MINUTE_MS)
      this.#rejectedThen.shift();
    this.#strip.mark(standing, now);

    const holdEndsInMs = holdEndsIn(snapshot);
    this.#holdUntil = steady(this.#holdUntil, holdEndsInMs === null ? null : now + holdEndsInMs);
    this.#endsAt = steady(this.#endsAt, snapshot.endsInMs === null ? null : now + snapshot.endsInMs);
    const before = this.#row;
    const row = rowOf(snapshot, {
      now,
      since: this.#standing?.since ?? now,
      endsAt: this.#endsAt,
      holdUntil: this.#holdUntil,
      spared: this.#trouble === undefined ? 0 : rejected - this.#trouble.rejected,
      rejectedLastMinute: rejected + saturated - total(this.#rejectedThen[0]),
      usualTotal: this.#usualTotal,
      strip: this.#strip.runs(now),
    });
    this.#row = row;
    const { epoch, callsPerSecond, baseline, hindsight, totals } = snapshot;
    this.#facts = { epoch, callsPerSecond, baseline, hindsight, totals };
    if (now - this.samples.latestAt >= this.#everyMs * EARLIEST || now < this.samples.latestAt)
      this.#sample(row, now);
    const observed = row.hold?.kind === "observe";
    if (observed === (before?.hold?.kind === "observe")) return undefined;
    return observed ? "began" : "ended";
  }

  get row(): CircuitRow | undefined {
    return this.#row;
  }

  get facts(): CircuitFacts | undefined {
    return this.#facts;
  }

  /** It has just changed its state: what lasts a moment shows in the strip too. */
  passed(standing: Standing, now: number): void {
    this.#strip.mark(standing, now);
  }

  addEvent(event: BoardEvent): void {
    this.#events.push(event);
    if (this.#events.length > KEPT_EVENTS) this.#events.shift();
  }

  eventsAfter(id: number): readonly BoardEvent[] {
    return this.#events.filter((event) => event.id > id);
  }

  detail(now: number): CircuitDetail | undefined {
    if (this.#row === undefined || this.#facts === undefined) return undefined;
    return {
      at: now,
      row: this.#row,
      facts: this.#facts,
      samples: this.samples.from(-Infinity),
      events: this.#events,
      exemplars: this.exemplars.list(),
    };
  }

  /** Openings after failed probes belong to the first, so that `since` says how long the trouble has lasted. */
  #follow(standing: Standing, { forMs, epoch }: BoardSnapshot, now: number): void {
    const began = now - forMs;
    const before = this.#standing;
    const troubled = standing === "open" || standing === "half-open";
    const wasTroubled = before !== undefined && (before.is === "open" || before.is === "half-open");
    if (standing === "closed" || standing === "limited" || standing === "forced-closed")
      this.#trouble = undefined;
    else if (this.#trouble === undefined || (standing === "forced-open") !== (before?.is === "forced-open"))
      this.#trouble = { rejected: this.#rejectedThen.at(-1)?.rejected ?? 0 };
    let since = before?.since ?? began;
    if (before === undefined) {
      if (standing === "limited") since = now;
    } else if (!(troubled && wasTroubled) && (before.is !== standing || before.epoch !== epoch)) {
      // Nothing tells when a limit began or ended: it is when it was seen.
      since = before.epoch === epoch ? now : began;
    }
    this.#standing = { is: standing, since, epoch };
  }

  #sample(
    { state, standing, meters, rates, firstToken, total: whole, inFlight }: CircuitRow,
    now: number,
  ): void {
    const values: Record<string, number | null> = {
      [COLUMNS.standing]: STANDINGS.indexOf(standing),
      [COLUMNS.calls]: rates.calls,
      [COLUMNS.successes]: rates.successes,
      [COLUMNS.rejected]: rates.rejected,
      [COLUMNS.firstTokenP50]: firstToken.p50Ms,
      [COLUMNS.firstTokenP95]: firstToken.p95Ms,
      [COLUMNS.totalP50]: whole.p50Ms,
      [COLUMNS.totalP95]: whole.p95Ms,
      [COLUMNS.inFlight]: inFlight.total,
      [COLUMNS.limit]: inFlight.limit,
    };
    // They run while it is closed; in between there is nothing to draw.
    if (state === "closed") for (const { name, level } of meters) values[COLUMNS.meter + name] = level;
    for (const [reason, n] of Object.entries(rates.byReason)) values[COLUMNS.reason + reason] = n;
    this.samples.add(now, values);
    if (this.#sampled++ % USUAL_EACH === 0) this.#usualTotal = this.#usual();
  }

  #usual(): UsualView | null {
    const calm = (value: (column: string) => number) =>
      value(COLUMNS.standing) === STANDINGS.indexOf("closed");
    const p50Ms = this.samples.median(COLUMNS.totalP50, calm, FEWEST_CALM);
    const p95Ms = this.samples.median(COLUMNS.totalP95, calm, FEWEST_CALM);
    if (p50Ms === null || p95Ms === null) return null;
    return { p50Ms: Math.round(p50Ms), highMs: Math.round(p95Ms), highIs: "p95", from: "hour" };
  }
}

/** What was rejected for the dependency's sake, and apart from it by a full bulkhead, which spares nobody anything. */
function rejectedIn({ totals }: BoardSnapshot): { readonly rejected: number; readonly saturated: number } {
  let rejected = 0;
  let saturated = 0;
  for (const counts of [totals.rejected, totals.observed]) {
    for (const [reason, n] of Object.entries(counts)) {
      if (reason === "saturated") saturated += n;
      else rejected += n;
    }
  }
  return { rejected, saturated };
}

function total(then: { readonly rejected: number; readonly saturated: number } | undefined): number {
  return then === undefined ? 0 : then.rejected + then.saturated;
}

function holdEndsIn({ state, endsInMs, observing }: BoardSnapshot): number | null {
  if (state === "forced-open" || state === "forced-closed") return endsInMs;
  return observing === null ? null : observing.endsInMs;
}

function steady(before: number | null, after: number | null): number | null {
  if (before === null || after === null) return after;
  return Math.abs(before - after) < SAME_MS ? before : Math.round(after);
}
