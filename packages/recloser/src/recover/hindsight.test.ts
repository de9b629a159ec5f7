import { describe, expect, it } from "vitest";
import { Circuit } from "../circuit.js";
import { consecutive } from "../detect/consecutive.js";
import { meters } from "../detect/meters.js";
import type { JudgedEvent } from "../events.js";
import type { CircuitOptions } from "../options.js";
import { fakeClock } from "../testing/fake-clock.js";
import { FAILED, fail, OK, permitOf } from "../testing/verdicts.js";
import { Hindsight } from "./hindsight.js";

const NOTHING = {
  confirmed: 0,
  contested: 0,
  latest: null,
  sparedCalls: 0,
  sparedMs: 0,
  lostCalls: 0,
};

/** An opening in which so many calls were rejected, then what the probes said, and so on. */
function after(...steps: readonly (number | "good" | "bad")[]) {
  const hindsight = new Hindsight();
  hindsight.failed(2_000);
  hindsight.opened(false);
  for (const step of steps) {
    if (step === "good") hindsight.probeSucceeded();
    else if (step === "bad") hindsight.probeFailed();
    else for (let n = 0; n < step; n++) hindsight.rejected();
  }
  return hindsight.view();
}

describe("hindsight, by hand", () => {
  it("says nothing before the first probe", () => {
    expect(new Hindsight().view()).toEqual(NOTHING);
    expect(after(100)).toEqual(NOTHING);
  });

  it("takes all calls of an opening whose first probe succeeds for lost", () => {
    expect(after(10, "good", 3, "good")).toEqual({
      ...NOTHING,
      contested: 1,
      latest: "contested",
      lostCalls: 13,
    });
  });

  it("takes those before the last probe that failed for spared, and half of those after it", () => {
    expect(after(10, "bad", 6, "bad", 8, "good")).toEqual({
      ...NOTHING,
      confirmed: 1,
      latest: "confirmed",
      sparedCalls: 20,
      sparedMs: 20 * 2_000,
      lostCalls: 4,
    });
    // Nothing is known yet of those since the last one.
    expect(after(10, "bad", 6)).toMatchObject({ sparedCalls: 10, lostCalls: 0 });
  });

  it("counts an opening once, whatever its later probes say", () => {
    expect(after(1, "bad", "bad", "bad")).toMatchObject({ confirmed: 1, contested: 0 });
    // One that was contested stays so, though the second probe failed; those that it spared then were spared.
    expect(after(4, "good", 6, "bad", 3, "good")).toMatchObject({
      confirmed: 0,
      contested: 1,
      sparedCalls: 6,
      lostCalls: 7,
    });
  });

  it("confirms at once what the dependency itself has asked for", () => {
    const hindsight = new Hindsight();
    expect(hindsight.opened(true)).toBe("confirmed");
    for (let n = 0; n < 6; n++) hindsight.rejected();
    expect(hindsight.probeSucceeded()).toBeUndefined();
    expect(hindsight.view()).toMatchObject({ confirmed: 1, sparedCalls: 3, lostCalls: 3 });
  });

  it("gives each judgement once, when it comes to it", () => {
    const hindsight = new Hindsight();
    expect(hindsight.opened(false)).toBeUndefined();
    expect(hindsight.probeFailed()).toBe("confirmed");
    expect(hindsight.probeFailed()).toBeUndefined();
    expect(hindsight.probeSucceeded()).toBeUndefined();
    hindsight.over();
    expect(hindsight.opened(false)).toBeUndefined();
    expect(hindsight.probeSucceeded()).toBe("contested");
    expect(hindsight.view()).toMatchObject({ confirmed: 1, contested: 1, latest: "contested" });
  });

  it("knows nothing more of an opening that is over", () => {
    const hindsight = new Hindsight();
    hindsight.opened(false);
    hindsight.rejected();
    hindsight.over();
    expect(hindsight.probeFailed()).toBeUndefined();
    hindsight.opened(false);
    hindsight.probeFailed();
    expect(hindsight.view()).toMatchObject({ confirmed: 1, sparedCalls: 0 });
  });

  it("takes a spared call to have held its caller as long as failing ones lately did", () => {
    const spared = (took: readonly number[]): number => {
      const hindsight = new Hindsight();
      for (const ms of took) hindsight.failed(ms);
      hindsight.opened(false);
      hindsight.rejected();
      hindsight.probeFailed();
      return hindsight.view().sparedMs;
    };
    expect(spared([])).toBe(0);
    expect(spared([8_000])).toBe(8_000);
    expect(spared([8_000, 16_000])).toBe(9_000);
    expect(spared([1_000_000, ...new Array<number>(100).fill(500)])).toBeLessThan(510);
  });
});

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(3),
    probes: { successes: 2 },
    ...options,
  });
  const judged: JudgedEvent[] = [];
  const order: string[] = [];
  circuit.on("judged", (event) => {
    judged.push(event);
    order.push(event.judgement);
  });
  circuit.on("transition", ({ to }) => order.push(to));
  /** Three calls that fail after 2 s. */
  const open = (): void => {
    const permits = [permitOf(circuit), permitOf(circuit), permitOf(circuit)];
    clock.advance(2_000);
    for (const permit of permits) permit.settle(FAILED);
  };
  const reject = (times: number): void => {
    for (let n = 0; n < times; n++) circuit.admit();
  };
  const view = () => circuit.snapshot().hindsight;
  return { clock, circuit, judged, order, open, reject, view };
}

