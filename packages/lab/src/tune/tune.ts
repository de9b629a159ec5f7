import { type Random, stream } from "../engine/random.js";
import { LabError } from "../lab-error.js";
import type { LoggedCall } from "../log/logged-call.js";
import type { Policy } from "../policy/guard.js";
import { defaultsOf, type Tunable, type Values, withOptions } from "../policy/tuning.js";
import { type CostOptions, costs } from "./cost.js";

export interface TuneOptions {
  /** Combinations that are tried, the defaults among them. */
  readonly trials: number;
  readonly answerCostS: number;
  /** The share of the log's time, at its end, that is held out. */
  readonly heldOut: number;
  readonly seed: number;
}

export interface Tuned {
  readonly policy: Policy;
  /** What differs from the defaults; empty where they are kept. */
  readonly values: Values;
  readonly tried: number;
  /** What the best combination of the first part cost there, and what the defaults did. */
  readonly training: Costs;
  /** The same on the part that was held out. */
  readonly heldOut: Costs & { readonly saving: Interval };
  /** It costs less where nothing was chosen by it, beyond doubt. */
  readonly isBetter: boolean;
}

interface Costs {
  readonly defaults: number;
  readonly best: number;
}

/** Shares of the cost of the defaults; the 95 % interval of a bootstrap over blocks. */
interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const BLOCKS = 40;
const RESAMPLES = 2_000;

/**
 * The options with which a policy would have cost least in the first part of a log, judged on the rest of it. The same log
 * and seed give the same answer.
 *
 * @throws LabError when the policy has no options, or the log is too short to hold a part out.
 */
export function tune(
  calls: readonly LoggedCall[],
  policy: Policy,
  options: TuneOptions,
  progress: (done: number) => void = () => {},
): Tuned {
  const { tuning } = policy;
  if (tuning === undefined) throw new LabError(`"${policy.id}" has no options that can be set.`);
  const from = calls[0]?.start ?? 0;
  const to = (calls.at(-1)?.start ?? 0) + 1;
  const split = from + (to - from) * (1 - options.heldOut);
  const first = calls.filter(({ start }) => start < split);
  for (const [name, part] of [
    ["before", first],
    ["after", calls.slice(first.length)],
  ] as const)
    if (!part.some(({ verdict }) => verdict.verdict === "failure"))
      throw new LabError(
        `No call failed ${name} the held-out part begins; give a longer log, or another --held-out.`,
      );
  const { answerCostS, trials, seed } = options;
  const blockMs = (to - split) / BLOCKS;
  const training: CostOptions = { answerCostS, from, to: split, blockMs: split - from };
  const random = stream(seed);
  const candidates = combinations(tuning, trials, random);
  let best: { readonly values: Values; readonly cost: number } | undefined;
  let defaults = 0;
  for (const [index, values] of candidates.entries()) {
    const cost = total(costs(first, withOptions(policy, values), training));
    if (index === 0) defaults = cost;
    if (best === undefined || cost < best.cost) best = { values, cost };
    progress((index + 1) / candidates.length);
  }
  const values = best?.values ?? {};
  // All of the log is played, so that the policy has learned what it would have; only the rest counts.
  const rest: CostOptions = { answerCostS, from: split, to, blockMs };
  const before = costs(calls, policy, rest);
  const after = costs(calls, withOptions(policy, values), rest);
  const saving = savingOf(before, after, random);
  const isBetter = saving.low > 0 && Object.keys(values).length > 0;
  return {
    policy,
    values,
    tried: candidates.length,
    training: { defaults, best: best?.cost ?? 0 },
    heldOut: { defaults: total(before), best: total(after), saving },
    isBetter,
  };
}

/** The defaults first, then all combinations or as many as may be tried, each once; only what differs from the defaults. */
export function combinations(tuning: Tunable, most: number, random: Random): readonly Values[] {
  const knobs = Object.entries(tuning.knobs);
  const all = knobs.reduce((count, [, { tries }]) => count * tries.length, 1);
  const defaults = defaultsOf(tuning);
  const found = new Map<string, Values>([["{}", {}]]);
  const add = (pick: (tries: readonly number[], knob: number) => number | undefined): void => {
    const values = Object.fromEntries(
      knobs.flatMap(([name, { tries }], knob) => {
        const value = pick(tries, knob);
        return value === undefined || value === defaults[name] ? [] : [[name, value]];
      }),
    );
    found.set(JSON.stringify(values), values);
  };
  if (all <= most) {
    for (let n = 0; n < all; n++) {
      let rest = n;
      add((tries) => {
        const value = tries[rest % tries.length];
        rest = Math.floor(rest / tries.length);
        return value;
      });
    }
  } else {
    while (found.size < most) add((tries) => tries[Math.floor(random.uniform() * tries.length)]);
  }
  return [...found.values()];
}

/** What is saved, as a share of what the defaults cost: blocks are drawn anew, since trouble comes in stretches. */
function savingOf(before: Float64Array, after: Float64Array, random: Random): Interval {
  const shares: number[] = [];
  for (let n = 0; n < RESAMPLES; n++) {
    let [cost, saved] = [0, 0];
    for (let block = 0; block < before.length; block++) {
      const drawn = Math.floor(random.uniform() * before.length);
      cost += before[drawn] ?? 0;
      saved += (before[drawn] ?? 0) - (after[drawn] ?? 0);
    }
    shares.push(cost === 0 ? 0 : saved / cost);
  }
  shares.sort((a, b) => a - b);
  const cost = total(before);
  return {
    mean: cost === 0 ? 0 : (cost - total(after)) / cost,
    low: shares[Math.floor(0.025 * RESAMPLES)] ?? 0,
    high: shares[Math.ceil(0.975 * RESAMPLES) - 1] ?? 0,
  };
}

function total(blocks: Float64Array): number {
  return blocks.reduce((sum, cost) => sum + cost, 0);
}
