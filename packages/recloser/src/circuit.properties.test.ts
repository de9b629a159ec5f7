import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Permit } from "./permit.js";
import {
  type Command,
  command,
  DETECTORS,
  histories,
  isConserved,
  Subject,
  settings,
  verdict,
  wait,
  which,
} from "./testing/subject.js";
import { FAILED, OK } from "./testing/verdicts.js";

describe.each(Object.entries(DETECTORS))("a circuit with %s", (_name, detector) => {
  it("A20: settles every permit exactly once, and loses count of none", () => {
    fc.assert(
      fc.property(settings, histories, (chosen, all) => {
        const subject = new Subject(detector, chosen);
        for (const one of all) {
          subject.do(one);
          expect(isConserved(subject.circuit.snapshot())).toBe(true);
        }
        // Ends everything that is left, twice over.
        for (let n = 0; n < subject.permits.length * 2; n++) subject.settle(n % subject.permits.length, OK);
        const { inFlight } = subject.circuit.snapshot();
        expect(inFlight.total).toBe(0);
        expect(subject.ends.every((times) => times === 1)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("B5: never has more than one probe waiting for its verdict", () => {
    fc.assert(
      fc.property(settings, histories, fc.nat(3), (chosen, all, tries) => {
        const subject = new Subject(detector, chosen);
        let waiting: { readonly n: number; readonly permit: Permit; readonly endsAt: number } | undefined;
        let seen = -1;
        const look = (): void => {
          const n = subject.permits.length - 1;
          const permit = subject.permits[n];
          if (permit?.probe !== true || n <= seen) return;
          seen = n;
          const decided =
            waiting === undefined || subject.ends[waiting.n] !== 0 || waiting.endsAt <= subject.clock.now();
          expect(decided).toBe(true);
          const endsAt = subject.clock.now() + Math.min(chosen.leaseMs, chosen.stall.unary);
          waiting = { n, permit, endsAt };
        };
        for (const one of all) {
          // A token is a probe's verdict: it does not wait any more.
          if (one.do === "token" && subject.permits[one.which % subject.permits.length] === waiting?.permit) {
            waiting = undefined;
            subject.do(one);
            continue;
          }
          // An operator's hold takes the probe's vote away.
          if (one.do === "force") waiting = undefined;
          subject.do(one.do === "ask" ? { ...one, streaming: false } : one);
          look();
          for (let i = 0; i < tries; i++) {
            subject.ask(false);
            look();
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("B1: admits again within a bound when somebody asks, though every permit is dropped", () => {
    const longestHold = 120_000;
    fc.assert(
      fc.property(settings, histories, (chosen, all) => {
        const subject = new Subject(detector, { ...chosen, maxConcurrent: Infinity }).run(all);
        const opening = Math.max(30_000, chosen.retryAfterMaxMs * 1.1);
        const bound = longestHold + Math.max(...Object.values(chosen.stall)) + opening;
        let refusedMs = 0;
        for (let s = 0; s < 600; s++) {
          subject.clock.advance(1_000);
          refusedMs = typeof subject.ask(s % 2 === 0) === "string" ? refusedMs + 1_000 : 0;
          expect(refusedMs).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("B1: admits again within a bound though dropped permits take every place", () => {
    const longestHold = 120_000;
    fc.assert(
      fc.property(settings, histories, (chosen, all) => {
        const subject = new Subject(detector, { ...chosen, maxConcurrent: 3 }).run(all);
        // A permit's lease, at worst.
        const bound = longestHold + 900_000 + Math.max(30_000, chosen.retryAfterMaxMs * 1.1);
        let refusedMs = 0;
        for (let i = 0; i < 400; i++) {
          subject.clock.advance(10_000);
          refusedMs = typeof subject.ask(i % 2 === 0) === "string" ? refusedMs + 10_000 : 0;
          expect(refusedMs).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("ends closed after healthy calls, from wherever it was", () => {
    fc.assert(
      fc.property(settings, histories, (chosen, all) => {
        const subject = new Subject(detector, { ...chosen, maxConcurrent: Infinity }).run(all);
        // Those that were in flight are dropped. They may still stall, so healthy means: for longer than that.
        for (let s = 0; s < 400; s++) {
          subject.clock.advance(1_000);
          subject.do({ do: "call", verdict: OK, times: 1 });
        }
        expect(subject.circuit.state).toBe("closed");
      }),
      { numRuns: 60 },
    );
  });

  it("B2, B3: a result of an older epoch never causes a transition", () => {
    fc.assert(
      fc.property(settings, histories, fc.array(fc.record({ which, verdict })), (chosen, all, late) => {
        const subject = new Subject(detector, chosen).run(all);
        const old = subject.permits.length;
        subject.circuit.force("closed", { forMs: 1_000, reason: "a new epoch" });
        subject.circuit.release();
        // Something that they could add to, or pay back.
        subject.ask(false);
        subject.settle(subject.permits.length - 1, FAILED);
        const before = [...subject.transitions];
        const { limit, state, memory } = subject.circuit.snapshot();
        for (const { which: n, verdict: given } of late) {
          subject.permits[n % Math.max(1, old)]?.progress();
          if (old > 0) subject.settle(n % old, given);
        }
        expect(subject.transitions).toEqual(before);
        expect(state).toBe("closed");
        const after = subject.circuit.snapshot();
        // They may tell the rate of calls, by which the meters' levels are shown; in the meters they have no part.
        expect(after).toMatchObject({ state, limit });
        expect(after.memory.evidence.meters).toEqual(memory.evidence.meters);
      }),
      { numRuns: 100 },
    );
  });

  it("A3: any number of neutral calls changes no transition", () => {
    fc.assert(
      fc.property(settings, fc.boolean(), fc.array(fc.tuple(command, fc.nat(20))), (chosen, warm, pairs) => {
        const before: Command[] = warm ? [{ do: "warm" }] : [];
        const without = new Subject(detector, chosen).run([...before, ...pairs.map(([one]) => one)]);
        const mixed = pairs.flatMap(([one, times]): Command[] => [{ do: "neutral", times }, one]);
        const withThem = new Subject(detector, chosen).run([...before, ...mixed]);
        expect(withThem.circuit.state).toBe(without.circuit.state);
        expect(withThem.transitions).toEqual(without.transitions);
      }),
      { numRuns: 200 },
    );
  });

  it("A7: what the circuit rejects moves no meter and no state", () => {
    fc.assert(
      fc.property(settings, histories, fc.integer({ min: 1, max: 200 }), (chosen, all, times) => {
        const subject = new Subject(detector, { ...chosen, maxConcurrent: 3 }).run(all);
        while (typeof subject.ask(false) !== "string");
        const { state, totals, window, meters } = subject.circuit.snapshot();
        for (let i = 0; i < times; i++) expect(typeof subject.ask(false)).toBe("string");
        const after = subject.circuit.snapshot();
        expect(after.state).toBe(state);
        expect(after.window).toEqual(window);
        expect(after.totals.settled).toBe(totals.settled);
        for (const [i, meter] of after.meters.entries())
          expect(meter.level).toBeLessThanOrEqual(meters[i]?.level ?? 0);
      }),
      { numRuns: 100 },
    );
  });

  it("B10: looking at it, however often, changes nothing", () => {
    fc.assert(
      fc.property(
        settings,
        fc.array(fc.tuple(command, fc.nat(4))),
        fc.array(wait),
        (chosen, pairs, waits) => {
          const plain = pairs.map(([one]) => one);
          // Splits each wait and looks in between, with everything there is to look with.
          let next = 0;
          const watched = new Subject(detector, chosen);
          const look = () => {
            const { circuit } = watched;
            expect(circuit.state).toBe(circuit.state);
            expect(circuit.snapshot()).toEqual(circuit.snapshot());
            void circuit.idle;
          };
          for (const [one, looks] of pairs) {
            let left = one.do === "wait" ? one.ms : 0;
            for (let i = 0; i < looks && left > 0; i++) {
              const part = Math.min(left, waits[next++ % Math.max(1, waits.length)] ?? 100);
              watched.clock.advance(part);
              left -= part;
              look();
            }
            watched.do(one.do === "wait" ? { do: "wait", ms: left } : one);
            if (looks > 0) look();
          }
          const alone = new Subject(detector, chosen).run(plain);
          expect(watched.circuit.snapshot()).toEqual(alone.circuit.snapshot());
          expect(watched.transitions).toEqual(alone.transitions);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does the same again for the same events", () => {
    fc.assert(
      fc.property(settings, histories, (chosen, all) => {
        const [one, other] = [new Subject(detector, chosen).run(all), new Subject(detector, chosen).run(all)];
        expect(one.circuit.snapshot()).toEqual(other.circuit.snapshot());
      }),
      { numRuns: 50 },
    );
  });

  it("F1: an opening never gets shorter", () => {
    fc.assert(
      fc.property(settings, histories, (chosen, all) => {
        const subject = new Subject(detector, chosen);
        let opening: { readonly epoch: number; readonly endsAt: number } | undefined;
        for (const one of all) {
          subject.do(one);
          const { state, epoch, endsInMs } = subject.circuit.snapshot();
          if (state !== "open") continue;
          const endsAt = subject.clock.now() + (endsInMs ?? Number.NaN);
          if (opening?.epoch === epoch) expect(endsAt).toBeGreaterThanOrEqual(opening.endsAt - 1e-6);
          opening = { epoch, endsAt };
        }
      }),
      { numRuns: 200 },
    );
  });
});
