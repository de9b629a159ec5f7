import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import type { StateName } from "./outcome/outcome.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { send, teach } from "./testing/traffic.js";
import { fail, OK, permitOf, seeded } from "./testing/verdicts.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function setUp(options: CircuitOptions = {}) {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", { clock, random: seeded(7), ...options });
  return { clock, circuit };
}

interface Kind {
  readonly streaming: boolean;
  readonly waitMs: number;
  /** Whether it says when a token arrives. */
  readonly progress: boolean;
}

/** One call that takes its time whatever the circuit thinks of it. Tells whether it was answered before it was given up. */
function ask(circuit: Circuit, clock: FakeClock, kind: Kind, onEnd: (answered: boolean) => void): void {
  let ended = false;
  const end = (answered: boolean): void => {
    if (ended) return;
    ended = true;
    onEnd(answered);
  };
  const admission = circuit.admit({ streaming: kind.streaming, onAbort: () => end(false) });
  if (!admission.ok) {
    end(false);
    return;
  }
  const { permit } = admission;
  clock.schedule(kind.waitMs, () => {
    if (kind.progress) permit.progress();
    end(permit.settle(OK));
  });
}

/** A call every `everyMs` for `forMs`. Gives the share that was answered. */
function shareAnswered(
  circuit: Circuit,
  clock: FakeClock,
  kind: Kind,
  everyMs: number,
  forMs: number,
): number {
  let [asked, answered] = [0, 0];
  for (const end = clock.now() + forMs; clock.now() < end; clock.advance(everyMs)) {
    asked++;
    ask(circuit, clock, kind, (ok) => {
      if (ok) answered++;
    });
  }
  return answered / asked;
}

describe("a model that thinks for longer than the first stall deadline, every time, from the start", () => {
  it.each<readonly [string, Kind]>([
    ["streaming, first tokens after 90 s", { streaming: true, waitMs: 90_000, progress: true }],
    ["streaming, silent, whole answers after 90 s", { streaming: true, waitMs: 90_000, progress: false }],
    ["streaming, silent, whole answers after 70 s", { streaming: true, waitMs: 70_000, progress: false }],
    ["unary, answers after 240 s", { streaming: false, waitMs: 240_000, progress: false }],
  ])("comes to be served (%s)", (_what, kind) => {
    const { clock, circuit } = setUp();
    for (const everyMs of [5_000, 20_000]) {
      shareAnswered(circuit, clock, kind, everyMs, 4 * HOUR_MS);
      expect(shareAnswered(circuit, clock, kind, everyMs, HOUR_MS)).toBeGreaterThan(0.9);
    }
  });

  it("learns what silent streams take, so that their deadline has room for them", () => {
    const { clock, circuit } = setUp();
    shareAnswered(circuit, clock, { streaming: true, waitMs: 70_000, progress: false }, 10_000, 4 * HOUR_MS);
    const { wait, stallDeadlineMs } = circuit.snapshot().baseline.streaming;
    expect(wait?.p50Ms).toBeGreaterThan(65_000);
    expect(wait?.p50Ms).toBeLessThan(75_000);
    expect(stallDeadlineMs).toBeGreaterThan(140_000);
  });

  it("proves with the answer of a silent stream that its deadline was too short", () => {
    const { clock, circuit } = setUp();
    ask(circuit, clock, { streaming: true, waitMs: 70_000, progress: false }, () => {});
    clock.advance(70_000);
    expect(circuit.snapshot().baseline.streaming.stallDeadlineMs).toBe(140_000);
  });

  it("leaves a probe running for longer, the more before it had no time to answer; its deadline stays", () => {
    const { clock, circuit } = setUp({ detector: consecutive(1), random: () => 0.5 });
    fail(circuit);
    const ages: number[] = [];
    for (let n = 0; n < 7; n++) {
      while (circuit.state !== "half-open") clock.advance(500);
      const sentAt = clock.now();
      circuit.admit({ streaming: true, onAbort: () => ages.push(clock.now() - sentAt) });
      clock.advance(59_999);
      expect(circuit.state).toBe("half-open");
      clock.advance(1);
      expect(circuit.state).toBe("open");
      expect(circuit.snapshot().baseline.streaming.stallDeadlineMs).toBe(60_000);
      while (ages.length <= n) {
        clock.advance(500);
        void circuit.state;
      }
    }
    expect(ages).toEqual([90_000, 135_000, 202_500, 300_000, 300_000, 300_000, 300_000]);
  });
});

