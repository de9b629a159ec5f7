import { Agenda } from "../attempts/agenda.js";
import type { Policy } from "./policies.js";
import { provider } from "./provider.js";
import type { Scenario } from "./scenario.js";
import type { Tally } from "./tally.js";
import { Worker } from "./worker.js";

/** Answers are counted from so long before the onset, for comparison. */
export const ANSWERS_AHEAD_S = 60;

/** What happened, from the onset on. */
export interface Run {
  readonly workers: readonly Tally[];
  /** Answers in each second, of all workers, from `ANSWERS_AHEAD_S` before the onset to the end of the watch. */
  readonly answers: Uint32Array;
}

/** One world in virtual time. The same seed gives every policy the same calls at the same moments, with the same luck. */
export function simulate(scenario: Scenario, policy: Policy, seed: number): Run {
  const agenda = new Agenda();
  const onsetS = scenario.warmCalls / scenario.perSecond;
  const answers = new Uint32Array(ANSWERS_AHEAD_S + Math.ceil(scenario.watchS));
  const around = {
    scenario,
    agenda,
    onsetS,
    send: provider(scenario, agenda, onsetS),
    answered: () => {
      const second = Math.floor(agenda.now - onsetS) + ANSWERS_AHEAD_S;
      if (second >= 0 && second < answers.length) answers[second] = (answers[second] ?? 0) + 1;
    },
  };
  const workers = Array.from(
    { length: scenario.workers },
    (_, index) => new Worker(around, policy, [seed, index]),
  );
  agenda.run();
  for (const worker of workers) worker.close();
  return { workers: workers.map(({ tally }) => tally), answers };
}
