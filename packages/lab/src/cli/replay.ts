import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { LabError } from "../lab-error.js";
import type { Reading } from "../log/entry.js";
import type { Unit } from "../log/fields.js";
import { readLog } from "../log/read-log.js";
import { choosePolicies } from "../policy/catalogue.js";
import { replayJson } from "../replay/json.js";
import { replay } from "../replay/replay.js";
import { replayReport } from "../replay/report.js";
import { replayText } from "../replay/words.js";
import { whole } from "./choice.js";
import type { Streams } from "./comparing.js";

export interface ReadingFlags {
  readonly map?: readonly string[];
  readonly unit?: string;
}

interface Flags extends ReadingFlags {
  readonly policies: string;
  readonly bulkhead?: string;
  readonly json?: boolean;
  readonly html?: string;
}

export function addReplay(lab: Command, { out }: Streams): void {
  lab
    .command("replay")
    .description("says what policies would have done with calls that were recorded")
    .argument("<log...>", "CSV, JSON lines, or the gateway's journal")
    .option(
      "--policies <ids>",
      "policies or groups of them, comma-separated; see list",
      "consecutive,resilience4j,recloser",
    )
    .option("--map <word=ours...>", "what a word of the log's outcomes means, such as oops=timeout")
    .option("--unit <unit>", "s or ms: what numbers are whose column does not say")
    .option("--bulkhead <n>", "the most calls of a circuit at once; default: no limit")
    .option("--json", "the figures and all openings as JSON")
    .option("--html <file>", "also writes a report with charts, one file that needs no other")
    .action(async (files: readonly string[], flags: Flags) => {
      const policies = choosePolicies(flags.policies);
      const bulkhead =
        flags.bulkhead === undefined ? Infinity : whole("--bulkhead", flags.bulkhead, 1_000_000);
      const result = replay(await readLog(files, readingOf(flags)), policies, bulkhead);
      if (flags.html !== undefined) writeFileSync(flags.html, replayReport(result));
      out(
        flags.json === true
          ? `${JSON.stringify(replayJson(result), undefined, 2)}\n`
          : `${replayText(result)}\n`,
      );
    });
}

export function readingOf({ map = [], unit }: ReadingFlags): Reading {
  if (unit !== undefined && unit !== "s" && unit !== "ms")
    throw new LabError(`--unit is ${JSON.stringify(unit)}; give s or ms.`);
  const words = map.map((pair) => {
    const at = pair.lastIndexOf("=");
    if (at < 1 || at === pair.length - 1)
      throw new LabError(
        `--map is ${JSON.stringify(pair)}; give a word and what it means, such as oops=timeout.`,
      );
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return { map: new Map(words), unit: unit as Unit | undefined };
}
