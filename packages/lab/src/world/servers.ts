import type { Agenda, Target } from "../engine/agenda.js";
import type { Capacity } from "../scenario/scenario.js";

/** Who has sent an attempt, as the servers see it. */
export interface Client {
  guest: Guest | undefined;
}

/** One attempt in the provider's house: it may outlive its client's interest. */
export class Guest implements Target {
  readonly client: Client;
  /** How long a server needs for it when all is well, in milliseconds. */
  readonly usualMs: number;
  readonly #servers: { depart(guest: Guest): void };
  isServed = false;

  constructor(servers: { depart(guest: Guest): void }, client: Client, usualMs: number) {
    this.#servers = servers;
    this.client = client;
    this.usualMs = usualMs;
  }

  /** Its client has gone. */
  get isAbandoned(): boolean {
    return this.client.guest !== this;
  }

  wake(): void {
    this.#servers.depart(this);
  }
}

/** Servers that each hold one call from its start to its last token, and the queue before them: first come, first served. */
export class Servers<C extends Client> implements Target {
  readonly #agenda: Agenda;
  readonly #capacity: Capacity;
  readonly #left: () => number;
  readonly #serve: (client: C) => number;
  #queue: { readonly guest: Guest; readonly client: C }[] = [];
  #next = 0;
  #busy = 0;

  /**
   * @param left the share of the servers that works now.
   * @param serve begins with a call, and says how long it takes, in milliseconds.
   */
  constructor(agenda: Agenda, capacity: Capacity, left: () => number, serve: (client: C) => number) {
    this.#agenda = agenda;
    this.#capacity = capacity;
    this.#left = left;
    this.#serve = serve;
  }

  /** False when the queue is full. */
  enter(client: C, usualMs: number): boolean {
    if (this.#busy >= this.#working && this.#queue.length - this.#next >= this.#capacity.queue) return false;
    const guest = new Guest(this, client, usualMs);
    client.guest = guest;
    this.#queue.push({ guest, client });
    this.#fill();
    return true;
  }

  /** The client listens no more. Where that is noticed, a server that works for it is free at once. */
  left(client: C): void {
    const { guest } = client;
    client.guest = undefined;
    if (guest !== undefined && this.#capacity.noticesCancellation) this.depart(guest);
  }

  depart(guest: Guest): void {
    if (!guest.isServed) return;
    guest.isServed = false;
    this.#busy--;
    this.#fill();
  }

  /** Servers may have come back. */
  wake(): void {
    this.#fill();
  }

  get #working(): number {
    return Math.round(this.#capacity.servers * this.#left());
  }

  #fill(): void {
    while (this.#busy < this.#working) {
      const first = this.#queue[this.#next];
      if (first === undefined) {
        this.#queue = [];
        this.#next = 0;
        return;
      }
      this.#next++;
      this.#begin(first.guest, first.client);
    }
  }

  #begin(guest: Guest, client: C): void {
    if (guest.isAbandoned && this.#capacity.noticesCancellation) return;
    guest.isServed = true;
    this.#busy++;
    const takesMs = guest.isAbandoned ? guest.usualMs : this.#serve(client);
    this.#agenda.plan(takesMs, guest, 0);
  }
}
