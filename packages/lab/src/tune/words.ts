import type { Values } from "../policy/tuning.js";
import { textTable } from "../report/text-table.js";
import type { Tuned, TuneOptions } from "./tune.js";

/** What was found, and whether to take it. */
export function tunedText(tuned: Tuned, { answerCostS, heldOut }: TuneOptions): string {
  const { policy, values, tried, training, isBetter } = tuned;
  const { saving } = tuned.heldOut;
  const kept = `first ${percent(1 - heldOut)}`;
  const table = textTable(
    ["cost in slot-seconds", "defaults", "best found"],
    [
      [`${kept} of the log`, seconds(training.defaults), seconds(training.best)],
      [`the rest, held out`, seconds(tuned.heldOut.defaults), seconds(tuned.heldOut.best)],
    ],
  );
  const found = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  return [
    `${policy.title}: ${tried} combinations tried on the ${kept}. Cost: seconds that failed calls held a slot, and ${answerCostS} for each answer that would have been lost.`,
    table,
    `Best found: ${found.length === 0 ? "the defaults" : found.join(", ")}.`,
    isBetter
      ? `On the part held out it saves ${percent(saving.mean)} of the defaults' cost (95 %: ${percent(saving.low)} to ${percent(saving.high)}).`
      : `Keep the defaults: on the part held out the gain is within the noise (${percent(saving.mean)}; 95 %: ${percent(saving.low)} to ${percent(saving.high)}).`,
    ...(isBetter && policy.id === "recloser" ? [asCode(values), asYaml(values)] : []),
  ].join("\n\n");
}

/** `coolDown.initialMs` as it is nested in the library's options. */
function nested(values: Values): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const [first = name, second] = name.split(".");
    root[first] = second === undefined ? value : { ...(root[first] as object | undefined), [second]: value };
  }
  return root;
}

function asCode(values: Values): string {
  const text = JSON.stringify(nested(values), undefined, 2).replace(/"(\w+)":/g, "$1:");
  return `new Circuits(${text});`;
}

function asYaml(values: Values): string {
  const lines = Object.entries(nested(values)).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? [`  ${name}:`, ...Object.entries(value).map(([inner, one]) => `    ${inner}: ${one}`)]
      : [`  ${name}: ${value}`],
  );
  return ["circuit:", ...lines].join("\n");
}

function seconds(cost: number): string {
  return cost.toLocaleString("en-GB", { maximumFractionDigits: cost < 10 ? 1 : 0 });
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}
