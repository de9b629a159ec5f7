import { BenchError } from "../peers.js";
import { CATALOGUE } from "./catalogue.js";
import type { Entry } from "./entry.js";
import { ALL } from "./policies.js";

/** What the command line asks for; absent means all of it. */
export interface DetectionOptions {
  readonly seeds?: number | undefined;
  readonly only?: string | undefined;
  readonly policy?: string | undefined;
  readonly rates?: string | undefined;
  /** Seeds 1 and up, on which parameters are tuned, instead of 101 and up, on which they are reported. */
  readonly tuning: boolean;
  readonly quick: boolean;
}

export interface Choice {
  readonly entries: readonly Entry[];
  readonly seeds: readonly number[];
}

const SEEDS = 20;
const QUICK_SEEDS = 4;
const QUICK_RATES = [1];
const FIRST_TEST_SEED = 101;
const FIRST_TUNING_SEED = 1;
/** Worlds of one seed are seeded so far apart. */
const APART = 10_000;

/** @throws BenchError when it names what there is not, or nothing is left. */
export function choose(options: DetectionOptions): Choice {
  const only = list(
    "--only",
    options.only,
    CATALOGUE.map(({ id }) => id),
  );
  const policies = list(
    "--policy",
    options.policy,
    ALL.map(({ id }) => id),
  );
  const rates = options.rates === undefined ? undefined : ratesOf(options.rates);
  const entries = CATALOGUE.filter(({ id, quick }) => only?.includes(id) ?? (!options.quick || quick)).map(
    (entry) => ({
      ...entry,
      rates: entry.rates.filter((rate) => chosenRate(entry, rate, rates, options.quick)),
      policies: entry.policies.filter(({ id }) => policies?.includes(id) ?? true),
    }),
  );
  const chosen = entries.filter((entry) => entry.rates.length > 0 && entry.policies.length > 0);
  if (chosen.length === 0)
    throw new BenchError("No scenario has the rates and policies that were asked for.");
  const first = options.tuning ? FIRST_TUNING_SEED : FIRST_TEST_SEED;
  const count = options.seeds ?? (options.quick ? QUICK_SEEDS : SEEDS);
  return { entries: chosen, seeds: Array.from({ length: count }, (_, i) => first + i) };
}

/** The seeds of an entry's worlds: several for each seed, or, where it is less than one, only the first seeds'. */
export function worldSeeds(seeds: readonly number[], repeats: number): readonly number[] {
  if (repeats < 1) return seeds.slice(0, Math.max(1, Math.round(seeds.length * repeats)));
  return Array.from({ length: repeats }, (_, i) => seeds.map((seed) => seed + i * APART)).flat();
}

function chosenRate(
  entry: Entry,
  rate: number,
  rates: readonly number[] | undefined,
  quick: boolean,
): boolean {
  if (rates !== undefined) return rates.includes(rate);
  return !quick || entry.rates.length === 1 || QUICK_RATES.includes(rate);
}

function list(
  flag: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new BenchError(`${flag} names ${JSON.stringify(unknown)}; there are ${known.join(", ")}.`);
}

function ratesOf(text: string): readonly number[] {
  const rates = text.split(",").map(Number);
  if (rates.every((rate) => rate > 0)) return rates;
  throw new BenchError(`--rates is ${JSON.stringify(text)}; give calls a second, e.g. 0.1,1,5.`);
}
