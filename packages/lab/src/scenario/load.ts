import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, resolve as pathOf } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { LabError } from "../lab-error.js";
import { resolve } from "./resolve.js";
import type { Scenario } from "./scenario.js";
import { scenarioSchema } from "./schema.js";

/** The same from `src` and from `dist`. */
const HOME = fileURLToPath(new URL("../../scenarios/", import.meta.url));
const ENDING = /\.ya?ml$/;
/** A longer trace would not fit the memory of each thread well. */
const MOST_TIMES = 2_000_000;

/** The names of the scenarios that come with the lab. */
export function ownScenarios(): readonly string[] {
  return readdirSync(HOME)
    .filter((file) => ENDING.test(file))
    .map((file) => file.replace(ENDING, ""))
    .sort();
}

/**
 * A scenario of the lab by its name, or a user's own by the path of its file.
 *
 * @throws LabError that names the file, the field, and the remedy.
 */
export function loadScenario(nameOrPath: string): Scenario {
  if (!ENDING.test(nameOrPath)) {
    if (!ownScenarios().includes(nameOrPath)) {
      const all = ownScenarios().join(", ");
      throw new LabError(
        `There is no scenario "${nameOrPath}"; there are ${all}. Or give the path of a .yaml file.`,
      );
    }
    return loadScenario(`${HOME}${nameOrPath}.yaml`);
  }
  const text = readText(nameOrPath);
  const traces = (file: string): readonly number[] => readTrace(pathOf(dirname(nameOrPath), file));
  return parseScenario(basename(nameOrPath).replace(ENDING, ""), text, traces);
}

/**
 * @param traces reads the gaps of a trace that the text names; without it there are no traces.
 * @throws LabError as `loadScenario`.
 */
export function parseScenario(
  name: string,
  text: string,
  traces: (file: string) => readonly number[] = (file) => {
    throw new LabError(`${name} replays ${file}, which only a scenario in a file can do.`);
  },
): Scenario {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    throw new LabError(`${name} is no YAML: ${firstLine(error)}`);
  }
  const read = scenarioSchema.safeParse(document);
  if (read.success) return resolve(name, read.data, traces);
  const [issue] = read.error.issues;
  const path = issue?.path.join(".") ?? "";
  throw new LabError(`${name}: ${path === "" ? "the file" : path}: ${issue?.message ?? "is not valid"}.`);
}

/**
 * The gaps between the calls of a trace, in milliseconds: one time in seconds a line, in order; of a CSV the first column.
 *
 * @throws LabError when a line is no time, or earlier than the one before.
 */
function readTrace(path: string): readonly number[] {
  const lines = readText(path).split("\n");
  const gaps: number[] = [];
  let last: number | undefined;
  for (const [at, line] of lines.entries()) {
    const [cell = ""] = line.split(",");
    if (cell.trim() === "") continue;
    const seconds = Number(cell);
    if (Number.isNaN(seconds) && last === undefined && at === 0) continue;
    if (!Number.isFinite(seconds) || seconds < (last ?? seconds))
      throw new LabError(`${path}:${at + 1} is ${JSON.stringify(cell)}; give seconds, later on each line.`);
    if (last !== undefined) gaps.push((seconds - last) * 1000);
    last = seconds;
  }
  const span = gaps.reduce((sum, gap) => sum + gap, 0);
  if (gaps.length === 0 || span === 0 || gaps.length > MOST_TIMES)
    throw new LabError(
      `${path} has ${gaps.length} gaps over ${span} ms; give 2 to ${MOST_TIMES} times that differ.`,
    );
  return gaps;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new LabError(`${path} cannot be read: ${firstLine(error)}`);
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
}
