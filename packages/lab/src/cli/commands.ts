import { Command } from "commander";
import { POLICIES } from "../policy/catalogue.js";
import { textTable } from "../report/text-table.js";
import { loadScenario, ownScenarios } from "../scenario/load.js";
import { act, type Flags, type Streams, withFlags } from "./comparing.js";
import { addReplay } from "./replay.js";
import { addSweep } from "./sweep.js";
import { addTune } from "./tune.js";

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
  addSweep(lab, streams);
  addReplay(lab, streams);
  addTune(lab, streams);
  lab
    .command("list")
    .description("the scenarios and the policies that there are")
    .action(() => streams.out(`${lists()}\n`));
  return lab;
}

function lists(): string {
  const scenarios = ownScenarios().map((name) => [name, loadScenario(name).title]);
  const policies = POLICIES.map(({ id, title }) => [id, title]);
  const first = textTable(["scenario", "what happens"], scenarios, 2);
  return `${first}\n\n${textTable(["policy", "what it is"], policies, 2)}`;
}
