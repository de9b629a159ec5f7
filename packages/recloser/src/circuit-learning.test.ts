import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CallFacts, DetectorFactory } from "./detect/detector.js";
import type { CircuitOptions } from "./options.js";
import type { CircuitSnapshot } from "./snapshot.js";
import { fakeClock } from "./testing/fake-clock.js";
import { FAILED, fail, NEUTRAL, OK, permitOf } from "./testing/verdicts.js";

const MINUTE_MS = 60_000;

function setUp(options: CircuitOptions = {}, start = 1_000_000) {
  const clock = fakeClock(start);
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(5),
    ...options,
  });
  const deadlineMs = (kind: "streaming" | "unary") => circuit.snapshot().baseline[kind].stallDeadlineMs;
  /** A call whose first sign of life comes after `waitMs`. */
  const answerAfter = (waitMs: number, streaming = true) => {
    const permit = permitOf(circuit, { streaming });
    clock.advance(waitMs);
    if (streaming) permit.progress();
    permit.settle(OK);
  };
  return { clock, circuit, deadlineMs, answerAfter };
}

/** A detector that only writes down which calls it may believe. */
function witnesses(): { readonly detector: DetectorFactory; readonly heard: boolean[] } {
  const heard: boolean[] = [];
  const hear = ({ witness }: CallFacts): void => void heard.push(witness);
  const detector: DetectorFactory = () => ({
    succeeded: hear,
    failed: hear,
    trip: () => undefined,
    meters: () => [],
    reset: () => {},
  });
  return { detector, heard };
}

describe("a stall deadline", () => {
  it("is as long as before after an answer that came in time, and longer after one that came too late", () => {
    const { deadlineMs, answerAfter } = setUp();
    answerAfter(60_000 - 1);
    expect(deadlineMs("streaming")).toBe(60_000);
    answerAfter(60_001);
    expect(Math.round(deadlineMs("streaming"))).toBe(2 * 60_001);
    expect(deadlineMs("unary")).toBe(180_000);
  });

  it("is proved too short by a first sign of life alone: not by a failure, nor by how long an answer takes", () => {
    const { clock, circuit, deadlineMs } = setUp();
    const failing = permitOf(circuit, { streaming: true });
    clock.advance(100_000);
    failing.settle(FAILED);
    const long = permitOf(circuit, { streaming: true });
    clock.advance(1_000);
    long.progress();
    clock.advance(100_000);
    long.settle(OK);
    expect(deadlineMs("streaming")).toBe(60_000);
  });

  it("that was proved too short shrinks again while calls come, worked out at most once a minute", () => {
    const { clock, circuit, deadlineMs, answerAfter } = setUp();
    answerAfter(100_000);
    expect(deadlineMs("streaming")).toBe(200_000);
    const call = () => void permitOf(circuit, { streaming: true }).settle(NEUTRAL);
    clock.advance(MINUTE_MS - 1);
    call();
    expect(deadlineMs("streaming")).toBe(200_000);
    clock.advance(1);
    call();
    const shorter = deadlineMs("streaming");
    expect(shorter).toBeLessThan(200_000);
    clock.advance(MINUTE_MS - 1);
    call();
    expect(deadlineMs("streaming")).toBe(shorter);
    clock.advance(180 * MINUTE_MS);
    call();
    expect(deadlineMs("streaming")).toBe(60_000);
  });

  it.each([
    ["streaming", 100_000],
    ["unary", 300_000],
  ] as const)("is worked out after the rest of that minute by who takes it up: %s", (kind, waitMs) => {
    const streaming = kind === "streaming";
    const { clock, circuit, answerAfter } = setUp();
    answerAfter(waitMs, streaming);
    clock.advance(40_000);
    const snapshot: CircuitSnapshot = JSON.parse(JSON.stringify(circuit.snapshot()));
    const other = setUp({}, 9e9);
    expect(other.circuit.restore(snapshot)).toBe(true);
    other.clock.advance(19_999);
    permitOf(other.circuit, { streaming }).settle(NEUTRAL);
    expect(other.deadlineMs(kind)).toBe(2 * waitMs);
    other.clock.advance(1);
    permitOf(other.circuit, { streaming }).settle(NEUTRAL);
    expect(other.deadlineMs(kind)).toBeLessThan(2 * waitMs);
  });

  it("is not doubted after an opening in which no call had stalled", () => {
    const { clock, circuit, deadlineMs } = setUp();
    fail(circuit, 5);
    clock.advance(MINUTE_MS);
    permitOf(circuit).settle(OK);
    expect(circuit.snapshot().hindsight.contested).toBe(1);
    expect([deadlineMs("streaming"), deadlineMs("unary")]).toEqual([60_000, 180_000]);
  });
});

