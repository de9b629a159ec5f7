import { FIGURES } from "../figures/figures.js";
import { merged } from "../figures/merge.js";
import { type Estimate, estimate, sum } from "../figures/stats.js";
import type { Tally } from "../figures/tally.js";
import type { Policy } from "../policy/guard.js";
import { isShared, type Scenario } from "../scenario/scenario.js";
import { type PartResult, partsOf } from "./simulate.js";
import type { Task } from "./task.js";
import { runOnThreads } from "./threads.js";

/** Guards that work with promises and the system's clock take some hundred times as long; so many workers must do. */
const MOST_REAL_TIME_WORKERS = 100;

export interface Comparison {
  readonly scenarios: readonly Scenario[];
  readonly policies: readonly Policy[];
  readonly seeds: readonly number[];
  readonly threads: number;
}

/** One policy in one scenario. */
export interface Cell {
  readonly policy: { readonly id: string; readonly title: string };
  /** How many workers were simulated in each replication. */
  readonly workers: number;
  readonly seeds: readonly number[];
  readonly figures: Readonly<Record<string, Estimate>>;
  /** Events that were simulated. */
  readonly events: number;
  /** The first replication, for charts. */
  readonly first: Tally;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly cells: readonly Cell[];
}

/** Hears how many of the tasks are done; fractions count. */
export type ComparisonProgress = (done: number, of: number, what: string) => void;

/** The tasks of one replication, and what came of it. */
class Round {
  readonly #scenario: Scenario;
  readonly tasks: readonly Task[];
  readonly #parts = new Map<number, Tally>();
  events = 0;
  figures: ReadonlyMap<string, number> = new Map();
  /** Kept for charts only where `keep` asked for it. */
  tally: Tally | undefined;
  readonly #keep: boolean;

  constructor(scenario: Scenario, tasks: readonly Task[], keep: boolean) {
    this.#scenario = scenario;
    this.tasks = tasks;
    this.#keep = keep;
  }

  /** What is not needed any more is dropped, so that memory does not grow with the number of seeds. */
  done(task: Task, { tally, events }: PartResult): void {
    this.events += events;
    this.#parts.set(task.id, tally);
    if (this.#parts.size < this.tasks.length) return;
    const parts = this.tasks.flatMap(({ id }) => this.#parts.get(id) ?? []);
    const replication = { scenario: this.#scenario, tally: merged(parts) };
    this.figures = new Map(FIGURES.map((figure) => [figure.id, figure.of(replication)]));
    if (this.#keep) this.tally = replication.tally;
    this.#parts.clear();
  }
}

interface Plan {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly rounds: readonly Round[];
}

/**
 * Simulates every policy in every scenario with every seed. The same seed gives all policies the same calls. Results depend
 * on nothing but the scenarios, the policies and the seeds.
 */
export async function compare(
  { scenarios, policies, seeds, threads }: Comparison,
  progress: ComparisonProgress = () => {},
): Promise<readonly ScenarioResult[]> {
  const byScenario = planned(scenarios, policies, seeds);
  const rounds = byScenario.flat().flatMap((plan) => plan.rounds);
  const roundOf = new Map(rounds.flatMap((round) => round.tasks.map(({ id }) => [id, round] as const)));
  const tasks = rounds.flatMap((round) => round.tasks);
  const shares = new Float64Array(tasks.length);
  const tell = (task: Task, done: number): void => {
    shares[task.id] = done;
    progress(sum(shares), tasks.length, `${task.scenario.title}, ${task.policy}`);
  };
  await runOnThreads(
    tasks,
    threads,
    (task, result) => {
      roundOf.get(task.id)?.done(task, result);
      tell(task, 1);
    },
    tell,
  );
  return scenarios.map((scenario, index) => ({
    scenario,
    cells: (byScenario[index] ?? []).map((plan) => cellOf(plan, seeds)),
  }));
}

/** For each scenario, its policies; the first replication of each is kept for charts. */
function planned(
  scenarios: readonly Scenario[],
  policies: readonly Policy[],
  seeds: readonly number[],
): readonly (readonly Plan[])[] {
  let id = 0;
  return scenarios.map((scenario) =>
    policies.map((policy): Plan => {
      const sized = sizedFor(policy, scenario);
      const rounds = seeds.map((seed, index) => {
        const tasks = partsOf(sized).map((part) => ({
          id: id++,
          scenario: sized,
          policy: policy.id,
          seed,
          part,
        }));
        return new Round(sized, tasks, index === 0);
      });
      return { scenario: sized, policy, rounds };
    }),
  );
}

function sizedFor({ time }: Policy, scenario: Scenario): Scenario {
  if (time === "virtual" || isShared(scenario)) return scenario;
  return { ...scenario, workers: Math.min(scenario.workers, MOST_REAL_TIME_WORKERS) };
}

function cellOf({ scenario, policy, rounds }: Plan, seeds: readonly number[]): Cell {
  const first = rounds[0]?.tally;
  if (first === undefined) throw new RangeError("There are no seeds.");
  return {
    policy: { id: policy.id, title: policy.title },
    workers: scenario.workers,
    seeds,
    figures: Object.fromEntries(
      FIGURES.map(({ id }) => [id, estimate(rounds.map(({ figures }) => figures.get(id) ?? Number.NaN))]),
    ),
    events: sum(rounds.map(({ events }) => events)),
    first,
  };
}
