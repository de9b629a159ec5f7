import type { Healthy } from "./healthy.js";

/** What a list needs of its members. Intrusive, so that entering, moving and leaving are O(1) and allocate nothing. */
interface Linked<Self extends Linked<Self>> {
  list: List<Self> | undefined;
  previous: Self | undefined;
  next: Self | undefined;
}

/** What the ledger needs to know of a call. */
export interface Pending<Self extends Pending<Self>> extends Linked<Self> {
  readonly admittedAt: number;
  readonly streaming: boolean;
  /** Admission, then each token. */
  lastSignAt: number;
  /** How many milestones it has outlived. */
  outlived: number;
  /** False for a call that only `observe` mode let through. */
  readonly holdsPlace: boolean;
}

class List<Member extends Linked<Member>> {
  head: Member | undefined;
  tail: Member | undefined;
  size = 0;
  /** Whether its members wait for a first sign of life. */
  readonly waiting: boolean;

  constructor(waiting: boolean) {
    this.waiting = waiting;
  }

  append(member: Member): void {
    member.list = this;
    member.previous = this.tail;
    member.next = undefined;
    if (this.tail === undefined) this.head = member;
    else this.tail.next = member;
    this.tail = member;
    this.size++;
  }

  remove(member: Member): void {
    if (member.previous === undefined) this.head = member.next;
    else member.previous.next = member.next;
    if (member.next === undefined) this.tail = member.previous;
    else member.next.previous = member.previous;
    member.list = undefined;
    member.previous = undefined;
    member.next = undefined;
    this.size--;
  }
}

/** How long a call may go without a sign of life before it is taken to have stalled, by kind of call. */
export interface StallDeadlines {
  /** To the first token of a streaming call, in milliseconds. At least 1. Default: learned, 60,000 at first. */
  readonly streaming: number;
  /** To the whole answer of a unary call, in milliseconds. At least 1. Default: learned, 180,000 at first. */
  readonly unary: number;
}

/** A permit without a sign of life for this long was dropped by its holder. */
const LEASE_MS = 900_000;

/** The waits that a pending call may have outlived: the healthy p50, p90 and p99, and twice the p99. */
const MILESTONES = 4;
type Milestones = readonly [number, number, number, number];
const NOT_LEARNED: Milestones = [Infinity, Infinity, Infinity, Infinity];

/** What the clock has brought: a call that has outlived a milestone, or one that has passed its stall deadline. */
export interface Due<Call> {
  readonly call: Call;
  readonly stalled: boolean;
}

/**
 * Calls of one kind without a sign of life, in a list for each number of milestones outlived. Each list is in order of
 * admission, so what is due next is always at a head.
 */
class Waiting<Call extends Pending<Call>> {
  readonly lists: readonly List<Call>[] = Array.from({ length: MILESTONES + 1 }, () => new List<Call>(true));
  milestones: Milestones = NOT_LEARNED;
  deadlineMs: number;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
  }

  dueAt(): number {
    let first = Infinity;
    for (let outlived = 0; outlived <= MILESTONES; outlived++) {
      const head = this.lists[outlived]?.head;
      if (head === undefined) continue;
      first = Math.min(
        first,
        head.admittedAt + Math.min(this.deadlineMs, this.milestones[outlived] ?? Infinity),
      );
    }
    return first;
  }

  due(now: number): Due<Call> | undefined {
    for (let outlived = MILESTONES; outlived >= 0; outlived--) {
      const head = this.lists[outlived]?.head;
      if (head === undefined) continue;
      if (head.admittedAt + this.deadlineMs <= now) return { call: head, stalled: true };
      if (head.admittedAt + (this.milestones[outlived] ?? Infinity) <= now)
        return { call: head, stalled: false };
    }
    return undefined;
  }

  oldestAt(): number {
    return Math.min(...this.lists.map((list) => list.head?.admittedAt ?? Infinity));
  }
}

/**
 * The calls in flight, each in one place: waiting for a first sign of life (streaming and unary apart, because their
 * deadlines differ), stalled past that deadline, or flowing. Every list is ordered by its own clock, so what is due is
 * always at a head and nothing ever has to scan.
 */
export class InFlight<Call extends Pending<Call>> {
  readonly #streaming: Waiting<Call>;
  readonly #unary: Waiting<Call>;
  readonly #stalled = new List<Call>(false);
  readonly #flowing = new List<Call>(false);
  /** Calls with no sign of life yet that have not passed their stall deadline. */
  waiting = 0;
  /** Those of them that hold a place. */
  waitingPlaces = 0;
  /** All calls that hold a place. */
  places = 0;
  /** Nothing here becomes due before this. */
  notBefore: number = Infinity;

