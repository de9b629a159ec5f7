/** A member knows its place; -1 outside. */
export interface Placed {
  place: number;
}

/**
 * Those that are here now, in no order. A `Set` would do the same, but one that changes with every call gets a new table
 * every few dozen calls, and each old one keeps the next, and so all who were in them, until a full garbage collection.
 */
export class Crowd<Member extends Placed> {
  readonly #members: Member[] = [];

  get size(): number {
    return this.#members.length;
  }

  enter(member: Member): void {
    if (member.place !== -1) return;
    member.place = this.#members.length;
    this.#members.push(member);
  }

  /** Safe to call twice. */
  leave(member: Member): void {
    const { place } = member;
    if (place === -1) return;
    member.place = -1;
    const last = this.#members.pop();
    if (last === undefined || last === member) return;
    this.#members[place] = last;
    last.place = place;
  }

  /** A copy, for work that makes members leave. */
  all(): Member[] {
    return [...this.#members];
  }
}
