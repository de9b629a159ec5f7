import type { Agenda } from "../engine/agenda.js";
import type { Count, SeriesName, Tally } from "../figures/tally.js";
import { bucketOf, type Timeline } from "../figures/timeline.js";
import type { Job, JobEnd } from "./job.js";
import type { Truth } from "./truth.js";

/** Writes down what happens to requests, from the onset on; the series begin a little earlier. */
export class Book {
  readonly #agenda: Agenda;
  readonly #timeline: Timeline;
  readonly #truth: Truth;
  readonly #tally: Tally;

  constructor(agenda: Agenda, timeline: Timeline, truth: Truth, tally: Tally) {
    this.#agenda = agenda;
    this.#timeline = timeline;
    this.#truth = truth;
    this.#tally = tally;
  }

  arrived(job: Job): void {
    const { now } = this.#agenda;
    const { onset, healed } = this.#timeline;
    job.isWatched = now >= onset;
    this.#mark("offered", 1);
    if (!job.isWatched) return;
    job.isHit = this.#truth.isHitNow(job.model);
    job.isHealed = now >= healed;
    job.isWell = this.#truth.isWell(job.model);
    this.#add("requests");
    if (job.isHit) this.#add("requestsHit");
    if (job.isHealed) this.#add("requestsHealed");
    if (job.isWell) this.#add("requestsWell");
  }

  slotted(job: Job): void {
    const waitedMs = this.#agenda.now - job.arrivedAt;
    this.#mark("slotted", 1);
    this.#mark("waitMs", waitedMs);
    if (job.isWatched) this.#tally.llmWaits.add(waitedMs);
  }

  sent(job: Job, probe: boolean): void {
    this.#mark("sent", 1);
    if (probe) this.#mark("probes", 1);
    if (!job.isWatched) return;
    this.#add("sent");
    if (probe) this.#add("probes");
    job.isAttemptFaulty = this.#truth.condition(job.model).faulty;
    if (job.isAttemptFaulty) this.#add("sentFaulty");
  }

  attempted(job: Job, isAnswered: boolean): void {
    if (isAnswered || !job.isWatched || !job.isAttemptFaulty) return;
    this.#add("wasted");
    this.#add("wastedSlotMs", this.#agenda.now - job.sentAt);
  }

  throttled(job: Job): void {
    if (job.isWatched) this.#add("throttled");
  }

  finished(job: Job, end: JobEnd): void {
    this.#markEnd(end);
    if (!job.isWatched) return;
    this.#add(end);
    if (job.isHit) {
      if (end === "answered") this.#add("answeredHit");
      this.#slot(job);
    }
    if (job.isHealed && end === "answered") this.#add("answeredHealed");
    if (end !== "refused") return;
    if (job.isHealed) this.#add("refusedHealed");
    if (job.isWell) this.#add("refusedWell");
  }

  /** The watch is over, and the job is not. */
  pending(job: Job): void {
    if (!job.isWatched) return;
    this.#add("pending");
    if (job.isHit) this.#slot(job);
  }

  #slot(job: Job): void {
    if (job.hasSlot) this.#add("slotMs", this.#agenda.now - job.slottedAt);
  }

  #markEnd(end: JobEnd): void {
    switch (end) {
      case "answered":
      case "failed":
      case "refused":
      case "full":
        this.#mark(end, 1);
        return;
      case "aborted":
      case "unslotted":
        this.#mark("failed", 1);
    }
  }

  otherArrived(): void {
    this.#mark("otherOffered", 1);
    this.#add(this.#agenda.now < this.#timeline.onset ? "otherBefore" : "other");
  }

  otherStarted(arrivedAt: number): void {
    this.#mark("otherDone", 1);
    if (arrivedAt < this.#timeline.onset) {
      this.#add("otherBeforeDone");
    } else {
      this.#add("otherDone");
      this.#tally.otherWaits.add(this.#agenda.now - arrivedAt);
    }
  }

  #add(count: Count, by = 1): void {
    this.#tally.counts[count] += by;
  }

  #mark(name: SeriesName, by: number): void {
    const { now } = this.#agenda;
    if (now < this.#timeline.seriesFrom) return;
    const series = this.#tally.series[name];
    const bucket = bucketOf(this.#timeline, now);
    series[bucket] = (series[bucket] ?? 0) + by;
  }
}
