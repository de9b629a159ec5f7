import type { LoggedCall } from "../log/logged-call.js";
import type { Policy } from "../policy/guard.js";
import { type Fate, Player } from "../replay/player.js";

/**
 * What a policy would have cost, by blocks of time: the seconds that failed calls held a slot, and for each answer that it
 * would have lost, `answerCostS` more.
 */
export interface CostOptions {
  /** How many slot-seconds an answer is worth. */
  readonly answerCostS: number;
  /** Calls that start in here count; times as in the log. */
  readonly from: number;
  readonly to: number;
  readonly blockMs: number;
}

export function costs(calls: readonly LoggedCall[], policy: Policy, options: CostOptions): Float64Array {
  const { answerCostS, from, to, blockMs } = options;
  const blocks = new Float64Array(Math.max(1, Math.ceil((to - from) / blockMs)));
  const heard = (call: LoggedCall, fate: Fate, savedMs: number): void => {
    if (call.start < from || call.start >= to) return;
    const block = Math.floor((call.start - from) / blockMs);
    blocks[block] = (blocks[block] ?? 0) + costOf(call, fate, savedMs, answerCostS);
  };
  new Player(calls, policy, Infinity, heard).play();
  return blocks;
}

function costOf(
  { verdict, durationMs }: LoggedCall,
  fate: Fate,
  savedMs: number,
  answerCostS: number,
): number {
  const heldS = Math.max(0, durationMs - savedMs) / 1_000;
  switch (verdict.verdict) {
    case "failure":
      return heldS;
    case "success":
      return fate === "sent" ? 0 : answerCostS;
    case "neutral":
      return 0;
  }
}
