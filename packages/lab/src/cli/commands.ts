import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { POLICIES } from "../policy/catalogue.js";
import { htmlReport } from "../report/html.js";
import { toJson } from "../report/json.js";
import { legend, scenarioTable } from "../report/text.js";
import { textTable } from "../report/text-table.js";
import { compare } from "../run/compare.js";
import { loadScenario, ownScenarios } from "../scenario/load.js";
import { type ComparisonFlags, choose } from "./choice.js";
import { progressBar } from "./progress.js";
import { addReplay } from "./replay.js";

interface Flags extends ComparisonFlags {
  readonly json?: boolean;
  readonly html?: string;
}

/** Where the commands write. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly stderr: NodeJS.WriteStream;
}

export function program(streams: Streams): Command {
  const lab = new Command("recloser-lab")
    .description("Simulates workers against a misbehaving LLM provider, and compares breaker policies.")
    .showHelpAfterError("(--help lists the commands and flags)");
  const compared = lab
    .command("compare")
    .description("compares policies in scenarios: names, files (.yaml), or all")
    .argument("<scenario...>");
  withFlags(compared, "usual", "5").action((names: readonly string[], flags: Flags) =>
    act("compare", names, flags, streams),
  );
  const single = lab.command("run").description("one policy in one scenario").argument("<scenario>");
  withFlags(single, "recloser", "1").action((name: string, flags: Flags) =>
    act("run", [name], flags, streams),
  );
  addReplay(lab, streams);
  lab
    .command("list")
    .description("the scenarios and the policies that there are")
    .action(() => streams.out(`${lists()}\n`));
  return lab;
}

function withFlags(command: Command, policies: string, seeds: string): Command {
  return command
    .option("--policies <ids>", "policies or groups of them, comma-separated; see list", policies)
    .option("--seeds <n>", "replications; tested on seeds 101 and up", seeds)
    .option("--tuning", "seeds 1 and up instead: for choosing parameters")
    .option("--workers <n>", "workers in each replication, instead of the scenario's")
    .option("--threads <n>", "threads; default: one a core. Results do not depend on it")
    .option("--json", "the figures as JSON")
    .option("--html <file>", "also writes a report with charts, one file that needs no other");
}

async function act(
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

function lists(): string {
  const scenarios = ownScenarios().map((name) => [name, loadScenario(name).title]);
  const policies = POLICIES.map(({ id, title }) => [id, title]);
  const first = textTable(["scenario", "what happens"], scenarios, 2);
  return `${first}\n\n${textTable(["policy", "what it is"], policies, 2)}`;
}
