import type { DetectorFactory, Trip } from "../detect/detector.js";

/** A detector that writes down what it hears, and trips when it is told to. */
export interface Recorder {
  readonly detector: DetectorFactory;
  /** What was heard since the last look, e.g. `failed stalled`. */
  heard(): readonly string[];
  /** Trips at the `failures`th failure from now on. */
  tripAt(failures: number): void;
}

export function recorder(): Recorder {
  let heard: string[] = [];
  let left = Infinity;
  return {
    detector: () => ({
      firstToken: () => void heard.push("first token"),
      outlived: ({ outlived }) => void heard.push(`outlived ${outlived}`),
      succeeded: () => void heard.push("succeeded"),
      failed(_call, { reason }) {
        heard.push(`failed ${reason}`);
        left--;
      },
      dropped: () => void heard.push("dropped"),
      trip: (): Trip | undefined => (left <= 0 ? { message: "told to" } : undefined),
      meters: () => [],
      reset() {
        left = Infinity;
      },
    }),
    heard() {
      const all = heard;
      heard = [];
      return all;
    },
    tripAt(failures) {
      left = failures;
    },
  };
}
