import type { StateName } from "recloser";

/** What people may want to be told. */
type NotificationKind = "opened" | "closed" | "forced";

export interface Notification {
  readonly kind: NotificationKind;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly circuit: string;
  readonly state: StateName;
  /** Everything in words, the circuit's name first. */
  readonly sentence: string;
  /** When the trouble began, in milliseconds since 1970. */
  readonly since: number;
}
