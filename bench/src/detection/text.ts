import { type Report, type Row, table, targetTable } from "../report.js";

interface Section {
  readonly table: string;
  readonly title: string;
  readonly columns: Readonly<Record<string, string>>;
}

const FIRST = { scenario: "scenario", perSecond: "calls/s", policy: "policy" };

const SECTIONS: readonly Section[] = [
  {
    table: "fault",
    title:
      "Faults, with the same bulkhead for all. Median time to act and to open; × the information bound; calls answered of those\n" +
      "wanted; slot-seconds and calls sent, a worker; other work done of its healthy share",
    columns: {
      ...FIRST,
      actS: "act, s",
      openS: "open, s",
      openedPercent: "opened, %",
      timesBound: "× bound",
      okPercent: "ok, %",
      slotS: "slot-s",
      sent: "sent",
      otherPercent: "other ok, %",
    },
  },
  {
    table: "shared",
    title: "The same without a bulkhead, in a pool that is shared with other work (2 a second, 50 ms)",
    columns: {
      ...FIRST,
      actS: "act, s",
      openS: "open, s",
      okPercent: "ok, %",
      slotS: "slot-s",
      otherPercent: "other ok, %",
    },
  },
  {
    table: "healthy",
    title:
      "Healthy providers: what was done by mistake. Refused: calls refused on suspicion while the provider was well",
    columns: {
      ...FIRST,
      hours: "worker-hours",
      opensADay: "opens a day",
      limitsAnHour: "limits an hour",
      limitedPercent: "limited, %",
      refusedPercent: "refused, %",
    },
  },
  {
    table: "drift",
    title: "A lasting change: how long it stays suspected (median and longest), and what that costs",
    columns: {
      ...FIRST,
      actS: "act, s",
      suspectedUntilS: "suspected until, s",
      suspectedUntilMostS: "longest, s",
      limitedS: "limited, s",
      opens: "opens",
      okPercent: "ok, %",
      watchedS: "watched, s",
    },
  },
  {
    table: "quota",
    title: "20 workers share a quota of half of what they want, for 300 s",
    columns: {
      ...FIRST,
      okPercent: "ok, %",
      ofQuotaPercent: "of quota, %",
      throttledPerOk: "429s an answer",
      sent: "sent",
      openedPercent: "opened, %",
    },
  },
  {
    table: "brown-out",
    title:
      "Brown-out: 200 workers × 0.25/s load a queueing provider to 80 %; then it has 40 % of its capacity for a while. Answers a\n" +
      "second before, in and after the drop, and time to regain 90 % of them",
    columns: {
      ...FIRST,
      beforePerS: "before",
      dropPerS: "in the drop",
      regainS: "regained, s",
      afterPerS: "after",
    },
  },
];

export function detectionText({ rows, targets }: Report): string {
  const sections = SECTIONS.flatMap(({ table: name, title, columns }) => {
    const of = rows.filter((row) => row.table === name);
    return of.length === 0 ? [] : [title, table(grouped(of), columns)];
  });
  return [...sections, ...(targets.length === 0 ? [] : [targetTable(targets)])].join("\n\n");
}

/** Names a scenario once, in the first of its lines. */
function grouped(rows: readonly Row[]): readonly Row[] {
  return rows.map((row, i) => (row.id === rows[i - 1]?.id ? { ...row, scenario: "" } : row));
}
