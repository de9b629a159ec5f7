import fc from "fast-check";
import type { StateName } from "recloser";
import { describe, expect, it } from "vitest";
import { type Standing, Troubles } from "./troubles.js";

const SETTLE_MS = 60_000;
const CIRCUIT = "openai/gpt-5";

function change(at: number, from: StateName, to: StateName, worker?: number) {
  const message = `because of ${to}`;
  const time = new Date(at).toISOString();
  return { type: "transition", at: time, circuit: CIRCUIT, from, to, epoch: 1, message, worker } as const;
}

function standing(isTroubled: boolean, rejected = 0): ReadonlyMap<string, Standing> {
  return new Map([[CIRCUIT, { isTroubled, rejected }]]);
}

describe("what is told of a circuit's troubles", () => {
  it("opening at once, probes and a second worker not, the end when it has lasted", () => {
    const troubles = new Troubles(SETTLE_MS);
    expect(troubles.heard(change(1_000, "closed", "open", 1))).toEqual({
      kind: "opened",
      at: 1_000,
      circuit: CIRCUIT,
      state: "open",
      sentence: "openai/gpt-5 is open: because of open",
      since: 1_000,
    });
    expect(troubles.heard(change(2_000, "closed", "open", 2))).toBeUndefined();
    expect(troubles.heard(change(6_000, "open", "half-open", 1))).toBeUndefined();
    expect(troubles.heard(change(7_000, "half-open", "open", 1))).toBeUndefined();
    expect(troubles.looked(standing(true, 100), 8_000)).toEqual([]);
    troubles.heard(change(20_000, "half-open", "closed", 1));
    // The other worker's is still open.
    expect(troubles.looked(standing(true, 400), 90_000)).toEqual([]);
    expect(troubles.looked(standing(false, 512), 121_000)).toEqual([]);
    expect(troubles.looked(standing(false, 512), 180_999)).toEqual([]);
    expect(troubles.looked(standing(false, 512), 181_000)).toEqual([
      {
        kind: "closed",
        at: 181_000,
        circuit: CIRCUIT,
        state: "closed",
        sentence: "openai/gpt-5 is closed again, after 2 min. 412 calls rejected meanwhile.",
        since: 1_000,
      },
    ]);
    expect(troubles.size).toBe(0);
  });

  it("flapping once, with how often it had opened", () => {
    const troubles = new Troubles(SETTLE_MS);
    let told = 0;
    for (let at = 0; at < 300_000; at += 30_000) {
      if (troubles.heard(change(at, "closed", "open"))) told++;
      troubles.heard(change(at + 10_000, "half-open", "closed"));
      told += troubles.looked(standing(false), at + 12_000).length;
    }
    expect(told).toBe(1);
    const [end] = troubles.looked(standing(false), 400_000);
    expect(end?.sentence).toBe("openai/gpt-5 is closed again, after 5 min. It had opened 10 times.");
  });

  it("what an operator does, once for all workers", () => {
    const troubles = new Troubles(SETTLE_MS);
    troubles.heard(change(0, "closed", "open", 1));
    expect(troubles.heard(change(1, "open", "forced-closed", 1))?.kind).toBe("forced");
    expect(troubles.heard(change(1, "closed", "forced-closed", 2))).toBeUndefined();
    expect(troubles.heard(change(2, "forced-closed", "open", 1))?.kind).toBe("opened");
  });

  it("the end also of what is not there any more, and of what began before anybody listened", () => {
    const troubles = new Troubles(SETTLE_MS);
    troubles.adopt(CIRCUIT, 0);
    expect(troubles.looked(standing(true), 10_000)).toEqual([]);
    expect(troubles.looked(new Map(), 20_000)).toEqual([]);
    expect(troubles.looked(new Map(), 80_000)).toMatchObject([{ kind: "closed" }]);
  });

  it("no key that a message brought along", () => {
    const troubles = new Troubles(SETTLE_MS);
    const event = { ...change(0, "closed", "open"), message: "401 for sk-live-1234567890abcdef" };
    expect(troubles.heard(event)?.sentence).toBe("openai/gpt-5 is open: 401 for sk-…");
  });

  it("openings and endings in turn, whatever happens, and at most one of each within the settling time", () => {
    const states = ["closed", "open", "half-open"] as const;
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 100_000 }),
      worker: fc.integer({ min: 1, max: 3 }),
      to: fc.constantFrom(...states),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const troubles = new Troubles(SETTLE_MS);
        const workers = new Map<number, StateName>([1, 2, 3].map((worker) => [worker, "closed"]));
        const told: { kind: string; at: number }[] = [];
        let at = 0;
        const look = () => {
          const isTroubled = [...workers.values()].some((state) => state !== "closed");
          told.push(...troubles.looked(standing(isTroubled), at));
        };
        for (const { afterMs, worker, to } of steps) {
          at += afterMs;
          look();
          const from = workers.get(worker) ?? "closed";
          if (from === to) continue;
          workers.set(worker, to);
          const news = troubles.heard(change(at, from, to, worker));
          if (news !== undefined) told.push(news);
        }
        for (const worker of workers.keys()) workers.set(worker, "closed");
        look();
        at += SETTLE_MS;
        look();
        expect(told.map(({ kind }) => kind)).toEqual(
          told.map((_, index) => (index % 2 === 0 ? "opened" : "closed")),
        );
        expect(told.length % 2).toBe(0);
        expect(troubles.size).toBe(0);
      }),
    );
  });
});
