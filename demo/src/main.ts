/** `npm start`: two identical worker fleets live through the same bad day, one of them behind Recloser. */
import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import logUpdate from "log-update";
import pc from "picocolors";
import { ROUND_SECONDS, WORK } from "./bad-day.js";
import type { Sample } from "./round/record.js";
import { runRound } from "./round/round.js";
import { frame, line, Recent } from "./view/frame.js";
import { summarise, table } from "./view/summary.js";
import { minutes } from "./view/words.js";

interface Flags {
  readonly once?: boolean;
  readonly plain?: boolean;
  readonly speed: number;
  readonly seed: number;
  readonly save?: string;
}

/** Simulated seconds between two lines where there is no terminal to redraw. */
const PLAIN_EVERY_SECONDS = 5;

function number(least: number, most: number, whole: boolean) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `Give ${whole ? "a whole number" : "a number"} from ${least} to ${most}.`,
      );
    }
    return value;
  };
}

const flags = new Command("npm start --")
  .description(
    "Two identical worker fleets live through the same provider's bad day, one of them behind Recloser.",
  )
  .option("--once", "one round, then exit")
  .option("--speed <factor>", "simulated seconds in a real one, 1 to 20", number(1, 20, false), 1)
  .option("--seed <number>", "same seed, same jobs and faults", number(0, 2 ** 31 - 1, true), 7)
  .option("--plain", "plain lines, also in a terminal")
  .option("--save <file>", "write the round's samples as JSON")
  .allowExcessArguments(false)
  .parse()
  .opts<Flags>();

const stop = new AbortController();
let interrupts = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    stop.abort();
    // The first one stops everything in order; whoever insists leaves at once (what was started follows its parent).
    if (++interrupts > 1) process.exit(130);
  });
}

const live = process.stdout.isTTY === true && !flags.plain;

function say(words: string): void {
  if (live) logUpdate(words);
  else console.log(words);
}

function viewOf(round: number): (sample: Sample) => void {
  const recent = new Recent();
  let saidAt = -Infinity;
  return (sample) => {
    recent.add(sample);
    if (live) {
      const title = pc.bold(`Recloser: one bad day, two fleets of ${WORK.slots} slots`);
      logUpdate([`${title}  round ${round}, Ctrl-C stops`, ...frame(sample, recent)].join("\n"));
    } else if (sample.at - saidAt >= PLAIN_EVERY_SECONDS) {
      saidAt = sample.at;
      console.log(line(sample, recent));
    }
  };
}

async function oneRound(round: number): Promise<void> {
  const takes = minutes(ROUND_SECONDS / flags.speed);
  if (!live) console.log(`Round ${round}, seed ${flags.seed}, speed ${flags.speed}: takes ${takes}.`);
  const record = await runRound({
    seed: flags.seed + round - 1,
    speed: flags.speed,
    signal: stop.signal,
    onProgress: say,
    onSample: viewOf(round),
  });
  if (live) logUpdate.clear();
  const coarse = `At speed ${flags.speed} the breaker sees ${flags.speed} times the rate and the SDKs' own waits stay as long: only speed 1 counts.`;
  const caveat = flags.speed === 1 ? [] : [coarse, ""];
  const title = pc.bold(`Round ${round}: the day is over.`);
  console.log(["", title, "", ...table(summarise(record)), "", ...caveat].join("\n"));
  if (flags.save !== undefined) await writeFile(flags.save, `${JSON.stringify(record)}\n`);
}

try {
  for (let round = 1; ; round++) {
    await oneRound(round);
    if (flags.once) break;
  }
} catch (error) {
  if (live) logUpdate.done();
  if (stop.signal.aborted) console.log("Stopped; everything that was started is gone.");
  else console.error(`The round could not go on: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
