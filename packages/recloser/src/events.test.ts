import { describe, expect, it, vi } from "vitest";
import { Circuit } from "./circuit.js";
import { Circuits } from "./circuits.js";
import { consecutive } from "./detect/consecutive.js";
import { Listeners } from "./events.js";
import type { Permit } from "./permit.js";
import { fakeClock } from "./testing/fake-clock.js";
import { teach } from "./testing/traffic.js";
import { FAILED, fail, NEUTRAL, OK, permitOf } from "./testing/verdicts.js";

function setUp() {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(2),
    probes: { successes: 2 },
  });
  return { clock, circuit };
}

describe("events", () => {
  it("tell of each transition, with its reason, epoch and the time at which it was due", () => {
    const { clock, circuit } = setUp();
    const heard: unknown[] = [];
    circuit.on("transition", (event) => heard.push(event));
    const at = clock.now();
    fail(circuit, 2, { ...FAILED, detail: "503 overloaded_error" });
    clock.advance(60_000);
    permitOf(circuit).settle(OK);
    permitOf(circuit).settle(OK);
    expect(heard).toEqual([
      {
        circuit: "openai/gpt-5",
        from: "closed",
        to: "open",
        epoch: 1,
        message: "2 failures in a row, last: 503 overloaded_error; the next probe is due in 5.0 s",
        at,
      },
      {
        circuit: "openai/gpt-5",
        from: "open",
        to: "half-open",
        epoch: 2,
        message: "the cool-down is over; the next call is a probe",
        at: at + 5_000,
      },
      {
        circuit: "openai/gpt-5",
        from: "half-open",
        to: "closed",
        epoch: 3,
        message: "2 probes in a row succeeded",
        at: at + 60_000,
      },
    ]);
  });

  it("tell of each settlement once, with its verdict and times", () => {
    const { clock, circuit } = setUp();
    const heard: unknown[] = [];
    circuit.on("settled", (event) => heard.push(event));
    const permit = permitOf(circuit, { streaming: true });
    clock.advance(300);
    permit.progress();
    clock.advance(700);
    permit.settle({ verdict: "success", outputTokens: 4 });
    permit.settle(FAILED);
    permitOf(circuit).settle(NEUTRAL);
    expect(heard).toEqual([
      {
        circuit: "openai/gpt-5",
        verdict: { verdict: "success", outputTokens: 4 },
        durationMs: 1_000,
        firstTokenMs: 300,
        probe: false,
      },
      { circuit: "openai/gpt-5", verdict: NEUTRAL, durationMs: 0, probe: false },
    ]);
  });

  it("tell of each rejection", () => {
    const { circuit } = setUp();
    const heard: unknown[] = [];
    circuit.on("rejected", ({ failure, observed }) => heard.push([failure.reason, observed]));
    fail(circuit, 2);
    circuit.admit();
    expect(heard).toEqual([["open", false]]);
  });

  it("tell when calls begin to be limited, and when no more", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock, random: () => 0.5 });
    const heard: unknown[] = [];
    circuit.on("limited", (event) => {
      heard.push(event);
      throw new Error("metrics are down");
    });
    teach(circuit, clock, 100, { waitMs: 1_250 }, { streaming: true });
    const waiting: Permit[] = [];
    while (heard.length === 0 && waiting.length < 20) {
      waiting.push(permitOf(circuit, { streaming: true }));
      clock.advance(1_000);
      void circuit.state;
    }
    for (const permit of waiting) permit.settle(NEUTRAL);
    teach(circuit, clock, 20, { waitMs: 1_000 }, { streaming: true });
    expect(heard).toEqual([
      {
        circuit: "openai/gpt-5",
        limited: true,
        message:
          "at most 3 calls may wait for an answer to begin, 8 be in flight, because 3 of 3 calls waited longer for an answer to begin than nine in ten do when healthy",
      },
      {
        circuit: "openai/gpt-5",
        limited: false,
        message: "the limit is off, because it is as fast as healthy again",
      },
    ]);
  });

  it("tell how an opening looks afterwards, in the order in which it came to be known", () => {
    const { clock, circuit } = setUp();
    const heard: string[] = [];
    circuit.on("judged", ({ judgement, hindsight }) => heard.push(`${judgement}: ${hindsight.confirmed}`));
    circuit.on("transition", ({ to }) => heard.push(to));
    fail(circuit, 2);
    clock.advance(5_000);
    fail(circuit, 1);
    expect(heard).toEqual(["open", "half-open", "open", "confirmed: 1"]);
  });

  it("of a registry's circuits reach who listens to the registry", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, random: () => 0.5, detector: consecutive(2) });
    const heard: string[] = [];
    circuits.on("judged", ({ circuit, judgement }) => heard.push(`${circuit} ${judgement}`));
    const circuit = circuits.get("openai/gpt-5");
    fail(circuit, 2);
    clock.advance(5_000);
    permitOf(circuit).settle(OK);
    expect(heard).toEqual(["openai/gpt-5 contested"]);
  });

  it("D6: a listener that throws changes nothing, for the circuit or for other listeners", () => {
    const { clock, circuit } = setUp();
    const after = vi.fn();
    for (const name of ["transition", "settled", "rejected", "judged"] as const) {
      circuit.on(name, () => {
        throw new Error("metrics are down");
      });
      circuit.on(name, after);
    }
    fail(circuit, 2);
    expect(circuit.admit().ok).toBe(false);
    expect(after).toHaveBeenCalledTimes(4);
    clock.advance(5_000);
    fail(circuit, 1);
    // Half-open, settled, judged, open.
    expect(after).toHaveBeenCalledTimes(8);
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 7_500 });
  });

  it("D6: nobody who listens, nothing that is different", () => {
    const [heard, alone] = [setUp(), setUp()];
    for (const name of ["transition", "settled", "rejected", "limited", "judged"] as const)
      heard.circuit.on(name, () => {});
    for (const { clock, circuit } of [heard, alone]) {
      teach(circuit, clock, 100, { waitMs: 1_250 });
      permitOf(circuit);
      clock.advance(14_000);
      fail(circuit, 2);
      circuit.admit();
      clock.advance(5_000);
      permitOf(circuit).settle(OK);
    }
    expect(heard.circuit.snapshot()).toEqual(alone.circuit.snapshot());
  });

  it("make no event when nobody listens", () => {
    const listeners = new Listeners();
    expect(listeners.heard("settled")).toBe(false);
    const stop = listeners.on("settled", () => {});
    expect(listeners.heard("settled")).toBe(true);
    expect(listeners.heard("transition")).toBe(false);
    expect(new Listeners(listeners).heard("settled")).toBe(true);
    stop();
    stop();
    expect(listeners.heard("settled")).toBe(false);
  });

  it("reach a listener that looks at the circuit, forces it or stops listening", () => {
    const { circuit } = setUp();
    const seen: string[] = [];
    const stop = circuit.on("transition", ({ to }) => {
      seen.push(`${to} ${circuit.state} ${circuit.snapshot().epoch}`);
      if (to === "open") circuit.force("closed", { forMs: 1_000, reason: "no" });
      else stop();
    });
    fail(circuit, 2);
    expect(seen).toEqual(["open open 1", "forced-closed forced-closed 2"]);
    expect(circuit.state).toBe("forced-closed");
    circuit.release();
    expect(seen).toHaveLength(2);
  });

  it.each([true, false])("leave it as a `judged` listener forces it (the probe succeeds: %s)", (succeeds) => {
    const { clock, circuit } = setUp();
    const changes: string[] = [];
    circuit.on("transition", ({ to }) => changes.push(to));
    circuit.on("judged", () => circuit.force("open", { forMs: 60_000, reason: "looked at by a person" }));
    fail(circuit, 2);
    clock.advance(5_000);
    permitOf(circuit).settle(succeeds ? OK : FAILED);
    expect(circuit.state).toBe("forced-open");
    expect(changes.at(-1)).toBe("forced-open");
    expect(circuit.admit()).toMatchObject({ failure: { reason: "forced-open" } });
    clock.advance(59_999);
    expect(circuit.state).toBe("forced-open");
    clock.advance(1);
    expect(circuit.state).toBe("half-open");
  });

  it("end, when a `rejected` listener that asks again each time causes the next one for ever", () => {
    const { circuit } = setUp();
    fail(circuit, 2);
    let heard = 0;
    const stop = circuit.on("rejected", () => {
      heard++;
      if (heard > 100_000) throw new Error("it goes on for ever");
      circuit.admit();
    });
    expect(circuit.admit().ok).toBe(false);
    expect(heard).toBeLessThan(100_000);
    stop();
    // It has heard enough, not lost its ears.
    const after = vi.fn();
    circuit.on("rejected", after);
    circuit.admit();
    expect(after).toHaveBeenCalledTimes(1);
  });

  it("end, too, when the listener is a registry's", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ clock, random: () => 0.5, detector: consecutive(1) });
    const [one, other] = [circuits.get("a"), circuits.get("b")];
    fail(one);
    fail(other);
    let heard = 0;
    circuits.on("rejected", ({ circuit }) => {
      heard++;
      if (heard > 100_000) throw new Error("it goes on for ever");
      (circuit === "a" ? other : one).admit();
    });
    expect(one.admit().ok).toBe(false);
    expect(heard).toBeLessThan(100_000);
    expect([one.state, other.state]).toEqual(["open", "open"]);
  });

  it("a call that is given up may ask the circuit again", () => {
    const clock = fakeClock();
    const circuit = new Circuit("x", { clock, detector: consecutive(2), stallDeadlineMs: { unary: 10_000 } });
    const answers: boolean[] = [];
    for (let i = 0; i < 2; i++) circuit.admit({ onAbort: () => answers.push(circuit.admit().ok) });
    circuit.admit({
      onAbort: () => {
        throw new Error("in onAbort");
      },
    });
    clock.advance(10_000);
    expect(circuit.state).toBe("open");
    expect(answers).toEqual([false, false]);
    expect(circuit.snapshot()).toMatchObject({ inFlight: { total: 0 }, totals: { admitted: 3, aborted: 3 } });
  });

  it("of an unknown name are refused", () => {
    const { circuit } = setUp();
    const message =
      'There is no event "open"; there are transition, limited, judged, settled, rejected, provider.';
    expect(() => circuit.on("open" as "settled", () => {})).toThrow(message);
    expect(() => new Circuits().on("open" as "settled", () => {})).toThrow(message);
  });
});