describe("an opening, afterwards", () => {
  it("is confirmed when its first probe fails too", () => {
    const { clock, circuit, judged, order, open, reject, view } = setUp();
    open();
    reject(10);
    expect(view()).toEqual(NOTHING);
    clock.advance(5_000);
    const probe = permitOf(circuit);
    // Those that come while a probe is out are rejected as well.
    reject(2);
    probe.settle(FAILED);
    const hindsight = { ...NOTHING, confirmed: 1, latest: "confirmed", sparedCalls: 12, sparedMs: 24_000 };
    expect(judged).toEqual([{ circuit: "openai/gpt-5", judgement: "confirmed", hindsight }]);
    expect(view()).toEqual(hindsight);
    reject(4);
    clock.advance(7_500);
    for (let n = 0; n < 2; n++) permitOf(circuit).settle(OK);
    expect(view()).toEqual({ ...hindsight, sparedCalls: 14, sparedMs: 28_000, lostCalls: 2 });
    expect(judged).toHaveLength(1);
    expect(order).toEqual(["open", "half-open", "open", "confirmed", "half-open", "closed"]);
  });

  it("is contested when its first probe succeeds, also at its first token", () => {
    const { clock, circuit, judged, open, reject, view } = setUp();
    open();
    reject(10);
    clock.advance(5_000);
    permitOf(circuit, { streaming: true }).progress();
    expect(judged).toMatchObject([{ judgement: "contested", hindsight: { contested: 1, lostCalls: 10 } }]);
    permitOf(circuit).settle(OK);
    expect(circuit.state).toBe("closed");
    expect(view()).toMatchObject({ contested: 1, confirmed: 0, latest: "contested" });
  });

  it("is confirmed when its probe is lost, or hangs past its deadline", () => {
    for (const options of [
      { probes: { leaseMs: 10_000, successes: 2 } },
      { stallDeadlineMs: { unary: 10_000 } },
    ]) {
      const { clock, circuit, judged, open } = setUp(options);
      open();
      clock.advance(5_000);
      circuit.admit();
      clock.advance(10_000);
      expect(circuit.state).toBe("open");
      expect(judged).toMatchObject([{ judgement: "confirmed" }]);
    }
  });

  it("needs no probe where the dependency itself asked to be left alone", () => {
    for (const reason of ["throttled", "quota"] as const) {
      const { circuit, judged, order } = setUp({ detector: meters() });
      fail(circuit, reason === "quota" ? 2 : 3, { ...FAILED, reason, retryAfterMs: 20_000 });
      expect(circuit.state).toBe("open");
      expect(judged).toMatchObject([{ judgement: "confirmed" }]);
      expect(order).toEqual(["open", "confirmed"]);
    }
  });

  it("is not judged when an operator takes it, and what an operator holds open is not either", () => {
    const { clock, circuit, judged, open, reject, view } = setUp();
    open();
    reject(5);
    circuit.force("closed", { forMs: 1_000, reason: "test" });
    clock.advance(1_000);
    circuit.force("open", { forMs: 10_000, reason: "test" });
    reject(5);
    clock.advance(10_000);
    permitOf(circuit).settle(FAILED);
    expect(circuit.state).toBe("open");
    expect(judged).toEqual([]);
    expect(view()).toEqual(NOTHING);
  });

  it("is the same in observe mode, where the calls were sent all the same", () => {
    const [enforce, observe] = [setUp(), setUp({ mode: "observe" })];
    for (const { clock, circuit, open, reject } of [enforce, observe]) {
      open();
      reject(10);
      clock.advance(5_000);
      permitOf(circuit).settle(FAILED);
      reject(4);
      clock.advance(7_500);
      for (let n = 0; n < 2; n++) permitOf(circuit).settle(OK);
    }
    expect(observe.view()).toEqual(enforce.view());
    expect(observe.judged).toEqual(enforce.judged);
  });

  it("says nothing of calls that met a full circuit", () => {
    const { clock, circuit, open, reject, view } = setUp({ maxConcurrent: 3 });
    const held = [permitOf(circuit), permitOf(circuit), permitOf(circuit)];
    reject(20);
    for (const permit of held) permit.settle(OK);
    open();
    clock.advance(5_000);
    fail(circuit, 1);
    expect(view()).toMatchObject({ confirmed: 1, sparedCalls: 0 });
  });
});
