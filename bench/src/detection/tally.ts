/** What one worker saw from the onset on. Times are seconds after the onset; Infinity where it never happened. */
export class Tally {
  /** Calls that callers wanted. */
  requests = 0;
  answered = 0;
  /** Calls that reached the provider. */
  sent = 0;
  throttled = 0;
  /** Calls that the guard refused because it suspected the provider; a full bulkhead is no suspicion. */
  refused = 0;
  /** The same, of those that came while the provider was well. */
  requestsWell = 0;
  refusedWell = 0;
  actedAfterS = Number.POSITIVE_INFINITY;
  openedAfterS = Number.POSITIVE_INFINITY;
  /** How often it left the closed state. */
  opens = 0;
  /** How often it began to limit, and for how long in all. */
  limits = 0;
  limitedS = 0;
  /** When it last suspected anything; 0 when it never did. */
  suspectedUntilS = 0;
  /** Slots that calls to the provider held, over time. */
  slotS = 0;
  /** Other work: what came, and what got a slot in time, before the onset and after it. */
  readonly otherBefore = { offered: 0, done: 0 };
  readonly otherAfter = { offered: 0, done: 0 };
}
