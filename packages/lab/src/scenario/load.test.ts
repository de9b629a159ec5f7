import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LabError } from "../lab-error.js";
import { loadScenario, ownScenarios, parseScenario } from "./load.js";

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("It did not fail.");
}

describe("loadScenario", () => {
  it.each(ownScenarios())("reads the lab's own %s", (name) => {
    const scenario = loadScenario(name);
    expect(scenario.name).toBe(name);
    expect(scenario.description).not.toBe("");
    expect(scenario.warmUpMs).toBeGreaterThan(0);
    expect(scenario.models.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it("reads a user's own file, and the trace that it replays beside it", () => {
    const home = mkdtempSync(join(tmpdir(), "lab-"));
    writeFileSync(join(home, "trace.csv"), "seconds,tokens\n10,5\n10.5,7\n12,9\n");
    const path = join(home, "mine.yaml");
    writeFileSync(path, "title: Mine\ncalls: { arrivals: { replayed: trace.csv } }\n");
    const { name, calls } = loadScenario(path);
    expect(name).toBe("mine");
    expect(calls.arrivals).toEqual({ kind: "replayed", gapsMs: [500, 1500] });
    expect(calls.perSecond).toBe(1);
  });

  it("names the line of a trace that is no time", () => {
    const home = mkdtempSync(join(tmpdir(), "lab-"));
    writeFileSync(join(home, "trace.csv"), "1\n2\n1.5\n");
    const path = join(home, "mine.yaml");
    writeFileSync(path, "title: Mine\ncalls: { arrivals: { replayed: trace.csv } }\n");
    expect(messageOf(() => loadScenario(path))).toMatch(
      /trace\.csv:3 is "1\.5"; give seconds, later on each line/,
    );
  });

  it("says what there is when a name is wrong, and that a file cannot be read", () => {
    expect(messageOf(() => loadScenario("daed"))).toMatch(
      /no scenario "daed"; there are .*dead.*path of a \.yaml/,
    );
    expect(messageOf(() => loadScenario("/nowhere/x.yaml"))).toMatch(/\/nowhere\/x\.yaml cannot be read/);
  });
});

describe("parseScenario", () => {
  it.each([
    ["title: x\nwatch: 300", /watch: give a time with its unit, e\.g\. 300ms/],
    ["title: x\nwatch: 5 hours", /watch: "5 hours" is no time of at least 1000ms/],
    ["title: x\nworkers: 0", /workers: .*>=1/],
    ["title: x\nphases: [{ eror: 1 }]", /phases\.0: Unrecognized key: "eror"/],
    ["title: x\nphases: [{ errors: 2 }]", /phases\.0\.errors: .*<=1/],
    ["title: x\nphases: [{ from: 5s, until: 2s }]", /phases\[0\] ends at 2000 ms, before it starts/],
    ["title: x\nphases: [{ every: 5s }]", /phases\[0\] has every alone; give every and for/],
    ["title: x\nphases: [{ every: 5s, for: 5s }]", /for \(5000 ms\) is not shorter than every/],
    ["title: x\nphases: [{ models: [gpt] }]", /names the model "gpt"; there are model\./],
    ["title: x\nphases: [{ capacity: 0.5 }]", /takes capacity away, but the scenario has none/],
    ["title: x\ncapacity: {}", /capacity has neither load and servers; give one/],
    ["title: x\nmodels: [{ name: a }, { name: a }]", /two models are called "a"/],
    ["title: x\ncalls: { arrivals: often }", /calls\.arrivals: is one of poisson/],
    ["title: x\nother: yes please", /other: is false or \{ perSecond, takes, patience \}/],
    ["title: [", /test is no YAML/],
    ["", /test: the file: /],
  ])("refuses %j in one sentence", (text, expected) => {
    const message = messageOf(() => parseScenario("test", text));
    expect(message).toMatch(expected);
    expect(message).not.toContain("\n");
  });

  it("sizes slots and bulkheads for the traffic, unless told", () => {
    const usual = parseScenario("test", "title: x");
    expect(usual.bulkheads).toEqual([12]);
    expect(usual.slots).toBe(16);
    const busy = parseScenario("test", "title: x\ncalls: { perSecond: 5 }");
    expect(busy.bulkheads[0]).toBeGreaterThan(40);
    const told = parseScenario("test", "title: x\nslots: 3\nbulkhead: 2");
    expect([told.slots, told.bulkheads]).toEqual([3, [2]]);
  });
});
