import { readFileSync } from "node:fs";
import { DataPointType, InstrumentType } from "@opentelemetry/sdk-metrics";
import { expect, it } from "vitest";
import { Circuits } from "../../circuits.js";
import { consecutive } from "../../detect/consecutive.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { FAILED, fail, OK, permitOf } from "../../testing/verdicts.js";
import { instrument } from "./index.js";
import { type Collected, collector } from "./testing/collect.js";

const page = readFileSync(new URL("../../../../../docs/opentelemetry.md", import.meta.url), "utf8");
const EVERYWHERE = ["recloser.circuit", "gen_ai.provider.name", "gen_ai.request.model"];

const KINDS: Partial<Record<InstrumentType, string>> = {
  [InstrumentType.OBSERVABLE_GAUGE]: "gauge",
  [InstrumentType.OBSERVABLE_COUNTER]: "counter",
  [InstrumentType.OBSERVABLE_UP_DOWN_COUNTER]: "up-down counter",
  [InstrumentType.HISTOGRAM]: "histogram",
};

/** A day that leaves no instrument without a point. */
async function everything(): Promise<Collected> {
  const clock = fakeClock();
  const circuits = new Circuits({
    clock,
    random: () => 0.5,
    detector: consecutive(2),
    each: (name) => (name === "x/observed" ? { mode: "observe" } : undefined),
  });
  const { provider, collect } = collector();
  instrument(circuits, { meter: provider.getMeter("recloser") });
  for (const name of ["x/enforced", "x/observed"]) {
    const circuit = circuits.get(name);
    const permit = permitOf(circuit, { streaming: true });
    clock.advance(500);
    permit.progress();
    permit.settle(OK);
    fail(circuit, 2, FAILED);
    circuit.admit();
  }
  return await collect();
}

function rowsOf({ metrics }: Collected): readonly string[] {
  return [...metrics.values()].map(({ descriptor, dataPointType, dataPoints }) => {
    const { name, unit, description } = descriptor;
    const type = (descriptor as { type?: InstrumentType }).type;
    const kind = dataPointType === DataPointType.HISTOGRAM ? "histogram" : type && KINDS[type];
    const own = new Set(
      dataPoints
        .flatMap(({ attributes }) => Object.keys(attributes))
        .filter((key) => !EVERYWHERE.includes(key)),
    );
    const attributes = [...own].sort().map((key) => `\`${key}\``);
    return `| \`${name}\` | ${kind} | ${unit} | ${attributes.join(", ")} | ${description} |`;
  });
}

it("docs/opentelemetry.md shows every instrument as it is exported, and no other", async () => {
  const [, table = ""] = /<!-- instruments -->\n([\s\S]*?)<!-- \/instruments -->/.exec(page) ?? [];
  const [, , ...shown] = table.trim().split("\n");
  expect(shown).toEqual(rowsOf(await everything()));
});

it("nothing but recloser.circuits is without its circuit", async () => {
  const { metrics } = await everything();
  for (const [name, { dataPoints }] of metrics) {
    for (const { attributes } of dataPoints) {
      if (name !== "recloser.circuits")
        expect(Object.keys(attributes)).toEqual(expect.arrayContaining(EVERYWHERE));
    }
  }
});
