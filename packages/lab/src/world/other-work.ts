import type { Agenda, Target } from "../engine/agenda.js";
import type { Random } from "../engine/random.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Book } from "./book.js";
import type { Claim, Pool } from "./pool.js";

type Settings = NonNullable<Scenario["other"]>;

const ARRIVES = 0;
const DONE = 1;

/** A job of the other work. */
class OtherJob implements Claim {
  readonly #work: OtherWork;
  readonly arrivedAt: number;
  readonly claimUntil: number;

  constructor(work: OtherWork, arrivedAt: number, claimUntil: number) {
    this.#work = work;
    this.arrivedAt = arrivedAt;
    this.claimUntil = claimUntil;
  }

  start(): boolean {
    this.#work.started(this);
    return true;
  }

  giveUp(): void {}
}

/** Short jobs that share a worker's slots with the calls, as a worker's database or mail jobs would. */
export class OtherWork implements Target {
  readonly #settings: Settings;
  readonly #agenda: Agenda;
  readonly #pool: Pool;
  readonly #random: Random;
  readonly #book: Book;

  constructor(settings: Settings, agenda: Agenda, pool: Pool, random: Random, book: Book, startAt: number) {
    this.#settings = settings;
    this.#agenda = agenda;
    this.#pool = pool;
    this.#random = random;
    this.#book = book;
    agenda.planAt(startAt + random.exponential(1000 / settings.perSecond), this, ARRIVES);
  }

  wake(code: number): void {
    const { now } = this.#agenda;
    if (code === DONE) {
      this.#pool.give(now);
      return;
    }
    this.#book.otherArrived();
    this.#pool.take(new OtherJob(this, now, now + this.#settings.patienceMs), now);
    this.#agenda.plan(this.#random.exponential(1000 / this.#settings.perSecond), this, ARRIVES);
  }

  started({ arrivedAt }: OtherJob): void {
    this.#book.otherStarted(arrivedAt);
    this.#agenda.plan(this.#settings.takesMs, this, DONE);
  }
}
