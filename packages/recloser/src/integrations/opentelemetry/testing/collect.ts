import type { Attributes } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";

/** A reader that collects when told to. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Attributes and value of a point, as one line: `recloser.circuit=a recloser.reason=open 3`. */
type Line = string;

export interface Collected {
  /** Every instrument that gave something, by name. */
  readonly metrics: ReadonlyMap<string, MetricData>;
  /** The points of one instrument, sorted; without the attributes of circuits' names. */
  lines(name: string): readonly Line[];
}

const OF_EVERY_POINT = ["recloser.circuit", "gen_ai.provider.name", "gen_ai.request.model"];

/** A meter whose figures are read by `collect`; what callbacks throw makes it throw. */
export function collector(temporality: "cumulative" | "delta" = "cumulative"): {
  readonly provider: MeterProvider;
  collect(): Promise<Collected>;
} {
  const { CUMULATIVE, DELTA } = AggregationTemporality;
  const reader = new ManualReader({
    aggregationTemporalitySelector: () => (temporality === "delta" ? DELTA : CUMULATIVE),
  });
  const provider = new MeterProvider({ readers: [reader] });
  const collect = async (): Promise<Collected> => {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return read(resourceMetrics);
  };
  return { provider, collect };
}

function read({ scopeMetrics }: ResourceMetrics): Collected {
  const all = scopeMetrics.flatMap(({ metrics }) => metrics);
  const metrics = new Map(all.map((metric) => [metric.descriptor.name, metric]));
  return { metrics, lines: (name) => linesOf(metrics.get(name)) };
}

function linesOf(metric: MetricData | undefined): readonly Line[] {
  switch (metric?.dataPointType) {
    case undefined:
      return [];
    case DataPointType.SUM:
    case DataPointType.GAUGE:
      return sorted(metric.dataPoints, (value) => `${Math.round(value * 1_000) / 1_000}`);
    case DataPointType.HISTOGRAM:
      return sorted(metric.dataPoints, ({ count, sum }) => `${count} calls ${sum} s`);
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      throw new Error(`${metric.descriptor.name} is an exponential histogram`);
  }
}

function sorted<Value>(
  points: readonly { readonly attributes: Attributes; readonly value: Value }[],
  shown: (value: Value) => string,
): readonly Line[] {
  return points
    .map(({ attributes, value }) => {
      const own = Object.entries(attributes).filter(([key]) => !OF_EVERY_POINT.includes(key));
      return [...own.map(([key, one]) => `${key}=${one}`), shown(value)].join(" ");
    })
    .sort();
}
