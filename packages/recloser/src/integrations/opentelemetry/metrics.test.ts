import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { Circuits, type CircuitsOptions } from "../../circuits.js";
import { consecutive } from "../../detect/consecutive.js";
import { meters } from "../../detect/meters.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { FAILED, fail, NEUTRAL, OK, permitOf, succeed } from "../../testing/verdicts.js";
import { type InstrumentOptions, instrument } from "./index.js";
import { collector } from "./testing/collect.js";

const STATES = ["closed", "forced-closed", "forced-open", "half-open", "open"];
const inState = (state: string): readonly string[] =>
  STATES.map((each) => `recloser.state=${each} ${each === state ? 1 : 0}`);

function setUp(options: CircuitsOptions = {}, more: Omit<InstrumentOptions, "meter"> = {}) {
  const clock = fakeClock();
  const circuits = new Circuits({ clock, random: () => 0.5, detector: consecutive(2), ...options });
  const { provider, collect } = collector();
  const stop = instrument(circuits, { meter: provider.getMeter("recloser"), ...more });
  return { clock, circuits, circuit: circuits.get("openai/gpt-5"), collect, stop };
}

/** The attributes of an instrument's only point. */
async function attributesOf(
  { collect }: ReturnType<typeof setUp>,
  instrumentName: string,
): Promise<Attributes> {
  const points = (await collect()).metrics.get(instrumentName)?.dataPoints ?? [];
  expect(points).toHaveLength(1);
  return points[0]?.attributes ?? {};
}

describe("metrics of a circuit", () => {
  it("follow it through an opening and back", async () => {
    const { clock, circuit, collect } = setUp();
    succeed(circuit, 3);
    fail(circuit);
    const closed = await collect();
    expect(closed.lines("recloser.circuit.state")).toEqual(inState("closed"));
    expect(closed.lines("recloser.meter")).toEqual(["recloser.meter=errors 0.5"]);
    expect(closed.lines("recloser.calls")).toEqual([
      "recloser.verdict=failure recloser.reason=server-error 1",
      "recloser.verdict=success 3",
    ]);
    expect(closed.lines("recloser.opened")).toEqual(["0"]);

    fail(circuit);
    for (let i = 0; i < 4; i++) circuit.admit();
    const open = await collect();
    expect(open.lines("recloser.circuit.state")).toEqual(inState("open"));
    expect(open.lines("recloser.rejected")).toEqual(["recloser.reason=open 4"]);
    expect(open.lines("recloser.opened")).toEqual(["1"]);

    clock.advance(5_000);
    const probe = permitOf(circuit);
    circuit.admit();
    const halfOpen = await collect();
    expect(halfOpen.lines("recloser.circuit.state")).toEqual(inState("half-open"));
    expect(halfOpen.lines("recloser.in_flight")).toEqual(["1"]);
    expect(halfOpen.lines("recloser.rejected")).toEqual([
      "recloser.reason=open 4",
      "recloser.reason=probing 1",
    ]);

    probe.settle(FAILED);
    clock.advance(60_000);
    permitOf(circuit).settle(OK);
    const again = await collect();
    expect(again.lines("recloser.circuit.state")).toEqual(inState("closed"));
    expect(again.lines("recloser.opened")).toEqual(["2"]);
    expect(again.lines("recloser.transitions")).toEqual([
      "recloser.from=closed recloser.to=open 1",
      "recloser.from=half-open recloser.to=closed 1",
      "recloser.from=half-open recloser.to=open 1",
      "recloser.from=open recloser.to=half-open 2",
    ]);
    expect(again.lines("recloser.limit")).toContain("recloser.limit=waiting 2");
  });

  it("tell rejections, real ones and observed ones, by their reason", async () => {
    const { circuits, circuit, collect } = setUp({
      maxConcurrent: 1,
      detector: meters(),
      each: (name) => (name === "observed" ? { mode: "observe" } : undefined),
    });
    permitOf(circuit);
    circuit.admit();
    const throttled = circuits.get("throttled");
    while (throttled.state === "closed")
      fail(throttled, 1, { verdict: "failure", reason: "throttled", retryAfterMs: 60_000 });
    throttled.admit();
    const observed = circuits.get("observed");
    permitOf(observed);
    permitOf(observed);
    const collected = await collect();
    expect(collected.lines("recloser.rejected")).toEqual([
      "recloser.reason=saturated 1",
      "recloser.reason=throttled 1",
    ]);
    expect(collected.lines("recloser.observed_rejections")).toEqual(["recloser.reason=saturated 1"]);
    expect(collected.lines("recloser.limit").filter((line) => line.includes("max-concurrent"))).toEqual([
      "recloser.limit=max-concurrent 1",
      "recloser.limit=max-concurrent 1",
      "recloser.limit=max-concurrent 1",
    ]);
    expect(collected.lines("recloser.circuits")).toEqual(["3"]);
  });

  it("tell calls that wait from those that stream and those that hang", async () => {
    const { clock, circuit, collect } = setUp({
      detector: consecutive(9),
      stallDeadlineMs: { streaming: 20_000, unary: 20_000 },
    });
    permitOf(circuit, { streaming: true });
    clock.advance(21_000);
    permitOf(circuit, { streaming: true }).progress();
    permitOf(circuit, { streaming: true });
    permitOf(circuit, { streaming: true });
    const collected = await collect();
    expect(collected.lines("recloser.in_flight")).toEqual(["4"]);
    expect(collected.lines("recloser.waiting")).toEqual(["2"]);
    expect(collected.lines("recloser.stalled")).toEqual(["1"]);
  });

  it("give times in seconds", async () => {
    const { clock, circuit, collect } = setUp();
    for (const verdict of [OK, OK, FAILED, NEUTRAL]) {
      const permit = permitOf(circuit, { streaming: true });
      clock.advance(500);
      if (verdict === OK) permit.progress();
      clock.advance(1_500);
      permit.settle(verdict);
    }
    const collected = await collect();
    expect(collected.lines("gen_ai.client.operation.duration")).toEqual([
      "2 calls 4 s",
      "error.type=cancelled 1 calls 2 s",
      "error.type=server-error 1 calls 2 s",
    ]);
    expect(collected.lines("gen_ai.client.operation.time_to_first_chunk")).toEqual(["2 calls 1 s"]);
    for (const [name, seconds] of [
      ["recloser.first_token", 0.5],
      ["recloser.duration", 2],
    ] as const) {
      const points = collected.metrics.get(name)?.dataPoints ?? [];
      expect(points.map(({ attributes }) => attributes["recloser.quantile"])).toEqual([0.5, 0.95, 0.99]);
      for (const { value } of points) {
        expect(value).toBeGreaterThan(seconds * 0.9);
        expect(value).toBeLessThan(seconds * 1.1);
      }
    }
  });

  it("can do without the histograms", async () => {
    const { circuit, collect } = setUp({}, { histograms: false });
    succeed(circuit);
    const collected = await collect();
    expect(collected.lines("recloser.calls")).toEqual(["recloser.verdict=success 1"]);
    expect(collected.lines("gen_ai.client.operation.duration")).toEqual([]);
  });
});

