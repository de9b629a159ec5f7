import { Agenda } from "../engine/agenda.js";
import { stream } from "../engine/random.js";
import { emptyTally, type Tally } from "../figures/tally.js";
import { type Timeline, timelineOf } from "../figures/timeline.js";
import type { Policy } from "../policy/guard.js";
import type { Scenario } from "../scenario/scenario.js";
import { Book } from "./book.js";
import { Dependency } from "./dependency.js";
import { OtherWork } from "./other-work.js";
import { Pool } from "./pool.js";
import { Sight } from "./sight.js";
import { Truth } from "./truth.js";
import { type Line, Worker } from "./worker.js";

/** What each stream of random numbers is for. */
const STREAM = { guard: 1, gaps: 2, calls: 3, other: 4, retries: 5 };
/** More rows than this no heat map can show. */
export const MOST_HEAT_ROWS = 60;
/** Other work starts so long before the onset, for comparison. */
const OTHER_AHEAD_MS = 60_000;

/** What to simulate: some of the workers of a scenario, behind one policy. */
export interface WorldOptions {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly seed: number;
  /** The first of the workers, and how many. */
  readonly from: number;
  readonly workers: number;
  /** Called when promises wait to be settled; see `GuardNeeds.stir`. */
  readonly stir?: () => void;
  readonly agenda?: Agenda;
}

/** One world in virtual time. The same seed gives every policy the same calls at the same moments, with the same luck. */
export class World {
  readonly scenario: Scenario;
  readonly agenda: Agenda;
  readonly timeline: Timeline;
  readonly tally: Tally;
  readonly book: Book;
  readonly dependency: Dependency;
  readonly #truth: Truth;
  readonly #workers: readonly Worker[];

  constructor(options: WorldOptions) {
    const { scenario, from, workers, agenda = new Agenda() } = options;
    this.scenario = scenario;
    this.agenda = agenda;
    this.timeline = timelineOf(scenario);
    const heatRows = from === 0 ? Math.min(workers, MOST_HEAT_ROWS) : 0;
    this.tally = emptyTally(workers, this.timeline.buckets, heatRows);
    this.#truth = new Truth(scenario, agenda, this.timeline);
    this.book = new Book(agenda, this.timeline, this.#truth, this.tally);
    this.dependency = new Dependency(scenario, agenda, this.#truth);
    this.#workers = Array.from({ length: workers }, (_, index) => this.#worker(options, index, heatRows));
  }

  #worker({ scenario, policy, seed, from, stir }: WorldOptions, index: number, heatRows: number): Worker {
    const id = from + index;
    const clock = { now: () => this.agenda.now };
    const shown = Math.max(
      0,
      scenario.models.findIndex((_, model) => this.#truth.isHit(model)),
    );
    const lines = scenario.models.map((model, at): Line => {
      const sight = new Sight({
        tally: this.tally,
        timeline: this.timeline,
        truth: this.#truth,
        worker: index,
        model: at,
        now: clock.now,
        heatRow: at === shown && index < heatRows ? index : undefined,
      });
      const random = stream(seed, id, STREAM.guard, at);
      const guard = policy.make({
        perSecond: scenario.calls.perSecond * model.share,
        bulkhead: scenario.bulkheads[at] ?? Infinity,
        clock,
        random: () => random.uniform(),
        watch: sight,
        dead: () => isDead(this.#truth, at),
        stir: stir ?? (() => {}),
      });
      return { model, guard, sight, held: 0 };
    });
    const pool = new Pool(scenario.slots);
    if (scenario.other !== undefined) {
      const startAt = Math.max(0, this.timeline.onset - OTHER_AHEAD_MS);
      const random = stream(seed, id, STREAM.other);
      new OtherWork(scenario.other, this.agenda, pool, random, this.book, startAt);
    }
    return new Worker({
      world: this,
      pool,
      lines,
      gaps: stream(seed, id, STREAM.gaps),
      calls: stream(seed, id, STREAM.calls),
      retries: (request, retry) => stream(seed, id, STREAM.retries, request, retry),
    });
  }

  /** Closes the book. Once, at the end of the watch. */
  end(): Tally {
    for (const worker of this.#workers) worker.end();
    return this.tally;
  }
}

function isDead(truth: Truth, model: number): boolean {
  const { errors, hangs, stalls, cuts, throttled, capacity } = truth.condition(model);
  return Math.max(errors, hangs, stalls, cuts, throttled) >= 1 || capacity <= 0;
}
