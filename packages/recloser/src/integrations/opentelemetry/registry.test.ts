import type { Meter } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { Circuits, type CircuitsOptions } from "../../circuits.js";
import { consecutive } from "../../detect/consecutive.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { fail, permitOf, succeed } from "../../testing/verdicts.js";
import { instrument } from "./index.js";
import { type Collected, collector } from "./testing/collect.js";

function setUp(options: CircuitsOptions = {}, temporality: "cumulative" | "delta" = "cumulative") {
  const clock = fakeClock();
  const circuits = new Circuits({ clock, random: () => 0.5, detector: consecutive(2), ...options });
  const { provider, collect } = collector(temporality);
  return { clock, circuits, meter: provider.getMeter("recloser"), collect };
}

/** The value of an instrument for each circuit. */
function byCircuit({ metrics }: Collected, name: string): Record<string, number> {
  const points = metrics.get(name)?.dataPoints ?? [];
  const values: Record<string, number> = {};
  for (const { attributes, value } of points) {
    if (typeof value === "number") values[String(attributes["recloser.circuit"])] = value;
  }
  return values;
}

describe("before and after", () => {
  it("nothing is created, listened to or counted before instrument is called", async () => {
    const { circuits, meter, collect } = setUp();
    succeed(circuits.get("a"), 5);
    expect((await collect()).metrics.size).toBe(0);
    instrument(circuits, { meter });
    succeed(circuits.get("a"));
    expect((await collect()).lines("recloser.calls")).toEqual(["recloser.verdict=success 1"]);
  });

  it("stop ends it, once and for good", async () => {
    const { circuits, meter, collect } = setUp({}, "delta");
    const stop = instrument(circuits, { meter });
    succeed(circuits.get("a"));
    expect((await collect()).metrics.size).toBeGreaterThan(5);
    stop();
    stop();
    succeed(circuits.get("a"));
    expect((await collect()).metrics.size).toBe(0);
  });

  it("stop ends only what belongs to it", async () => {
    const one = setUp();
    const other = collector();
    const stop = instrument(one.circuits, { meter: one.meter });
    instrument(one.circuits, { meter: other.provider.getMeter("other") });
    stop();
    succeed(one.circuits.get("a"));
    expect((await other.collect()).lines("recloser.calls")).toEqual(["recloser.verdict=success 1"]);
  });
});

describe("reading", () => {
  it("what has become due is counted, though only the reading notices it", async () => {
    const { clock, circuits, meter, collect } = setUp({ probes: { leaseMs: 1_000 } });
    instrument(circuits, { meter });
    const circuit = circuits.get("a");
    fail(circuit, 2);
    clock.advance(5_000);
    permitOf(circuit);
    clock.advance(1_000);
    // It is noticed by the reading itself.
    const collected = await collect();
    expect(byCircuit(collected, "recloser.opened")).toEqual({ a: 2 });
  });
});

describe("circuits that the registry forgets", () => {
  it("vanish", async () => {
    const { circuits, meter, collect } = setUp({ maxCircuits: 2 }, "delta");
    instrument(circuits, { meter });
    for (const name of ["a", "b"]) succeed(circuits.get(name));
    expect(Object.keys(byCircuit(await collect(), "recloser.opened"))).toEqual(["a", "b"]);
    succeed(circuits.get("c"));
    expect(Object.keys(byCircuit(await collect(), "recloser.opened"))).toEqual(["b", "c"]);
  });

  it("say 0 once, for SDKs that go on exporting what they were told last", async () => {
    const { clock, circuits, meter, collect } = setUp({ maxCircuits: 1, maxConcurrent: 3 });
    instrument(circuits, { meter });
    const a = circuits.get("a");
    fail(a, 2);
    clock.advance(60_000);
    const before = await collect();
    expect(before.lines("recloser.circuit.state")).toContain("recloser.state=half-open 1");
    expect(before.lines("recloser.limit")).toContain("recloser.limit=max-concurrent 3");
    clock.advance(3_600_000);
    circuits.get("b");
    const after = await collect();
    const ofA = (name: string) =>
      after.metrics
        .get(name)
        ?.dataPoints.filter(({ attributes }) => attributes["recloser.circuit"] === "a") ?? [];
    for (const name of ["recloser.circuit.state", "recloser.limit", "recloser.meter", "recloser.in_flight"]) {
      expect(ofA(name).length).toBeGreaterThan(0);
      expect(ofA(name).every(({ value }) => value === 0)).toBe(true);
    }
    expect(ofA("recloser.opened")).toMatchObject([{ value: 1 }]);
  });

  it("go on counting where they were when they come back", async () => {
    const { circuits, meter, collect } = setUp({ maxCircuits: 1 });
    instrument(circuits, { meter });
    succeed(circuits.get("a"), 5);
    await collect();
    succeed(circuits.get("b"));
    await collect();
    succeed(circuits.get("a"), 2);
    expect(byCircuit(await collect(), "recloser.calls")).toEqual({ a: 7, b: 1 });
  });

  it("do not pile up, even if nobody collects", () => {
    const { circuits, meter } = setUp({ maxCircuits: 1 });
    const known = new Set<string>();
    const askedAgain: string[] = [];
    instrument(circuits, {
      meter,
      histograms: false,
      attributes: (name) => {
        if (known.has(name)) askedAgain.push(name);
        known.add(name);
        return undefined;
      },
    });
    for (let i = 0; i < 2_500; i++) succeed(circuits.get(`model-${i}`));
    succeed(circuits.get("model-2400"));
    expect(askedAgain).toEqual([]);
    // The first ones are forgotten: their attributes have to be asked for anew.
    succeed(circuits.get("model-0"));
    expect(askedAgain).toEqual(["model-0"]);
  });
});