describe("attributes", () => {
  it.each([
    ["openai/gpt-5", { "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5" }],
    [
      "openrouter/meta/llama-4",
      { "gen_ai.provider.name": "openrouter", "gen_ai.request.model": "meta/llama-4" },
    ],
    ["gemini/gemini-3", { "gen_ai.provider.name": "gcp.gemini", "gen_ai.request.model": "gemini-3" }],
    ["mistral/large", { "gen_ai.provider.name": "mistral_ai", "gen_ai.request.model": "large" }],
    ["constructor/x", { "gen_ai.provider.name": "constructor", "gen_ai.request.model": "x" }],
    ["search", {}],
    ["/x", {}],
    ["x/", {}],
  ])("of %s", async (name, expected) => {
    const set = setUp();
    succeed(set.circuits.get(name));
    expect(await attributesOf(set, "recloser.calls")).toEqual({
      ...expected,
      "recloser.circuit": name,
      "recloser.verdict": "success",
    });
  });

  it("can be added and replaced, but not the circuit's name", async () => {
    const set = setUp(
      {},
      {
        attributes: () => ({
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "mine",
          "recloser.circuit": "another",
        }),
      },
    );
    succeed(set.circuit);
    const expected = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "mine",
      "gen_ai.request.model": "gpt-5",
      "recloser.circuit": "openai/gpt-5",
    };
    expect(await attributesOf(set, "gen_ai.client.operation.duration")).toEqual(expected);
    expect(await attributesOf(set, "recloser.opened")).toEqual(expected);
  });

  it("that cannot be had are left out, and hurt no call", async () => {
    const set = setUp(
      {},
      {
        attributes: () => {
          throw new Error("no");
        },
      },
    );
    await expect(set.circuit.call(() => "fine")).resolves.toMatchObject({ ok: true, value: "fine" });
    expect(await attributesOf(set, "recloser.opened")).toMatchObject({
      "recloser.circuit": "openai/gpt-5",
    });
  });
});