  constructor(deadlines: StallDeadlines) {
    this.#streaming = new Waiting(deadlines.streaming);
    this.#unary = new Waiting(deadlines.unary);
  }

  get size(): number {
    return this.waiting + this.#stalled.size + this.#flowing.size;
  }

  get stalled(): number {
    return this.#stalled.size;
  }

  /** What healthy looks like has changed for one kind of calls. */
  expect(streaming: boolean, deadlineMs: number, healthy: Healthy | undefined): void {
    this.notBefore = -Infinity;
    const waiting = this.#of(streaming);
    waiting.deadlineMs = deadlineMs;
    if (healthy !== undefined)
      waiting.milestones = [healthy.p50Ms, healthy.p90Ms, healthy.p99Ms, 2 * healthy.p99Ms];
  }

  enter(call: Call): void {
    const { lists, milestones, deadlineMs } = this.#of(call.streaming);
    lists[0]?.append(call);
    this.waiting++;
    if (call.holdsPlace) {
      this.places++;
      this.waitingPlaces++;
    }
    this.notBefore = Math.min(this.notBefore, call.admittedAt + Math.min(milestones[0], deadlineMs));
  }

  /** A token arrived. */
  flow(call: Call, now: number): void {
    call.lastSignAt = now;
    this.#remove(call);
    this.#flowing.append(call);
    this.notBefore = Math.min(this.notBefore, now + LEASE_MS);
  }

  stall(call: Call): void {
    this.#remove(call);
    this.#stalled.append(call);
  }

  /** One more milestone. */
  outlive(call: Call): void {
    call.list?.remove(call);
    call.outlived++;
    this.#of(call.streaming).lists[call.outlived]?.append(call);
  }

  leave(call: Call): void {
    if (call.list === undefined) return;
    this.#remove(call);
    if (call.holdsPlace) this.places--;
  }

  #remove(call: Call): void {
    const { list } = call;
    if (list === undefined) return;
    if (list.waiting) {
      this.waiting--;
      if (call.holdsPlace) this.waitingPlaces--;
    }
    list.remove(call);
  }

  /** All that was due is done: works out anew when there will be more. */
  lookedAt(): void {
    this.notBefore = Math.min(this.dueAt(), this.lapseAt());
  }

  /** When the next permit will be taken for dropped; Infinity when there is none. */
  lapseAt(): number {
    const stalledAt = this.#stalled.head?.lastSignAt ?? Infinity;
    const flowingAt = this.#flowing.head?.lastSignAt ?? Infinity;
    return Math.min(stalledAt, flowingAt) + LEASE_MS;
  }

  /** When the next milestone or stall deadline passes; Infinity when nothing is waiting. */
  dueAt(): number {
    return Math.min(this.#streaming.dueAt(), this.#unary.dueAt());
  }

  /** A call whose milestone or stall deadline has passed by `now`, and that has not been moved yet. */
  due(now: number): Due<Call> | undefined {
    return this.#streaming.due(now) ?? this.#unary.due(now);
  }

  /** Unary calls that wait for their answer and have not outlived `outlived` milestones, latest admitted first. */
  *youngUnary(outlived: number): Generator<Call> {
    for (const list of this.#unary.lists.slice(0, outlived)) {
      for (let call = list.tail; call !== undefined; call = call.previous) if (call.holdsPlace) yield call;
    }
  }

  /** Every stalled call, in a list of its own: what is done with one may end others. */
  allStalled(): readonly Call[] {
    const all: Call[] = [];
    for (let call = this.#stalled.head; call !== undefined; call = call.next) all.push(call);
    return all;
  }

  deadlineMs(streaming: boolean): number {
    return this.#of(streaming).deadlineMs;
  }

  /** A call that has shown no life for a quarter of an hour, as a dropped permit would. */
  lapsed(now: number): Call | undefined {
    // The same sum as in `lapseAt`: rounded otherwise, a permit could be due for ever and never lapse.
    const stalled = this.#stalled.head;
    if (stalled !== undefined && stalled.lastSignAt + LEASE_MS <= now) return stalled;
    const flowing = this.#flowing.head;
    return flowing !== undefined && flowing.lastSignAt + LEASE_MS <= now ? flowing : undefined;
  }

  /** When the call that has been in flight longest without a sign of life was admitted. */
  oldestWaitingAt(): number | undefined {
    let oldest = Math.min(this.#streaming.oldestAt(), this.#unary.oldestAt());
    // In the order in which they stalled, and deadlines differ.
    for (let call = this.#stalled.head; call !== undefined; call = call.next) {
      oldest = Math.min(oldest, call.admittedAt);
    }
    return oldest === Infinity ? undefined : oldest;
  }

  #of(streaming: boolean): Waiting<Call> {
    return streaming ? this.#streaming : this.#unary;
  }
}
