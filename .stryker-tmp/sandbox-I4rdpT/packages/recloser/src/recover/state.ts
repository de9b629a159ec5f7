/** Why a circuit is not closed. */
// @ts-nocheck

export interface Cause {
  readonly kind: "failing" | "throttled" | "quota" | "operator";
  /** In words, e.g. `6 of 7 calls failed within 5.2 s, last: 503 server_is_overloaded`. */
  readonly message: string;
}

/** Where a circuit stands. One value, so that no two flags can disagree. Times are clock milliseconds. */
export type State<Probe> = Closed | Open | HalfOpen<Probe> | Forced;

interface Closed {
  readonly name: "closed";
  readonly since: number;
}

interface Open {
  readonly name: "open";
  readonly since: number;
  until: number;
  readonly cause: Cause;
}

export interface HalfOpen<Probe> {
  readonly name: "half-open";
  readonly since: number;
  readonly cause: Cause;
  /** The one leased probe, while its verdict is out. */
  probe: Probe | undefined;
  /** Probes that have succeeded so far. */
  successes: number;
}

interface Forced {
  readonly name: "forced-open" | "forced-closed";
  readonly since: number;
  readonly until: number;
  readonly cause: Cause;
}
