import type { VNode } from "preact";
import { type CircuitRow, COLUMNS, type Samples, type UsualView } from "../../contract/contract.js";
import { count, latency } from "../../words/format.js";
import { wholePercent } from "../parts/meters.js";
import { Chart, type Series } from "./chart.js";

/** Reasons that get a line of their own; the commonest. */
const MOST_REASONS = 5;

/** The last hour in figures: meters, latencies, rates, calls in flight. */
export function Charts({ samples, row }: { readonly samples: Samples; readonly row: CircuitRow }): VNode {
  if (samples.times.length < 2)
    return <p class="muted">The charts begin with the next sample, a few seconds from now.</p>;
  return (
    <div class="charts">
      <Chart
        title="Meters"
        note="at 100 % errors and throttling open the circuit, slowness limits it"
        samples={samples}
        series={meterSeries(samples)}
        unit={wholePercent}
        top={1}
      />
      <Chart title="Calls a minute" samples={samples} series={rateSeries(samples)} unit={count} />
      <Chart
        title="Time to the first token"
        note={usualNote(row.firstToken.usual)}
        samples={samples}
        series={[line("p50", COLUMNS.firstTokenP50, 1), line("p95", COLUMNS.firstTokenP95, 2)]}
        levels={levelsOf(row.firstToken.usual)}
        unit={latency}
      />
      <Chart
        title="Time to the whole answer"
        note={usualNote(row.total.usual)}
        samples={samples}
        series={[line("p50", COLUMNS.totalP50, 1), line("p95", COLUMNS.totalP95, 2)]}
        levels={levelsOf(row.total.usual)}
        unit={latency}
      />
      <Chart title="Calls in flight" samples={samples} series={flightSeries(samples)} unit={count} />
    </div>
  );
}

function line(label: string, column: string, colour: Series["colour"]): Series {
  return { label, column, colour };
}

function flightSeries({ columns }: Samples): Series[] {
  const flying = line("in flight", COLUMNS.inFlight, 1);
  return columns[COLUMNS.limit] === undefined ? [flying] : [flying, line("limit", COLUMNS.limit, 3)];
}

function withPrefix({ columns }: Samples, prefix: string): string[] {
  return Object.keys(columns).filter((name) => name.startsWith(prefix));
}

function meterSeries(samples: Samples): Series[] {
  return withPrefix(samples, COLUMNS.meter)
    .slice(0, 4)
    .map((column, index) => line(column.slice(COLUMNS.meter.length), column, colourAt(index)));
}

function rateSeries(samples: Samples): Series[] {
  const sum = (column: string) =>
    (samples.columns[column] ?? []).reduce<number>((total, n) => total + (n ?? 0), 0);
  const reasons = withPrefix(samples, COLUMNS.reason)
    .sort((a, b) => sum(b) - sum(a))
    .slice(0, MOST_REASONS)
    .map((column, index) => line(column.slice(COLUMNS.reason.length), column, colourAt(index + 1)));
  const rejected =
    sum(COLUMNS.rejected) > 0 ? [{ ...line("not sent", COLUMNS.rejected, 0), dashed: true }] : [];
  return [line("answered", COLUMNS.successes, 1), ...reasons, ...rejected];
}

const COLOURS: readonly Series["colour"][] = [1, 2, 3, 4, 5, 6];

function colourAt(index: number): Series["colour"] {
  return COLOURS[index % COLOURS.length] ?? 1;
}

function usualNote(usual: UsualView | null): string {
  if (usual === null) return "what is usual is still being learned";
  const from = usual.from === "baseline" ? "learned from healthy calls" : "of the last hour";
  return `dashed: usual p50 ${latency(usual.p50Ms)}, ${usual.highIs} ${latency(usual.highMs)}, ${from}`;
}

function levelsOf(usual: UsualView | null): readonly number[] {
  return usual === null ? [] : [usual.p50Ms, usual.highMs];
}
