import { WaitHistogram } from "../figures/wait-histogram.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Part, PartResult } from "./simulate.js";

/** What a thread is asked to do. */
export interface Task {
  readonly id: number;
  readonly scenario: Scenario;
  readonly policy: string;
  readonly seed: number;
  readonly part: Part;
}

/** What a thread says. */
export type Reply =
  | { readonly kind: "progress"; readonly id: number; readonly done: number }
  | { readonly kind: "result"; readonly id: number; readonly result: PartResult }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

/** Classes lose their methods on the way between threads. */
export function revived({ tally, events }: PartResult): PartResult {
  const { llmWaits, otherWaits } = tally;
  return {
    events,
    tally: {
      ...tally,
      llmWaits: new WaitHistogram(llmWaits.cells),
      otherWaits: new WaitHistogram(otherWaits.cells),
    },
  };
}
