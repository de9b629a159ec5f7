import { parseArgs } from "node:util";
import { attemptsText } from "./attempts/text.js";
import { attempts } from "./attempts.js";
import { overhead, overheadText } from "./overhead.js";
import { BenchError } from "./peers.js";
import type { Report } from "./report.js";

const USAGE = `Usage: npm run bench -- <name> [options]

  overhead   what a call costs behind each breaker, answered and refused; memory
             --rounds <n>   fresh processes for each subject (default 7)
             --long         memory over ten million calls instead of one
  attempts   what reaches a failing provider, and what is lost, by policy; simulated time
             --seeds <n>    seeds for each scenario (default 100)

  --json     one JSON object on standard output`;

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
      seeds: { type: "string", default: "100" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name, ...rest] = positionals;
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  if (name === undefined || rest.length > 0) throw new BenchError(`Name one benchmark.\n\n${USAGE}`);
  const { report, text } = await benchmark(name, {
    rounds: wholeNumber("--rounds", values.rounds),
    seeds: wholeNumber("--seeds", values.seeds),
    calls: values.long ? 10_000_000 : 1_000_000,
  });
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else process.stdout.write(`${report.name} · Node ${report.node} · ${report.machine}\n\n${text}\n`);
}

async function benchmark(
  name: string,
  options: { readonly rounds: number; readonly seeds: number; readonly calls: number },
): Promise<Benchmark> {
  switch (name) {
    case "overhead": {
      const report = await overhead(options);
      return { report, text: overheadText(report) };
    }
    case "attempts": {
      const report = attempts(options);
      return { report, text: attemptsText(report) };
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
