import { describe, expect, it } from "vitest";
import type { FailureVerdict } from "../outcome/verdict.js";
import { COOL_DOWN_DEFAULTS } from "./cool-down.js";
import { Machine, type SavedMachine } from "./machine.js";

const FAILED: FailureVerdict = { verdict: "failure", reason: "server-error", detail: "503" };

/** Cool-downs last exactly what they say. */
function setUp(successes = 2) {
  const changes: string[] = [];
  const options = {
    coolDown: COOL_DOWN_DEFAULTS,
    probes: { successes, leaseMs: 60_000 },
    random: () => 0.5,
  };
  const machine = new Machine<{ readonly admittedAt: number }>(options, 0, (from, message) =>
    changes.push(`${from} → ${machine.state.name}: ${message}`),
  );
  const probe = (well: boolean, now: number): void => {
    const { state } = machine;
    if (state.name !== "half-open") throw new Error(`no probe while ${state.name}`);
    if (well) machine.probeSucceeded(state, now);
    else machine.probeFailed(FAILED, now);
  };
  return { machine, changes, probe };
}

function cause(machine: ReturnType<typeof setUp>["machine"]): string | undefined {
  return "cause" in machine.state ? machine.state.cause.message : undefined;
}

describe("a machine says", () => {
  it.each([
    [1, "half-open → closed: a probe succeeded"],
    [3, "half-open → closed: 3 probes in a row succeeded"],
  ])("how many probes it took to close it: %s", (successes, said) => {
    const { machine, changes, probe } = setUp(successes);
    machine.trip({ message: "5 of 6 calls failed" }, 0);
    machine.due(5_000);
    for (let n = 0; n < successes; n++) probe(true, 5_000);
    expect(changes.at(-1)).toBe(said);
  });

  it("why it first opened, and how its probes have failed since then", () => {
    const { machine, probe } = setUp();
    machine.trip({ message: "5 of 6 calls failed" }, 0);
    expect(cause(machine)).toBe("5 of 6 calls failed");
    machine.due(5_000);
    probe(false, 5_000);
    expect(cause(machine)).toBe("5 of 6 calls failed; since then a probe failed: 503");
    machine.due(20_000);
    probe(false, 20_000);
    expect(cause(machine)).toBe("5 of 6 calls failed; since then 2 probes in a row failed, last: 503");
  });

  it("nothing of a first time where there was none: an operator had opened it", () => {
    const { machine, probe } = setUp();
    machine.force("open", 1_000, { kind: "operator", message: "an operator forced it" }, 0);
    machine.release(500);
    probe(false, 500);
    expect(cause(machine)).toBe("a probe failed: 503");
  });

  it("that it was so before, where what was saved does not tell why", () => {
    const { machine } = setUp();
    const saved: SavedMachine = {
      state: "open",
      forMs: 1_000,
      endsInMs: 4_000,
      epoch: 1,
      opened: 1,
      failedProbes: 0,
      trippedBy: "",
    };
    machine.restore(saved, 100_000);
    expect(machine.state).toEqual({
      name: "open",
      since: 99_000,
      until: 104_000,
      cause: { kind: "failing", message: "it was so before the restart" },
    });
  });
});

describe("the epoch in which health was left", () => {
  it("is that of the latest change to a state that is not healthy", () => {
    const { machine, probe } = setUp(1);
    expect(machine.leftHealthIn).toBe(0);
    machine.trip({ message: "failing" }, 0);
    expect([machine.epoch, machine.leftHealthIn]).toEqual([1, 1]);
    machine.due(5_000);
    expect([machine.epoch, machine.leftHealthIn]).toEqual([2, 2]);
    probe(true, 5_000);
    expect([machine.epoch, machine.leftHealthIn]).toEqual([3, 2]);
    machine.force("closed", 9_000, { kind: "operator", message: "an operator forced it" }, 6_000);
    expect([machine.epoch, machine.leftHealthIn]).toEqual([4, 2]);
    machine.force("open", 9_000, { kind: "operator", message: "an operator forced it" }, 6_000);
    expect([machine.epoch, machine.leftHealthIn]).toEqual([5, 5]);
  });
});
