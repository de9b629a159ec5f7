import type { Command } from "commander";
import { LabError } from "../lab-error.js";
import { readLog } from "../log/read-log.js";
import { policyOf } from "../policy/catalogue.js";
import { tune } from "../tune/tune.js";
import { tunedText } from "../tune/words.js";
import { whole } from "./choice.js";
import type { Streams } from "./comparing.js";
import { progressBar } from "./progress.js";
import { type ReadingFlags, readingOf } from "./replay.js";

interface Flags extends ReadingFlags {
  readonly policy: string;
  readonly trials: string;
  readonly answerCost: string;
  readonly heldOut: string;
  readonly seed: string;
  readonly json?: boolean;
}

export function addTune(lab: Command, { out, stderr }: Streams): void {
  lab
    .command("tune")
    .description("proposes options for calls that were recorded, and judges them on a part that was held out")
    .argument("<log...>", "CSV, JSON lines, or the gateway's journal")
    .option("--policy <id>", "the policy whose options they are", "recloser")
    .option("--trials <n>", "combinations to try", "60")
    .option("--answer-cost <seconds>", "how many slot-seconds an answer is worth", "30")
    .option("--held-out <share>", "the share of the log's time, at its end, to judge by", "0.3")
    .option("--seed <n>", "of the choice of combinations", "1")
    .option("--map <word=ours...>", "what a word of the log's outcomes means, such as oops=timeout")
    .option("--unit <unit>", "s or ms: what numbers are whose column does not say")
    .option("--json", "for programs")
    .action(async (files: readonly string[], flags: Flags) => {
      const options = {
        trials: whole("--trials", flags.trials, 100_000),
        answerCostS: between("--answer-cost", flags.answerCost, 0, 1e6),
        heldOut: between("--held-out", flags.heldOut, 0.05, 0.95),
        seed: whole("--seed", flags.seed, 2 ** 31),
      };
      const policy = policyOf(flags.policy);
      const { calls } = await readLog(files, readingOf(flags));
      const bar = progressBar(stderr);
      try {
        const tuned = tune(calls, policy, options, (done) => bar.update(done, 1, policy.title));
        bar.stop();
        const { policy: _, ...rest } = tuned;
        const text =
          flags.json === true
            ? JSON.stringify({ name: "tune", policy: policy.id, ...options, ...rest }, undefined, 2)
            : tunedText(tuned, options);
        out(`${text}\n`);
      } finally {
        bar.stop();
      }
    });
}

function between(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new LabError(`${flag} is ${JSON.stringify(text)}; give a number from ${least} to ${most}.`);
}