describe("calls that come together tell one story", () => {
  it("and teach as one", () => {
    const { clock, circuit } = setUp();
    for (let crowd = 0; crowd < 3; crowd++) {
      const permits = Array.from({ length: 100 }, () => permitOf(circuit, { streaming: true }));
      clock.advance(MINUTE_MS / 2);
      for (const permit of permits) {
        permit.progress();
        permit.settle(OK);
      }
      clock.advance(MINUTE_MS);
    }
    expect(circuit.snapshot().baseline.streaming.wait).toBeNull();
  });

  it.each(["streaming", "unary"])("also when the process changes between them: %s", (kind) => {
    const streaming = kind === "streaming";
    const before = witnesses();
    const { clock, circuit } = setUp({ detector: before.detector });
    permitOf(circuit, { streaming }).settle(OK);
    permitOf(circuit, { streaming }).settle(OK);
    clock.advance(100);
    const snapshot: CircuitSnapshot = JSON.parse(JSON.stringify(circuit.snapshot()));
    expect(before.heard).toEqual([true, false]);
    const after = witnesses();
    const other = setUp({ detector: after.detector }, 9e9);
    expect(other.circuit.restore(snapshot)).toBe(true);
    other.clock.advance(149);
    permitOf(other.circuit, { streaming }).settle(OK);
    other.clock.advance(1);
    permitOf(other.circuit, { streaming }).settle(OK);
    expect(after.heard).toEqual([false, true]);
  });
});

it("a circuit is active from its first judged call until ten minutes after its last", () => {
  const { clock, circuit } = setUp();
  expect(circuit.active).toBe(false);
  permitOf(circuit).settle(OK);
  expect(circuit.active).toBe(true);
  clock.advance(10 * MINUTE_MS - 1);
  expect(circuit.active).toBe(true);
  clock.advance(1);
  expect(circuit.active).toBe(false);
});

it("A7: calls that a full circuit rejects are no demand: they do not make it look busy", () => {
  const { clock, circuit } = setUp({ maxConcurrent: 1 });
  permitOf(circuit);
  const { callsPerSecond } = circuit.snapshot();
  for (let i = 0; i < 100; i++) {
    clock.advance(10);
    expect(circuit.admit().ok).toBe(false);
  }
  expect(circuit.snapshot().callsPerSecond).toBe(callsPerSecond);
  expect(circuit.active).toBe(false);
});

it("a circuit whose probe has failed is open, and not on probation", () => {
  const { clock, circuit } = setUp();
  fail(circuit, 5);
  clock.advance(MINUTE_MS);
  fail(circuit);
  expect(circuit.snapshot()).toMatchObject({ state: "open", limit: { waiting: null, cause: null } });
});

it("C7: nothing has lasted less than no time, when the clock goes back", () => {
  let now = 50_000;
  const circuit = new Circuit("openai/gpt-5", { clock: { now: () => now }, detector: consecutive(2) });
  const lasted: number[] = [];
  circuit.on("settled", ({ durationMs }) => lasted.push(durationMs));
  const permit = permitOf(circuit);
  now = 20_000;
  permit.settle(OK);
  expect(lasted).toEqual([0]);
  now = 60_000;
  fail(circuit, 2);
  now = 30_000;
  expect(circuit.snapshot()).toMatchObject({ state: "open", forMs: 0 });
});