describe("more circuits than are exported", () => {
  it("those that are not closed come first, then those with the most calls", async () => {
    const { circuits, meter, collect } = setUp();
    instrument(circuits, { meter, maxCircuits: 3 });
    for (const [name, calls] of [
      ["idle", 0],
      ["busy", 9],
      ["some", 4],
      ["few", 1],
    ] as const) {
      succeed(circuits.get(name), calls);
    }
    fail(circuits.get("open"), 2);
    const collected = await collect();
    expect(Object.keys(byCircuit(collected, "recloser.opened")).sort()).toEqual(["busy", "open", "some"]);
    expect(collected.lines("recloser.circuits")).toEqual(["5"]);
  });
});

describe("what goes wrong", () => {
  it("a meter that throws hurts no call", async () => {
    const { circuits, meter } = setUp();
    const hostile: Meter = Object.create(meter, {
      createHistogram: {
        value: () => ({
          record: () => {
            throw new Error("no");
          },
        }),
      },
    });
    instrument(circuits, { meter: hostile });
    const circuit = circuits.get("a");
    await expect(circuit.call(() => "fine")).resolves.toMatchObject({ ok: true, value: "fine" });
    expect(circuit.snapshot().totals.settled).toBe(1);
  });

  it("a listener that calls for a circuit while figures are collected does not disturb them", async () => {
    const { clock, circuits, meter, collect } = setUp();
    instrument(circuits, { meter });
    fail(circuits.get("a"), 2);
    succeed(circuits.get("b"));
    circuits.on("transition", ({ circuit, to }) => circuits.get(`${circuit}-${to}`));
    clock.advance(60_000);
    const collected = await collect();
    expect(collected.lines("recloser.circuit.state").filter((line) => line.endsWith(" 1"))).toEqual([
      "recloser.state=closed 1",
      "recloser.state=half-open 1",
    ]);
  });

  it.each([
    [{}, "instrument has no meter and no trace; give at least one of them."],
    [{ meter: {} }, "meter.createObservableGauge is undefined; give a function."],
    [{ meter: null }, "meter.createObservableGauge is undefined; give a function."],
    [{ trace: {} }, "trace.getActiveSpan is undefined; give a function."],
    [{ histograms: 1 }, "histograms is 1; give true or false."],
    [{ maxCircuits: 0 }, "maxCircuits is 0; give a whole number of at least 1."],
    [{ attributes: "x" }, 'attributes is "x"; give a function.'],
    [
      { metre: 1 },
      'instrument options has no option "metre"; it has meter, trace, histograms, maxCircuits, attributes.',
    ],
  ])("options %j are refused", (options, message) => {
    const { circuits, meter } = setUp();
    const given = "meter" in options || "trace" in options || message.includes("no meter") ? {} : { meter };
    expect(() => instrument(circuits, { ...given, ...options } as never)).toThrow(message);
  });

  it("a circuit instead of a registry is refused", () => {
    const { circuits, meter } = setUp();
    const message = "instrument needs a Circuits: new Circuits(), not one of its circuits.";
    expect(() => instrument(circuits.get("a") as never, { meter })).toThrow(message);
    expect(() => instrument(undefined as never, { meter })).toThrow(message);
  });
});
