import { describe, expect, it } from "vitest";
import { alone, callAt } from "../testing/detectors.js";
import { anyOf } from "./any-of.js";
import { consecutive } from "./consecutive.js";
import type { Detector } from "./detector.js";

/** Only what is needed; it never opens. */
const minimal = (): Detector => ({
  succeeded: () => {},
  failed: () => {},
  trip: () => undefined,
  meters: () => [],
  reset: () => {},
});

/** Notes what it hears. */
function recorder() {
  const heard: unknown[][] = [];
  const note =
    (name: string) =>
    (...given: unknown[]): void => {
      heard.push([name, ...given]);
    };
  const detector: Detector = {
    ...minimal(),
    firstToken: note("firstToken"),
    outlived: note("outlived"),
    succeeded: note("succeeded"),
    failed: note("failed"),
    dropped: note("dropped"),
    reset: note("reset"),
    restore: note("restore"),
    slowness: () => 0.4,
    save: () => "mine",
  };
  return { heard, make: () => detector };
}

describe("anyOf, by hand", () => {
  it("tells each policy everything, also after one that has only the methods that are needed", () => {
    const [first, last] = [recorder(), recorder()];
    const { detector } = alone(anyOf(first.make, minimal, last.make));
    const call = callAt(1);
    const failure = { verdict: "failure", reason: "timeout" } as const;
    detector.firstToken?.(call, 1);
    detector.outlived?.(call, 2);
    detector.succeeded(call, 3, 12);
    detector.failed(call, failure, 4);
    detector.dropped?.(call, 5);
    detector.reset(6);
    expect(first.heard).toEqual([
      ["firstToken", call, 1],
      ["outlived", call, 2],
      ["succeeded", call, 3, 12],
      ["failed", call, failure, 4],
      ["dropped", call, 5],
      ["reset", 6],
    ]);
    expect(last.heard).toEqual(first.heard);
    expect(detector.slowness?.(7)).toBe(0.4);
  });

  it("keeps an empty place for a policy that cannot be saved, and gives each its own back", () => {
    const [first, last] = [recorder(), recorder()];
    const { detector } = alone(anyOf(first.make, minimal, last.make));
    expect(detector.save?.(0)).toEqual(["mine", null, "mine"]);
    detector.restore?.(["one", null, "two"], 9);
    expect([first.heard, last.heard]).toEqual([[["restore", "one", 9]], [["restore", "two", 9]]]);
    // Something for a policy that takes nothing up does not keep the next from its own.
    detector.restore?.([null, "what?", "three"], 10);
    expect([first.heard.length, last.heard.at(-1)]).toEqual([1, ["restore", "three", 10]]);
  });

  it("leaves policies alone of which nothing was saved", () => {
    const [one, other] = [recorder(), recorder()];
    const { detector } = alone(anyOf(one.make, other.make));
    detector.restore?.(["one"], 0);
    expect([one.heard.length, other.heard.length]).toEqual([1, 0]);
    for (const saved of [undefined, null, 3, { 0: "one" }]) detector.restore?.(saved, 0);
    expect(one.heard.length).toBe(1);
  });

  it("is as full as its fullest, and trips as the first that would", () => {
    const { detector } = alone(anyOf(minimal, consecutive(2), consecutive(1)));
    expect(detector.trip(0)).toBeUndefined();
    detector.failed(callAt(0), { verdict: "failure", reason: "timeout" }, 0);
    expect(detector.trip(0)).toEqual({ message: "1 failure in a row, last: timeout" });
    expect(detector.meters(0).map(({ level }) => level)).toEqual([0.5, 1]);
    expect(detector.slowness?.(0)).toBe(0);
  });

  it("needs a policy", () => {
    expect(() => anyOf()).toThrow(
      new TypeError("anyOf() needs at least one policy, e.g. anyOf(errors(), consecutive(5))."),
    );
  });
});
