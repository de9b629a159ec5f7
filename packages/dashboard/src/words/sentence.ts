import type { CircuitRow, Overview, Standing } from "../contract/contract.js";
import { clock, clockSeconds, count, percent, some, span } from "./format.js";

/** The states as people read them. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  open: "open",
  "half-open": "half-open",
  "forced-open": "forced open",
  limited: "limited",
  "forced-closed": "forced closed",
  closed: "closed",
};

/**
 * What the person on call reads first: the worst circuit in one sentence, or that all is well.
 *
 * @param now by the server's clock, in milliseconds since 1970.
 */
export function headline(rows: readonly CircuitRow[], now: number): string {
  const [worst] = rows;
  if (worst === undefined) return "No circuit yet: each appears with its first call.";
  if (worst.standing !== "closed") return sentence(worst, now);
  const held = rows.filter((row) => row.hold !== null).length;
  const calls = rows.reduce((sum, { rates }) => sum + rates.successes + rates.failures, 0);
  const failures = rows.reduce((sum, { rates }) => sum + rates.failures, 0);
  const subject =
    rows.length === 1 ? `${worst.circuit} is closed` : `All ${count(rows.length)} circuits are closed`;
  const observed = held === 0 ? "" : ` ${some(held, "circuit")} only observed, by an operator.`;
  if (calls === 0) return `${subject}. No calls in the last minute.${observed}`;
  return `${subject}. ${some(calls, "call")} in the last minute, ${percent(failures / calls)} failed.${observed}`;
}

/** The rest that is not closed, after the headline: `2 more need a look`. Empty when there is none. */
export function others(rows: readonly CircuitRow[]): readonly CircuitRow[] {
  return rows.slice(1).filter(({ standing }) => standing !== "closed");
}

/** One circuit in a sentence or three: state, since when, why, when it tries again, what that spares. */
export function sentence(row: CircuitRow, now: number): string {
  return `${row.circuit} ${predicate(row, now)}`;
}

/** The same without its name. */
export function predicate(row: CircuitRow, now: number): string {
  const why = row.cause === null ? "" : `: ${row.cause}`;
  switch (row.standing) {
    case "open":
      return `is open ${since(row, now)}${why}. ${nextProbe(row, now)} ${spared(row)}${observing(row, now)}`;
    case "half-open":
      return `is half-open, probing; it opened ${at(row, now)}${why}. ${spared(row)}${observing(row, now)}`;
    case "forced-open":
      return `was forced open by an operator ${at(row, now)}${until(row, now)}${because(row)}. ${spared(row)}`;
    case "limited":
      return `is limited ${since(row, now)}: ${limits(row)}${row.cause === null ? "" : `, because ${row.cause}`}.${observing(row, now)}`;
    case "forced-closed":
      return `was forced closed by an operator ${at(row, now)}${until(row, now)}${because(row)}. It rejects nothing on grounds of health.`;
    case "closed":
      return `is closed ${since(row, now)}.${observing(row, now)}`;
  }
}

/** `since 14:02 (3 min)`. */
export function since({ since: at }: Pick<CircuitRow, "since">, now: number): string {
  return `since ${clock(at, now)} (${span(now - at)})`;
}

/** The next thing that happens by itself, for a cell; empty when nothing does. */
export function next(row: CircuitRow, now: number): string {
  const { hold, standing } = row;
  if (hold !== null) return `until ${clock(hold.until, now)} (${span(hold.until - now)} left)`;
  if (standing === "open") return nextProbe(row, now).replace(/\.$/, "").toLowerCase();
  if (standing === "half-open") return "probing";
  return "";
}

/** A provider's trouble, or a title for the tab: worst state and how many. */
export function tabTitle(rows: readonly CircuitRow[]): string {
  const [worst] = rows;
  if (worst === undefined || worst.standing === "closed") return "Recloser: all closed";
  const same = rows.filter(({ standing }) => standing === worst.standing).length;
  return `${same} ${STANDING_WORDS[worst.standing]} – Recloser`;
}

/** How many are in which state, worst first, e.g. `1 open · 1 limited · 3 closed`. */
export function tally(rows: readonly Pick<CircuitRow, "standing">[]): string {
  const counts = new Map<Standing, number>();
  for (const { standing } of rows) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  return [...counts].map(([standing, n]) => `${count(n)} ${STANDING_WORDS[standing]}`).join(" · ");
}

/** Which providers look down, in a sentence each. */
export function providerSentences({ providers }: Pick<Overview, "providers">): readonly string[] {
  return providers.map(({ message }) => `${message}.`);
}

/** What a limit allows, in words. */
function limits({ inFlight }: Pick<CircuitRow, "inFlight">): string {
  const { waitingLimit, limit } = inFlight;
  const waiting =
    waitingLimit === null ? "" : `at most ${count(waitingLimit)} may wait for an answer to begin`;
  const flying = limit === null ? "" : `at most ${count(limit)} may be in flight`;
  return [waiting, flying].filter((part) => part !== "").join(", ") || "calls are held back";
}

function at(row: CircuitRow, now: number): string {
  return `at ${clock(row.since, now)} (${span(now - row.since)} ago)`;
}

function until({ hold }: CircuitRow, now: number): string {
  return hold === null ? "" : `, until ${clock(hold.until, now)} (${span(hold.until - now)} left)`;
}

function because({ hold }: CircuitRow): string {
  return hold === null ? "" : `: ${hold.reason}`;
}

function nextProbe({ endsAt }: CircuitRow, now: number): string {
  if (endsAt === null || endsAt <= now) return "Next probe is the next call.";
  const inMs = endsAt - now;
  return inMs < 100_000
    ? `Next probe in ${span(inMs)}.`
    : `Next probe at ${clockSeconds(endsAt, now)} (in ${span(inMs)}).`;
}

function spared({ spared: n, mode }: CircuitRow): string {
  if (mode === "observe") return `${some(n, "call")} would have been spared.`;
  return `${some(n, "call")} spared.`;
}

function observing(row: CircuitRow, now: number): string {
  if (row.mode === "enforce") return "";
  const { hold } = row;
  if (hold === null) return " It only observes: nothing is rejected.";
  return ` It only observes until ${clock(hold.until, now)}: ${hold.reason}.`;
}
