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
}

class List<Member extends Linked<Member>> {
  head: Member | undefined;
  #tail: Member | undefined;
  size = 0;

  append(member: Member): void {
    member.list = this;
    member.previous = this.#tail;
    member.next = undefined;
    if (this.#tail === undefined) this.head = member;
    else this.#tail.next = member;
    this.#tail = member;
    this.size++;
  }

  remove(member: Member): void {
    if (member.previous === undefined) this.head = member.next;
    else member.previous.next = member.next;
    if (member.next === undefined) this.#tail = member.previous;
    else member.next.previous = member.previous;
    member.list = undefined;
    member.previous = undefined;
    member.next = undefined;
    this.size--;
  }
}

/** How long a call may go without a sign of life before it is taken to have stalled, by kind of call. */
export interface StallDeadlines {
  readonly streaming: number;
  readonly unary: number;
}

/**
 * The calls in flight, each in one of four places: waiting for a first sign of life (streaming and unary apart, because
 * their deadlines differ), stalled past that deadline, or flowing. Every list is ordered by its own clock, so what is
 * due is always at a head and nothing ever has to scan.
 */
export class InFlight<Call extends Pending<Call>> {
  readonly #waitingStreaming = new List<Call>();
  readonly #waitingUnary = new List<Call>();
  readonly #stalled = new List<Call>();
  readonly #flowing = new List<Call>();

  get size(): number {
    return this.waiting + this.#stalled.size + this.#flowing.size;
  }

  /** Calls with no sign of life yet that have not passed their stall deadline. */
  get waiting(): number {
    return this.#waitingStreaming.size + this.#waitingUnary.size;
  }

  get stalled(): number {
    return this.#stalled.size;
  }

  enter(call: Call): void {
    (call.streaming ? this.#waitingStreaming : this.#waitingUnary).append(call);
  }

  /** A token arrived. */
  flow(call: Call, now: number): void {
    call.lastSignAt = now;
    call.list?.remove(call);
    this.#flowing.append(call);
  }

  stall(call: Call): void {
    call.list?.remove(call);
    this.#stalled.append(call);
  }

  leave(call: Call): void {
    call.list?.remove(call);
  }

  /** When the next call passes its stall deadline; Infinity when none is waiting. */
  dueAt(deadlines: StallDeadlines): number {
    const streaming = this.#waitingStreaming.head;
    const unary = this.#waitingUnary.head;
    return Math.min(
      streaming === undefined ? Infinity : streaming.admittedAt + deadlines.streaming,
      unary === undefined ? Infinity : unary.admittedAt + deadlines.unary,
    );
  }

  /** A call that has passed its stall deadline by `now` and has not been marked `stall` yet. */
  due(now: number, deadlines: StallDeadlines): Call | undefined {
    const streaming = this.#waitingStreaming.head;
    if (streaming !== undefined && streaming.admittedAt + deadlines.streaming <= now) return streaming;
    const unary = this.#waitingUnary.head;
    return unary !== undefined && unary.admittedAt + deadlines.unary <= now ? unary : undefined;
  }

  /** The stalled call that was admitted first. */
  oldestStalled(): Call | undefined {
    return this.#stalled.head;
  }

  /** A call that has shown no life for `leaseMs`, as a dropped permit would. */
  lapsed(now: number, leaseMs: number): Call | undefined {
    const before = now - leaseMs;
    const stalled = this.#stalled.head;
    if (stalled !== undefined && stalled.lastSignAt <= before) return stalled;
    const flowing = this.#flowing.head;
    return flowing !== undefined && flowing.lastSignAt <= before ? flowing : undefined;
  }

  /** When the call that has been in flight longest without a sign of life was admitted. */
  oldestWaitingAt(): number | undefined {
    let oldest = Math.min(
      this.#waitingStreaming.head?.admittedAt ?? Infinity,
      this.#waitingUnary.head?.admittedAt ?? Infinity,
    );
    // In the order in which they stalled, and deadlines differ.
    for (let call = this.#stalled.head; call !== undefined; call = call.next) {
      oldest = Math.min(oldest, call.admittedAt);
    }
    return oldest === Infinity ? undefined : oldest;
  }
}