describe("a model that comes to think for longer than the learned stall deadline, for good", () => {
  it.each<readonly [boolean, number, number]>([
    [true, 40, 2.75],
    [true, 55, 6],
    [true, 100, 12],
    [false, 100, 7.5],
    [false, 250, 18],
  ])(
    "is served again in time (streaming: %s, answers after %s s: within %s min)",
    (streaming, waitS, minutes) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const { clock, circuit } = setUp({ random: seeded(seed) });
        teach(circuit, clock, 200, { waitMs: 1_000 }, { streaming });
        expect(circuit.snapshot().baseline[streaming ? "streaming" : "unary"].stallDeadlineMs).toBe(15_000);
        const states: StateName[] = [];
        circuit.on("transition", ({ to }) => states.push(to));
        const kind: Kind = { streaming, waitMs: 1_000 * waitS, progress: streaming };
        // It opens within the first minute.
        shareAnswered(circuit, clock, kind, 1_000, MINUTE_MS);
        expect(states[0]).toBe("open");
        shareAnswered(circuit, clock, kind, 1_000, minutes * MINUTE_MS);
        expect(states.at(-1)).toBe("closed");
      }
    },
  );
});

describe("reasoning calls of 45 s in a batch of six, each ten minutes, beside healthy calls of one second", () => {
  it.each([true, false])(
    "are answered in the end: contested openings lengthen the deadline (streaming: %s)",
    (streaming) => {
      const { clock, circuit } = setUp();
      const shares: number[] = [];
      for (let round = 0; round < 30; round++) {
        // Round 0 has no batch: there the deadline is learned.
        let answered = 0;
        if (round > 0)
          for (let n = 0; n < 6; n++)
            ask(circuit, clock, { streaming, waitMs: 45_000, progress: streaming }, (ok) => {
              if (ok) answered++;
            });
        for (let s = 0; s < 600; s++) {
          send(circuit, clock, { waitMs: 900 }, { streaming });
          clock.advance(1_000);
        }
        if (round > 0) shares.push(answered / 6);
      }
      const { hindsight } = circuit.snapshot();
      // At first they look like a hang …
      expect(shares[0]).toBe(0);
      expect(hindsight.contested).toBeGreaterThan(0);
      expect(hindsight.confirmed).toBe(0);
      // … then whole batches are answered, some time, and again and again: what was proved fades.
      expect(shares.indexOf(1)).toBeGreaterThan(0);
      expect(shares.indexOf(1)).toBeLessThan(10);
      const late = shares.slice(-18);
      expect(late.reduce((sum, share) => sum + share, 0) / late.length).toBeGreaterThan(0.35);
    },
  );

  it("do so one step at a time: a contested opening that followed stalls lengthens the deadline by half", () => {
    const { clock, circuit } = setUp({ detector: consecutive(5), random: () => 0.5 });
    const deadline = (): number => circuit.snapshot().baseline.unary.stallDeadlineMs;
    for (let n = 0; n < 100; n++) {
      send(circuit, clock, { waitMs: 1_000 });
      clock.advance(1_250);
    }
    expect(deadline()).toBe(15_000);
    for (let n = 0; n < 5; n++) permitOf(circuit);
    clock.advance(15_000);
    expect(circuit.state).toBe("open");
    clock.advance(5_000);
    permitOf(circuit).settle(OK);
    expect(circuit.state).toBe("closed");
    expect(deadline()).toBe(22_500);
    // One that followed errors says nothing of deadlines.
    fail(circuit, 5);
    clock.advance(5_000);
    permitOf(circuit).settle(OK);
    expect(circuit.snapshot()).toMatchObject({ state: "closed", hindsight: { contested: 2 } });
    expect(deadline()).toBeLessThanOrEqual(22_500);
  });

  it("a confirmed opening lengthens nothing", () => {
    const { clock, circuit } = setUp({ detector: consecutive(5), random: () => 0.5 });
    for (let n = 0; n < 100; n++) {
      send(circuit, clock, { waitMs: 1_000 });
      clock.advance(1_250);
    }
    for (let n = 0; n < 5; n++) permitOf(circuit);
    clock.advance(20_000);
    fail(circuit, 1);
    clock.advance(7_500);
    permitOf(circuit).settle(OK);
    expect(circuit.snapshot()).toMatchObject({ state: "closed", hindsight: { confirmed: 1, contested: 0 } });
    expect(circuit.snapshot().baseline.unary.stallDeadlineMs).toBe(15_000);
  });
});
