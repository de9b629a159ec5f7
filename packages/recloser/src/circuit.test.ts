import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import { thresholds } from "./detect/thresholds.js";
import type { CircuitOptions } from "./options.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { librarySource } from "./testing/transpile.js";
import { FAILED, fail, OK, permitOf } from "./testing/verdicts.js";

function setUp(options: CircuitOptions = {}): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock();
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5, ...options }) };
}

describe("opening", () => {
  it("A13: the first call ever fails, and it stays closed", () => {
    for (const options of [{}, { detector: thresholds() }, { detector: consecutive(2) }]) {
      const { circuit } = setUp(options);
      fail(circuit, 1);
      expect(circuit.state).toBe("closed");
    }
  });

  it("A18: no single outcome opens, whatever its kind", () => {
    const reasons = [
      "server-error",
      "overloaded",
      "connection",
      "timeout",
      "no-first-token",
      "stalled",
    ] as const;
    const more = ["truncated", "stream-error", "malformed", "unknown", "throttled", "quota"] as const;
    for (const reason of [...reasons, ...more]) {
      const { circuit } = setUp();
      fail(circuit, 1, { verdict: "failure", reason });
      expect(circuit.state).toBe("closed");
    }
  });

  it("A14: three requests a minute, all failing, open it within a handful of calls", () => {
    const { clock, circuit } = setUp();
    let calls = 0;
    while (circuit.state === "closed" && calls < 100) {
      fail(circuit, 1);
      calls++;
      clock.advance(20_000);
    }
    expect(calls).toBeGreaterThanOrEqual(3);
    expect(calls).toBeLessThanOrEqual(5);
  });

  it.each([true, false])(
    "A17: a hang behind a client timeout of 600 s opens it within 25 s at one call a second (streaming: %s)",
    (streaming) => {
      const { clock, circuit } = setUp({ stallDeadlineMs: { streaming: 15_000, unary: 15_000 } });
      // An hour of health, so that the rate is known and the threshold is that of one call a second.
      for (let s = 0; s < 3_600; s++) {
        const permit = permitOf(circuit, { streaming });
        clock.advance(1_000);
        permit.settle(OK);
      }
      const from = clock.now();
      const aborted: number[] = [];
      while (circuit.state === "closed" && clock.now() - from < 60_000) {
        circuit.admit({ streaming, onAbort: () => aborted.push(clock.now() - from) });
        clock.advance(1_000);
      }
      expect(circuit.state).toBe("open");
      expect(clock.now() - from).toBeLessThanOrEqual(25_000);
      expect(aborted.length).toBeGreaterThan(0);
      expect(circuit.snapshot().cause).toMatch(/calls failed within .*, last: no sign of life/);
    },
  );

  it("decides at the event, not at a tick: slow answers open a circuit whose policy says so", () => {
    const { clock, circuit } = setUp({
      detector: thresholds({ windowMs: 60_000, minCalls: 4, slowRate: 0.5, slowAfterMs: 5_000 }),
    });
    for (let i = 0; i < 4; i++) {
      const permit = permitOf(circuit);
      clock.advance(i % 2 === 0 ? 100 : 6_000);
      permit.settle(OK);
      expect(circuit.state).toBe(i < 3 ? "closed" : "open");
    }
    expect(circuit.snapshot().cause).toBe("0 of 4 calls failed in the last 60 s, 2 took over 5.0 s");
  });
});

describe("state and the clock", () => {
  it("B10: goes half-open by itself, seen without any traffic", () => {
    const { clock, circuit } = setUp({ detector: consecutive(1) });
    const seen: unknown[] = [];
    circuit.on("transition", ({ to, at }) => seen.push([to, at]));
    const opened = clock.now();
    fail(circuit, 1);
    expect(circuit.snapshot()).toMatchObject({ state: "open", endsInMs: 5_000 });
    clock.advance(4_999);
    expect(circuit.state).toBe("open");
    expect(circuit.snapshot().endsInMs).toBe(1);
    clock.advance(3_600_000);
    expect(circuit.state).toBe("half-open");
    expect(seen).toEqual([
      ["open", opened],
      ["half-open", opened + 5_000],
    ]);
  });

  it("D1: needs no timer, so a blocked loop loses nothing", () => {
    const { clock, circuit } = setUp({ detector: consecutive(1) });
    fail(circuit, 1);
    permitOf(new Circuit("other", { clock }));
    expect(clock.timers).toBe(0);
    const real = new Circuit("real", { detector: consecutive(1), coolDown: { initialMs: 5 } });
    fail(real, 1);
    const until = performance.now() + 30;
    while (performance.now() < until);
    expect(real.state).toBe("half-open");
  });

  it("C7: goes on from where it was when its clock goes back", () => {
    let now = 1_000_000;
    const circuit = new Circuit("x", {
      clock: { now: () => now },
      detector: consecutive(1),
      random: () => 0.5,
    });
    fail(circuit, 1);
    now -= 500_000;
    expect(circuit.snapshot()).toMatchObject({ state: "open", forMs: 0, endsInMs: 5_000 });
    now += 4_000;
    expect(circuit.snapshot().endsInMs).toBe(1_000);
    now += 1_000;
    expect(circuit.state).toBe("half-open");
  });

  it("decides the same wherever its clock begins", () => {
    const run = (start: number): string[] => {
      const clock = fakeClock(start);
      const circuit = new Circuit("x", { clock, detector: thresholds(), random: () => 0.5 });
      const seen: string[] = [];
      circuit.on("transition", ({ to, at }) => seen.push(`${to} ${at - start}`));
      for (let i = 0; i < 40; i++) {
        const admission = circuit.admit();
        if (admission.ok) admission.permit.settle(i % 2 === 0 ? FAILED : OK);
        clock.advance(1_000);
      }
      expect(circuit.snapshot().window.calls).toBeGreaterThan(0);
      return seen;
    };
    const expected = run(0);
    expect(expected.length).toBeGreaterThan(1);
    for (const start of [-1e12, -30_000, 1, 7_777, 1.7e12]) expect(run(start)).toEqual(expected);
  });

  it("D2: ten thousand idle circuits do not keep a process alive", async () => {
    const { url, remove } = librarySource();
    try {
      const script = `
        import { Circuit } from ${JSON.stringify(url)};
        const circuits = Array.from({ length: 10_000 }, (_, i) => new Circuit("c" + i, { timeoutMs: 600_000 }));
        for (const circuit of circuits) circuit.admit().permit.settle({ verdict: "failure", reason: "connection" });
        await circuits[0].call(async () => 1);
        circuits[1].admit();
        console.log(circuits.length);`;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
      let out = "";
      child.stdout.on("data", (data) => {
        out += data;
      });
      const code = await new Promise((resolve) => child.on("exit", resolve));
      expect({ code, out }).toEqual({ code: 0, out: "10000\n" });
    } finally {
      remove();
    }
  });
});
