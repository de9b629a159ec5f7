import type { Command } from "commander";
import { LabError } from "../lab-error.js";
import { policyOf } from "../policy/catalogue.js";
import type { Policy } from "../policy/guard.js";
import { assignment, type Values, withOptions } from "../policy/tuning.js";
import { act, type Flags, type Streams, withFlags } from "./comparing.js";

interface SweepFlags extends Flags {
  readonly policy: string;
  readonly set: readonly string[];
}

/** More would be a mistake, or a week. */
const MOST_POINTS = 500;

export function addSweep(lab: Command, streams: Streams): void {
  const command = lab
    .command("sweep")
    .description("tries a policy's options in scenarios: every combination")
    .argument("<scenario...>")
    .requiredOption(
      "--set <option=values...>",
      "an option and its values, such as errorThreshold=0.1,0.3,0.5",
    )
    .option("--policy <id>", "the policy whose options they are", "recloser");
  withFlags(command, undefined, "5").action((names: readonly string[], flags: SweepFlags) => {
    const policies = grid(policyOf(flags.policy), flags.set);
    return act("sweep", names, { ...flags, policies: policies.map(({ id }) => id).join(",") }, streams);
  });
}

/** @throws LabError that names the option, its value and what it may be. */
function grid(policy: Policy, settings: readonly string[]): readonly Policy[] {
  let points: readonly Values[] = [{}];
  for (const setting of settings) {
    const at = setting.indexOf("=");
    if (at < 1)
      throw new LabError(`--set is ${JSON.stringify(setting)}; write it as errorThreshold=0.1,0.3.`);
    const name = setting.slice(0, at);
    const values = setting
      .slice(at + 1)
      .split(",")
      .map((value) => assignment(`${name}=${value}`)[1]);
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
    if (points.length > MOST_POINTS)
      throw new LabError(`--set makes more than ${MOST_POINTS} combinations; give fewer values.`);
  }
  return points.map((point) => withOptions(policy, point));
}
