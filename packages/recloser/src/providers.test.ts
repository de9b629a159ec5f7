import { describe, expect, it } from "vitest";
import { Circuits } from "./circuits.js";
import { consecutive } from "./detect/consecutive.js";
import type { ProviderView } from "./providers.js";
import { fakeClock } from "./testing/fake-clock.js";
import { fail, OK, permitOf, succeed } from "./testing/verdicts.js";

function setUp() {
  const clock = fakeClock();
  const counted = { reads: 0 };
  const counting = {
    ...clock,
    now: () => {
      counted.reads++;
      return clock.now();
    },
  };
  const circuits = new Circuits({ clock: counting, random: () => 0.5, detector: consecutive(1) });
  const heard: ProviderView[] = [];
  circuits.on("provider", (view) => heard.push(view));
  const viewOf = (provider: string): ProviderView => {
    const view = circuits.providers().find((one) => one.provider === provider);
    if (view === undefined) throw new Error(`no ${provider}`);
    return view;
  };
  return { clock, counted, circuits, heard, viewOf };
}

const FLEET = 2_000;
const namesOf = (count: number): string[] => Array.from({ length: count }, (_, n) => `openai/model-${n}`);

describe("an outage of a provider with 2,000 models", () => {
  it("is said once when it begins and once when it ends, and its view is right all along", () => {
    const { clock, circuits, heard, viewOf } = setUp();
    const all = namesOf(FLEET).map((name) => circuits.get(name));
    for (const circuit of all) succeed(circuit);
    expect(viewOf("openai")).toMatchObject({ models: FLEET, open: [], down: false });
    for (const [n, circuit] of all.entries()) {
      fail(circuit);
      if (n % 250 !== 249) continue;
      const { open, models, down } = viewOf("openai");
      expect([open.length, models, down]).toEqual([n + 1, FLEET, n + 1 > FLEET / 2]);
    }
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ provider: "openai", models: FLEET, down: true });
    expect(heard[0]?.open).toHaveLength(FLEET / 2 + 1);
    expect(viewOf("openai").message).toBe(
      "2000 of 2000 models of openai are open: this looks like the provider, not one model",
    );
    clock.advance(5_000);
    for (const circuit of all) permitOf(circuit).settle(OK);
    expect(heard.map(({ down }) => down)).toEqual([true, false]);
    expect(heard[1]?.open).toHaveLength(FLEET / 2);
    expect(viewOf("openai")).toMatchObject({ models: FLEET, open: [], down: false });
  });

  it("costs each model a few looks, not one at each change of every other", () => {
    const cost = (count: number): number => {
      const { clock, counted, circuits } = setUp();
      const all = namesOf(count).map((name) => circuits.get(name));
      for (const circuit of all) succeed(circuit);
      const before = counted.reads;
      for (const circuit of all) fail(circuit);
      clock.advance(5_000);
      for (const circuit of all) permitOf(circuit).settle(OK);
      return (counted.reads - before) / count;
    };
    // All four changes of a model, with what admitting and settling read.
    expect(cost(FLEET)).toBeLessThan(cost(250) + 12);
    expect(cost(FLEET)).toBeLessThan(60);
  });
});

describe("what counts as an open model of a provider", () => {
  it("is none that an operator forced open, and no model of another provider", () => {
    const { circuits, heard, viewOf } = setUp();
    const [a, b, c] = ["a", "b", "c"].map((model) => circuits.get(`openai/${model}`));
    if (a === undefined || b === undefined || c === undefined) throw new Error("not made");
    for (const circuit of [a, b, c]) succeed(circuit);
    for (const circuit of [a, b, c]) circuit.force("open", { forMs: 60_000, reason: "maintenance" });
    for (const model of ["x", "y"]) fail(circuits.get(`mistral/${model}`));
    expect(viewOf("openai")).toMatchObject({ models: 3, open: [], down: false });
    expect(viewOf("mistral")).toMatchObject({ models: 2, open: ["mistral/x", "mistral/y"], down: true });
    expect(heard.map(({ provider }) => provider)).toEqual(["mistral"]);
  });

  it("is one that is half-open, until it is forced or closes", () => {
    const { clock, circuits, heard, viewOf } = setUp();
    const [a, b] = [circuits.get("openai/a"), circuits.get("openai/b")];
    fail(a);
    fail(b);
    expect(heard.map(({ down }) => down)).toEqual([true]);
    clock.advance(5_000);
    expect([a.state, b.state]).toEqual(["half-open", "half-open"]);
    expect(viewOf("openai").open).toEqual(["openai/a", "openai/b"]);
    a.force("open", { forMs: 1_000, reason: "test" });
    expect(viewOf("openai")).toMatchObject({ models: 2, open: ["openai/b"], down: false });
    expect(heard.map(({ down }) => down)).toEqual([true, false]);
    // What follows a hold is a probe.
    clock.advance(1_000);
    expect(a.state).toBe("half-open");
    expect(heard.map(({ down }) => down)).toEqual([true, false, true]);
  });

  it("is one alone never the provider's trouble; and two are not, of five in use", () => {
    const { circuits, heard, viewOf } = setUp();
    fail(circuits.get("openai/a"));
    expect(viewOf("openai")).toMatchObject({ models: 1, down: false });
    for (const model of ["b", "c", "d"]) succeed(circuits.get(`openai/${model}`));
    fail(circuits.get("openai/e"));
    expect(viewOf("openai")).toMatchObject({ models: 5, open: ["openai/a", "openai/e"], down: false });
    fail(circuits.get("openai/b"));
    expect(heard).toEqual([viewOf("openai")]);
    expect(viewOf("openai").down).toBe(true);
  });

  it("is not outvoted by models that nobody has called for ten minutes", () => {
    const { clock, circuits, heard, viewOf } = setUp();
    for (const name of namesOf(20)) succeed(circuits.get(name));
    clock.advance(600_000);
    fail(circuits.get("openai/a"));
    fail(circuits.get("openai/b"));
    expect(viewOf("openai")).toMatchObject({ models: 2, down: true });
    expect(heard).toHaveLength(1);
  });

  it("is not one that the registry has forgotten", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, maxCircuits: 2, detector: consecutive(1), random: () => 0.5 });
    fail(circuits.get("openai/a"));
    fail(circuits.get("openai/b"));
    expect(circuits.providers()).toMatchObject([{ open: ["openai/a", "openai/b"], down: true }]);
    clock.advance(1_000_000);
    // Half-open once somebody looks, and a quarter of an hour later nobody's any more.
    for (const circuit of circuits) void circuit.state;
    clock.advance(1_000_000);
    circuits.get("mistral/a");
    circuits.get("mistral/b");
    expect(circuits.providers().map(({ provider }) => provider)).toEqual(["mistral"]);
  });
});
