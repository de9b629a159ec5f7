import type { Ticket } from "../permit.js";

/**
 * The probe that is left to run past its stall deadline. It has failed, and the circuit goes on without it: the next probe
 * need not wait for it. If it is answered after all, the deadline was too short. There is one at a time.
 */
export class Straggler {
  #ticket: Ticket | undefined;
  /** When the patience with it is over; Infinity while there is none. */
  endsAt: number = Infinity;

  /** Leaves `ticket` running until `endsAt`, unless that is over or another one still runs. */
  offer(ticket: Ticket, endsAt: number, now: number): void {
    if (endsAt <= now || waits(this.#ticket)) return;
    this.#ticket = ticket;
    this.endsAt = endsAt;
  }

  is(ticket: Ticket): boolean {
    return ticket === this.#ticket;
  }

  /** From now on there is none. Gives the one there was, if it is still without a sign of life. */
  take(): Ticket | undefined {
    const ticket = this.#ticket;
    this.#ticket = undefined;
    this.endsAt = Infinity;
    return waits(ticket) ? ticket : undefined;
  }
}

function waits(ticket: Ticket | undefined): ticket is Ticket {
  return ticket?.list !== undefined && ticket.firstTokenAt === undefined;
}
