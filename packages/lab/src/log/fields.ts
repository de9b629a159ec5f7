import { LabError } from "../lab-error.js";

/** A row of a CSV file or an object of a JSON line. */
export type Fields = Readonly<Record<string, unknown>>;

export type Unit = "ms" | "s";

/** Names that logs use, without capitals and separators. What ends in `ms`, `s` or `seconds` says its unit so. */
const NAMES = {
  start: ["start", "started", "startedat", "starttime", "timestamp", "time", "ts", "t"],
  firstToken: ["firsttoken", "firsttokenat", "firsttokentime"],
  timeToFirstToken: ["ttft", "timetofirsttoken", "firsttokenlatency"],
  end: ["end", "ended", "endedat", "endtime", "finish", "finished"],
  duration: ["duration", "latency", "elapsed", "took"],
  outcome: ["outcome", "result", "verdict", "status", "statuscode", "success", "ok"],
  reason: ["reason", "error", "errortype"],
  circuit: ["circuit", "model", "target"],
  provider: ["provider"],
  worker: ["worker", "host", "instance", "pod"],
  streaming: ["streaming", "stream"],
  retryAfter: ["retryafter"],
} as const;

export type FieldName = keyof typeof NAMES;

interface Found {
  readonly key: string;
  readonly unit: Unit | undefined;
}

/** Which of a log's columns are which of ours. */
export type Columns = Readonly<Partial<Record<FieldName, Found>>>;

export function columnsOf(keys: readonly string[]): Columns {
  const found: Partial<Record<FieldName, Found>> = {};
  for (const [name, names] of Object.entries(NAMES) as [FieldName, readonly string[]][]) {
    const matches = keys.flatMap((key) => {
      const match = matched(key, names);
      return match === undefined ? [] : [match];
    });
    const [best] = matches.sort((a, b) => a.rank - b.rank);
    if (best !== undefined) found[name] = { key: best.key, unit: best.unit };
  }
  return found;
}

function matched(key: string, names: readonly string[]): (Found & { rank: number }) | undefined {
  const bare = key.toLowerCase().replace(/[^a-z0-9]/g, "");
  const units: readonly (readonly [RegExp, Unit | undefined])[] = [
    [/^(.*)$/, undefined],
    [/^(.*?)(?:ms|millis|milliseconds)$/, "ms"],
    [/^(.*?)(?:s|sec|secs|seconds)$/, "s"],
  ];
  for (const [pattern, unit] of units) {
    const rank = names.indexOf(pattern.exec(bare)?.[1] ?? "");
    if (rank !== -1) return { key, unit, rank };
  }
  return undefined;
}

/** ISO 8601, with a T or a space; without a zone it is UTC. */
const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;
/** A number of at least this is a date since 1970, in seconds. */
const EPOCH_S = 1e8;
const EPOCH_MS = 1e11;
const EPOCH_US = 1e14;
const EPOCH_NS = 1e17;

/** A moment or a span in milliseconds; `undefined` where there is none. */
export function milliseconds(
  value: unknown,
  { key, unit }: Found,
  fallback: Unit | undefined,
): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = String(value).trim();
  if (ISO.test(text)) {
    const iso = text.replace(" ", "T").replace(",", ".");
    return Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`);
  }
  const number = Number(text);
  if (text === "" || !Number.isFinite(number)) {
    throw new LabError(
      `${key} is ${JSON.stringify(text.slice(0, 40))}; give a number, or a time such as 2026-03-01T14:05:00Z.`,
    );
  }
  if (unit !== undefined) return unit === "s" ? number * 1_000 : number;
  if (number >= EPOCH_NS) return number / 1e6;
  if (number >= EPOCH_US) return number / 1e3;
  if (number >= EPOCH_MS) return number;
  if (number >= EPOCH_S) return number * 1_000;
  if (fallback === undefined) {
    throw new LabError(
      `${key} is ${text}, which may be seconds or milliseconds; say --unit s or --unit ms, or name the column ${key}_ms.`,
    );
  }
  return fallback === "s" ? number * 1_000 : number;
}
