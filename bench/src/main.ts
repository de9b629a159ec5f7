import { parseArgs } from "node:util";
import { attemptsText } from "./attempts/text.js";
import { attempts } from "./attempts.js";
import type { DetectionOptions } from "./detection/choice.js";
import { detectionText } from "./detection/text.js";
import { detection } from "./detection.js";
import { gateway, gatewayText } from "./gateway.js";
import { labText } from "./lab/text.js";
import { lab } from "./lab.js";
import { overhead, overheadText } from "./overhead.js";
import { BenchError } from "./peers.js";
import { queueText } from "./queue/text.js";
import { queue } from "./queue.js";
import type { Report } from "./report.js";

const USAGE = `Usage: npm run bench -- <name> [options]

  overhead   what a call costs behind each breaker, answered and refused; memory
             --rounds <n>   fresh processes for each subject (default 7)
             --long         memory over ten million calls instead of one
  attempts   what reaches a failing provider, and what is lost, by policy; simulated time
             --seeds <n>    seeds for each scenario (default 100)
  detection  how soon each policy acts and opens, and how often by mistake; simulated time
             --seeds <n>    seeds for each scenario (default 20, 101 and up)
             --tuning       seeds 1 and up instead: tune on these, report on the others
             --quick        the main scenarios at one call a second, four seeds
             --only, --policy, --rates <a,b,…>   only these
  gateway    the gateway, Portkey's and none, over real sockets; needs a machine that is otherwise idle
             --quick        shows that it runs; its figures are worth little
  queue      a BullMQ queue through an outage of 60 s, with a guard and without; real Redis, two minutes
             --quick        one of 8 s, in half a minute
  lab        how fast the lab simulates: 10,000 workers at one call a second, some minutes of their hour
             --full         the whole hour, 36 million calls: about eight minutes
             --quick        shows that it runs: 500 workers

  --json     one JSON object on standard output`;

const ATTEMPTS_SEEDS = 100;

interface Benchmark {
  readonly report: Report;
  readonly text: string;
}

async function run(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      rounds: { type: "string", default: "7" },
      seeds: { type: "string" },
      tuning: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      only: { type: "string" },
      policy: { type: "string" },
      rates: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name, ...rest] = positionals;
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  if (name === undefined || rest.length > 0) throw new BenchError(`Name one benchmark.\n\n${USAGE}`);
  const { report, text } = await benchmark(name, {
    rounds: wholeNumber("--rounds", values.rounds),
    seeds: values.seeds === undefined ? undefined : wholeNumber("--seeds", values.seeds),
    calls: values.long ? 10_000_000 : 1_000_000,
    tuning: values.tuning,
    quick: values.quick,
    full: values.full,
    only: values.only,
    policy: values.policy,
    rates: values.rates,
  });
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else process.stdout.write(`${report.name} · Node ${report.node} · ${report.machine}\n\n${text}\n`);
}

async function benchmark(
  name: string,
  options: DetectionOptions & { readonly rounds: number; readonly calls: number; readonly full: boolean },
): Promise<Benchmark> {
  switch (name) {
    case "overhead": {
      const report = await overhead(options);
      return { report, text: overheadText(report) };
    }
    case "attempts": {
      const report = attempts({ seeds: options.seeds ?? ATTEMPTS_SEEDS });
      return { report, text: attemptsText(report) };
    }
    case "detection": {
      const report = detection(options);
      return { report, text: detectionText(report) };
    }
    case "gateway": {
      const report = await gateway(options);
      return { report, text: gatewayText(report) };
    }
    case "queue": {
      const report = await queue(options);
      return { report, text: queueText(report) };
    }
    case "lab": {
      const report = await lab(options.full ? "full" : options.quick ? "quick" : "part");
      return { report, text: labText(report) };
    }
    default:
      throw new BenchError(`There is no benchmark "${name}".\n\n${USAGE}`);
  }
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new BenchError(`${flag} is ${text}; give a whole number of at least 1.`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const known = error instanceof BenchError || (error instanceof TypeError && "code" in error);
  process.stderr.write(
    `${error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : error}\n`,
  );
  process.exitCode = 1;
}
