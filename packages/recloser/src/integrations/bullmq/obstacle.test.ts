import { describe, expect, it, vi } from "vitest";
import { Circuit } from "../../circuit.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { obstacle, type Room } from "./obstacle.js";

const FREE: Room = { slots: 4, running: 2, onTrial: false, newcomer: true, dueBefore: () => 0 };

describe("what keeps a job from starting", () => {
  it("is nothing where there is room and the circuit is closed, and no permit is taken", () => {
    const circuit = new Circuit("openai/gpt-5");
    expect(obstacle(circuit, FREE)).toBeUndefined();
    expect(circuit.snapshot().totals.admitted).toBe(0);
  });

  it("is a full share", () => {
    const found = obstacle(new Circuit("openai/gpt-5"), { ...FREE, running: 4 });
    expect(found).toMatchObject({
      reason: "saturated",
      retryAfterMs: 0,
      message:
        "openai/gpt-5: 4 jobs hold their share of this worker, the most that slots allows. Nothing was sent.",
    });
  });

  it("is as many older jobs as there are free slots, for one that was never sent back", () => {
    const circuit = new Circuit("openai/gpt-5");
    const dueBefore = vi.fn(() => 2);
    expect(obstacle(circuit, { ...FREE, dueBefore })).toMatchObject({ reason: "saturated" });
    expect(dueBefore).toHaveBeenCalledWith(2);
    expect(obstacle(circuit, { ...FREE, dueBefore: () => 1 })).toBeUndefined();
    expect(obstacle(circuit, { ...FREE, newcomer: false, dueBefore })).toBeUndefined();
  });

  it("is an open circuit, with its own words and time", () => {
    const circuit = new Circuit("openai/gpt-5", { clock: fakeClock() });
    circuit.force("open", { forMs: 700, reason: "a test" });
    expect(obstacle(circuit, FREE)).toMatchObject({ reason: "forced-open", retryAfterMs: 700 });
    expect(circuit.snapshot().totals.rejected).toEqual({ "forced-open": 1 });
  });

  it("is a trial under way in a half-open circuit; without one the job tries, and its call gets the probe", () => {
    const clock = fakeClock();
    const circuit = new Circuit("openai/gpt-5", { clock });
    circuit.force("open", { forMs: 700, reason: "a test" });
    clock.advance(700);
    expect(obstacle(circuit, { ...FREE, onTrial: true })).toMatchObject({ reason: "probing" });
    expect(obstacle(circuit, FREE)).toBeUndefined();
    const admission = circuit.admit();
    expect(admission.ok && admission.permit.probe).toBe(true);
  });

  it("is never a circuit that only observes", () => {
    const circuit = new Circuit("openai/gpt-5", { mode: "observe" });
    circuit.force("open", { forMs: 700, reason: "a test" });
    expect(obstacle(circuit, FREE)).toBeUndefined();
    expect(circuit.snapshot().totals.admitted).toBe(0);
  });
});
