// @ts-nocheck
import { describe, expect, it } from "vitest";
import { Circuits } from "./circuits.js";
import { consecutive } from "./detect/consecutive.js";
import { fakeClock } from "./testing/fake-clock.js";
import { fail, permitOf, seeded } from "./testing/verdicts.js";

describe("Circuits", () => {
  it("gives the same circuit for the same name, and options by name on top of the shared ones", () => {
    const circuits = new Circuits({
      maxConcurrent: 7,
      errorThreshold: 0.5,
      each: (name) => (name === "a" ? { errorThreshold: 0.1 } : undefined),
    });
    const a = circuits.get("a");
    expect(circuits.get("b").policy).toMatchObject({ errorThreshold: 0.5, maxConcurrent: 7 });
    expect(circuits.get("a")).toBe(a);
    expect(a.policy).toMatchObject({ errorThreshold: 0.1, maxConcurrent: 7 });
    expect([...circuits].map(({ name }) => name)).toEqual(["b", "a"]);
    expect(circuits.snapshot().map(({ circuit }) => circuit)).toEqual(["b", "a"]);
    expect(() => circuits.get("")).toThrow("needs a name");
    expect(circuits.size).toBe(2);
  });

  it("G9: one circuit's failures are no other's", () => {
    const circuits = new Circuits({ detector: consecutive(3) });
    fail(circuits.get("openai/gpt-5"), 3);
    expect(circuits.get("openai/gpt-5").state).toBe("open");
    expect(circuits.get("openai/gpt-5-mini").state).toBe("closed");
    expect(circuits.get("anthropic/claude").admit().ok).toBe(true);
  });

  it("hears every circuit, also those made later, until it stops listening", () => {
    const circuits = new Circuits({ detector: consecutive(1) });
    const heard: string[] = [];
    fail(circuits.get("early"), 1);
    const stop = circuits.on("transition", ({ circuit, to }) => heard.push(`${circuit} ${to}`));
    fail(circuits.get("late"), 1);
    circuits.get("early").force("closed", { forMs: 10, reason: "test" });
    stop();
    fail(circuits.get("later"), 1);
    expect(heard).toEqual(["late open", "early forced-closed"]);
  });

  it("D5: random keys without end leave a bounded registry", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, maxCircuits: 100 });
    const random = seeded(1);
    let largest = 0;
    for (let i = 0; i < 100_000; i++) {
      circuits.get(`key-${Math.floor(random() * 1e12)}`);
      largest = Math.max(largest, circuits.size);
    }
    expect(largest).toBe(100);
  });

  it("D5: forgets the longest unused first, and nothing that is open or in use", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, maxCircuits: 3, detector: consecutive(1) });
    fail(circuits.get("open"), 1);
    const permit = permitOf(circuits.get("busy"));
    const unused = circuits.get("unused");
    circuits.get("new");
    expect(circuits.size).toBe(3);
    expect(circuits.get("unused")).not.toBe(unused);
    expect([...circuits].map(({ name }) => name).sort()).toEqual(["busy", "open", "unused"]);
    expect(circuits.get("open").admit().ok).toBe(false);
    expect(permit.settle({ verdict: "success" })).toBe(true);
  });

  it("D5: keys that are opened and abandoned do not stop it from forgetting others", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, maxCircuits: 50, detector: consecutive(1) });
    for (let i = 0; i < 40; i++) fail(circuits.get(`abandoned-${i}`), 1);
    clock.advance(60_000);
    for (let i = 0; i < 1_000; i++) {
      circuits.get(`key-${i}`);
      expect(circuits.size).toBeLessThanOrEqual(55);
    }
    expect(circuits.size).toBe(50);
    for (let i = 0; i < 40; i++) expect(circuits.get(`abandoned-${i}`).state).toBe("half-open");
  });

  it("D5: comes back to its bound after a crowd", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, maxCircuits: 20 });
    const permits = Array.from({ length: 100 }, (_, i) => permitOf(circuits.get(`key-${i}`)));
    expect(circuits.size).toBe(100);
    for (const permit of permits) permit.settle({ verdict: "success" });
    for (let i = 0; i < 100; i++) circuits.get(`other-${i}`);
    expect(circuits.size).toBe(20);
  });

  it("D5: forgets even half-open circuits when nobody has called them for a quarter of an hour", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, maxCircuits: 20, detector: consecutive(1) });
    for (let i = 0; i < 2_000; i++) {
      fail(circuits.get(`model-${i}`), 1);
      clock.advance(60_000);
    }
    expect(circuits.size).toBeLessThanOrEqual(21);
  });
});
