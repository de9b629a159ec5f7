import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InFlight, type Pending } from "./in-flight.js";

const LEASE_MS = 900_000;
const HEALTHY = { samples: 100, p50Ms: 100, p90Ms: 300, p99Ms: 500 };
const MILESTONES = [100, 300, 500, 1_000, Infinity];
const DEADLINES = { streaming: 5_000, unary: 9_000 };

interface Call extends Pending<Call> {
  readonly n: number;
}

function callOf(n: number, admittedAt: number, streaming = false, holdsPlace = true): Call {
  return {
    n,
    admittedAt,
    streaming,
    holdsPlace,
    lastSignAt: admittedAt,
    outlived: 0,
    list: undefined,
    previous: undefined,
    next: undefined,
  };
}

function ledger(): InFlight<Call> {
  const calls = new InFlight<Call>(DEADLINES);
  calls.expect(true, DEADLINES.streaming, HEALTHY);
  calls.expect(false, DEADLINES.unary, HEALTHY);
  return calls;
}

/** Does what is due by `now`, as the circuit does. */
function look(calls: InFlight<Call>, now: number): void {
  for (let due = calls.due(now); due !== undefined; due = calls.due(now)) {
    if (due.stalled) calls.stall(due.call);
    else calls.outlive(due.call);
  }
  for (let lapsed = calls.lapsed(now); lapsed !== undefined; lapsed = calls.lapsed(now)) calls.leave(lapsed);
  calls.lookedAt();
}

/** Where a call is, worked out from its times alone. */
type Place = "waiting" | "stalled" | "flowing" | "gone";

/** The same without lists: every question looks at every call. */
interface Known {
  readonly call: Call;
  place: Place;
}

const step = fc.oneof(
  fc.record({ do: fc.constant("enter" as const), streaming: fc.boolean(), holdsPlace: fc.boolean() }),
  fc.record({ do: fc.constantFrom("flow" as const, "leave" as const), which: fc.nat(20) }),
  fc.record({
    do: fc.constant("wait" as const),
    ms: fc.constantFrom(1, 99, 100, 200, 500, 4_000, 9_000, LEASE_MS - 1, LEASE_MS),
  }),
);

describe("the ledger of calls in flight", () => {
  it("says what a plain list of calls would, whatever comes in which order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const calls = ledger();
        const known: Known[] = [];
        let now = 0;
        const deadlineOf = ({ streaming }: Call) => (streaming ? DEADLINES.streaming : DEADLINES.unary);
        for (const one of steps) {
          if (one.do === "wait") {
            now += one.ms;
            look(calls, now);
            for (const each of known) {
              const { call } = each;
              if (each.place === "waiting" && call.admittedAt + deadlineOf(call) <= now)
                each.place = "stalled";
              const mayLapse = each.place === "stalled" || each.place === "flowing";
              if (mayLapse && call.lastSignAt + LEASE_MS <= now) each.place = "gone";
            }
          } else if (one.do === "enter") {
            const call = callOf(known.length, now, one.streaming, one.holdsPlace);
            calls.enter(call);
            known.push({ call, place: "waiting" });
          } else {
            const there = known.filter(({ place }) => place !== "gone");
            const each = there[one.which % there.length];
            if (each === undefined) continue;
            if (one.do === "flow") calls.flow(each.call, now);
            else calls.leave(each.call);
            each.place = one.do === "flow" ? "flowing" : "gone";
          }

          const at = (...places: readonly Place[]) => known.filter(({ place }) => places.includes(place));
          const holding = (some: readonly Known[]) => some.filter(({ call }) => call.holdsPlace);
          const all = at("waiting", "stalled", "flowing");
          const silent = at("waiting", "stalled").map(({ call }) => call.admittedAt);
          expect({
            size: calls.size,
            stalled: calls.stalled,
            waiting: calls.waiting,
            places: calls.places,
            waitingPlaces: calls.waitingPlaces,
            oldest: calls.oldestWaitingAt(),
            allStalled: calls
              .allStalled()
              .map(({ n }) => n)
              .sort(),
            lapseAt: calls.lapseAt(),
          }).toEqual({
            size: all.length,
            stalled: at("stalled").length,
            waiting: at("waiting").length,
            places: holding(all).length,
            waitingPlaces: holding(at("waiting")).length,
            oldest: silent.length === 0 ? undefined : Math.min(...silent),
            allStalled: at("stalled")
              .map(({ call }) => call.n)
              .sort(),
            lapseAt: Math.min(...at("stalled", "flowing").map(({ call }) => call.lastSignAt)) + LEASE_MS,
          });
          // Nothing may become due unnoticed.
          expect(calls.notBefore).toBeLessThanOrEqual(Math.min(calls.dueAt(), calls.lapseAt()));
          for (const { call } of at("waiting")) {
            const waitedMs = now - call.admittedAt;
            if (one.do === "wait") expect(call.outlived).toBe(MILESTONES.findIndex((ms) => waitedMs < ms));
          }
        }
      }),
    );
  });

  it("need not be looked at before something is due, once it was looked at", () => {
    const calls = ledger();
    calls.enter(callOf(0, 0));
    look(calls, 150);
    expect(calls.notBefore).toBe(300);
    const flowing = callOf(1, 200, true);
    calls.enter(flowing);
    calls.flow(flowing, 250);
    look(calls, 10_000);
    expect(calls.notBefore).toBe(LEASE_MS);
  });

  it("has to be looked at again when a deadline has become shorter than calls have waited", () => {
    const calls = ledger();
    const call = callOf(0, 0, true);
    calls.enter(call);
    look(calls, 2_000);
    calls.expect(true, 1_500, HEALTHY);
    expect(calls.notBefore).toBeLessThanOrEqual(2_000);
    expect(calls.due(2_000)).toEqual({ call, stalled: true });
  });

  it("takes a permit for dropped after a quarter of an hour without a sign of life, and not before", () => {
    for (const settle of ["stall", "flow"] as const) {
      const calls = ledger();
      const call = callOf(0, 1_000);
      calls.enter(call);
      if (settle === "stall") calls.stall(call);
      else calls.flow(call, 1_000);
      expect(calls.lapsed(1_000 + LEASE_MS - 1)).toBeUndefined();
      expect(calls.lapsed(1_000 + LEASE_MS)).toBe(call);
    }
  });

  it("knows the young unary calls, latest first: those that have not outlived so many milestones", () => {
    const calls = ledger();
    for (let n = 0; n < 5; n++) calls.enter(callOf(n, 100 * n));
    calls.enter(callOf(5, 400, true));
    calls.enter(callOf(6, 400, false, false));
    const young = (outlived: number) => [...calls.youngUnary(outlived)].map(({ n }) => n);
    expect(young(2)).toEqual([4, 3, 2, 1, 0]);
    look(calls, 450);
    // They have waited 450, 350, 250, 150 and 50 ms.
    expect(young(2)).toEqual([4, 3, 2]);
    expect(young(1)).toEqual([4]);
    expect(young(0)).toEqual([]);
  });

  it("lets a call leave once", () => {
    const calls = ledger();
    const call = callOf(0, 0);
    calls.enter(call);
    calls.leave(call);
    calls.leave(call);
    expect([calls.size, calls.places, calls.waitingPlaces]).toEqual([0, 0, 0]);
  });
});
