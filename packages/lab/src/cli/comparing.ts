import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { htmlReport } from "../report/html.js";
import { toJson } from "../report/json.js";
import { legend, scenarioTable } from "../report/text.js";
import { compare } from "../run/compare.js";
import { type ComparisonFlags, choose } from "./choice.js";
import { progressBar } from "./progress.js";

export interface Flags extends ComparisonFlags {
  readonly json?: boolean;
  readonly html?: string;
}

/** Where the commands write. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly stderr: NodeJS.WriteStream;
}

/** @param policies what is compared unless told otherwise; `undefined` where nobody chooses. */
export function withFlags(command: Command, policies: string | undefined, seeds: string): Command {
  if (policies !== undefined)
    command.option("--policies <ids>", "policies or groups of them, comma-separated; see list", policies);
  return command
    .option("--seeds <n>", "replications; tested on seeds 101 and up", seeds)
    .option("--tuning", "seeds 1 and up instead: for choosing parameters")
    .option("--workers <n>", "workers in each replication, instead of the scenario's")
    .option("--threads <n>", "threads; default: one a core. Results do not depend on it")
    .option("--json", "the figures as JSON")
    .option("--html <file>", "also writes a report with charts, one file that needs no other");
}

export async function act(
  command: string,
  names: readonly string[],
  flags: Flags,
  { out, stderr }: Streams,
): Promise<void> {
  const bar = progressBar(stderr);
  try {
    const results = await compare(choose(names, flags), bar.update);
    bar.stop();
    if (flags.html !== undefined) writeFileSync(flags.html, htmlReport(results));
    if (flags.json === true) out(`${JSON.stringify(toJson(command, results), undefined, 2)}\n`);
    else out(`${results.map(scenarioTable).join("\n\n")}\n\n${legend()}\n`);
  } finally {
    bar.stop();
  }
}
