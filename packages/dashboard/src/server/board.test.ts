import { Circuits } from "recloser";
import { describe, expect, it } from "vitest";
import type { CircuitRow } from "../contract/contract.js";
import { type Behaviour, failure, success, World } from "../testing/world.js";
import { Board } from "./board.js";

const MINUTE = 60_000;

function healthy(perSecond = 2): Behaviour {
  return { perSecond, call: () => ({ firstTokenMs: 200, totalMs: 900, verdict: success }) };
}

/** Fails while `down` says so. */
function failing(down: (now: number) => boolean): Behaviour {
  return {
    perSecond: 2,
    call: (now) =>
      down(now)
        ? { totalMs: 100, verdict: failure("overloaded", "503 overloaded, key sk-abcdefghijklmnopqrstuvwx") }
        : { firstTokenMs: 200, totalMs: 900, verdict: success },
  };
}

function rowOf(world: World, name: string): CircuitRow {
  const row = world.board.overview().rows.find(({ circuit }) => circuit === name);
  if (row === undefined) throw new Error(`no row for ${name}`);
  return row;
}

describe("an outage, as the board tells it", () => {
  function outage(): World {
    const world = new World();
    world.traffic(
      "a/b",
      failing((now) => now > 5 * MINUTE && now < 8 * MINUTE),
    );
    world.runUntil(7 * MINUTE);
    return world;
  }

  it("says since when, through all the probes that failed, and how many calls that has spared", () => {
    const world = outage();
    const row = rowOf(world, "a/b");
    const { events } = world.board.overview();
    const first = events.find((event) => event.kind === "transition" && event.to === "open");

    expect(row.standing).toMatch(/^(open|half-open)$/);
    expect(
      events.filter((event) => event.kind === "transition" && event.to === "open").length,
    ).toBeGreaterThan(2);
    expect(Math.abs(row.since - (first?.at ?? 0))).toBeLessThan(100);
    const { rejected } = world.circuits.get("a/b").snapshot().totals;
    expect(row.spared).toBe(Object.values(rejected).reduce((sum, n) => sum + n, 0));
    expect(row.rates.rejected).toBeGreaterThan(50);
  });

  it("begins anew after it: closed since it closed, nothing spared", () => {
    const world = outage();
    world.runUntil(12 * MINUTE);
    const row = rowOf(world, "a/b");
    const closed = world.board
      .overview()
      .events.findLast((event) => event.kind === "transition" && event.to === "closed");

    expect(row).toMatchObject({ standing: "closed", spared: 0, cause: null });
    // It was on probation for a moment after it had closed.
    expect(row.since - (closed?.at ?? 0)).toBeLessThan(10_000);
  });

  it("keeps an hour of samples, and how it stood in each half minute", () => {
    const world = outage();
    world.runUntil(70 * MINUTE);
    const detail = world.board.detail("a/b");

    const { times, columns } = detail?.samples ?? { times: [], columns: {} };
    const hours = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (60 * MINUTE);
    expect(hours).toBeGreaterThan(1);
    expect(hours).toBeLessThan(1.1);
    expect(Object.keys(columns)).toEqual(
      expect.arrayContaining([
        "calls",
        "firstTokenP50",
        "totalP95",
        "inFlight",
        "meter:errors",
        "reason:overloaded",
      ]),
    );
    for (const values of Object.values(columns)) expect(values).toHaveLength(times.length);
    expect(detail?.row.strip.some(([standing]) => standing === "open")).toBe(false);
  });

  it("shows calls that failed, without what is secret", () => {
    const { exemplars = [] } = outage().board.detail("a/b") ?? {};

    expect(exemplars.length).toBeGreaterThan(0);
    expect(exemplars.length).toBeLessThanOrEqual(3);
    expect(exemplars[0]).toMatchObject({ verdict: "failure", reason: "overloaded", durationMs: 100 });
    expect(JSON.stringify(exemplars)).not.toContain("abcdefghijklmnop");
  });

  it("says what is usual: the baseline for first tokens, the hour's calm for whole answers", () => {
    const world = new World();
    world.traffic("a/b", healthy());
    world.run(10 * MINUTE);
    const { firstToken, total } = rowOf(world, "a/b");

    expect(firstToken.usual).toMatchObject({ from: "baseline", highIs: "p99" });
    expect(firstToken.usual?.p50Ms).toBeGreaterThan(180);
    expect(total.usual).toMatchObject({ from: "hour" });
    expect(total.usual?.p50Ms).toBeGreaterThan(850);
  });
});

describe("operators", () => {
  it("see their holds with reason and end, also those by other means than the page", () => {
    const world = new World();
    const circuit = world.circuits.get("a/b");
    circuit.force("open", { forMs: 10 * MINUTE, reason: "incident: 4711" });
    world.run(1_000);

    const row = rowOf(world, "a/b");
    expect(row).toMatchObject({
      standing: "forced-open",
      hold: { kind: "forced-open", reason: "incident: 4711" },
    });
    expect((row.hold?.until ?? 0) - world.board.now).toBeCloseTo(10 * MINUTE - 1_000, -3);

    circuit.force("observe", { forMs: MINUTE, reason: "watch" });
    world.run(1_000);
    expect(rowOf(world, "a/b").hold).toMatchObject({ kind: "observe", reason: "watch" });
    world.run(MINUTE);
    expect(rowOf(world, "a/b").hold).toBeNull();
    const said = world.board.overview().events.map((event) => ("message" in event ? event.message : ""));
    expect(said).toEqual(
      expect.arrayContaining([expect.stringContaining("incident: 4711"), "it no longer only observes"]),
    );
  });

  it("count what a hold has kept back, not what came before it", () => {
    const world = new World();
    const circuit = world.circuits.get("a/b");
    const reject = (times: number) => {
      for (let n = 0; n < times; n++) circuit.admit();
    };
    circuit.force("open", { forMs: 5_000, reason: "r" });
    world.run(500);
    reject(3);
    world.run(5_000);
    world.board.act({ circuit: "a/b", action: "force-open", forMs: MINUTE, reason: "again" });
    reject(2);
    world.run(500);

    expect(rowOf(world, "a/b").spared).toBe(2);
  });
});

describe("many circuits", () => {
  it("shows the five hundred worst, and says how many are left out", () => {
    const world = new World();
    for (let n = 0; n < 600; n++) world.circuits.get(`p/m${n}`);
    world.circuits.get("p/z").force("open", { forMs: MINUTE, reason: "r" });
    world.run(10_000);
    const { rows, hidden } = world.board.overview();

    expect(rows).toHaveLength(500);
    expect(hidden).toBe(101);
    expect(rows[0]?.circuit).toBe("p/z");
  });

  it("forgets circuits that the registry has forgotten", () => {
    const world = new World({ maxCircuits: 5 });
    for (let n = 0; n < 50; n++) {
      world.circuits.get(`p/m${n}`);
      world.run(1_000);
    }
    world.run(20_000);

    expect(world.board.overview().rows.map(({ circuit }) => circuit)).toHaveLength(5);
    expect(world.board.record("p/m0")).toBeUndefined();
  });

  it("names a provider most of whose models are open", () => {
    const world = new World();
    for (const model of ["a", "b", "c"])
      world.traffic(
        `p/${model}`,
        failing((now) => model !== "c" && now > MINUTE),
      );
    world.run(2 * MINUTE);

    expect(world.board.overview().providers).toEqual([
      { provider: "p", message: expect.stringContaining("2 of 3 models of p are open") },
    ]);
  });
});

describe("following other circuits", () => {
  it("goes on with the history, and hears the new ones only", () => {
    const world = new World();
    world.traffic("a/b", healthy());
    world.run(MINUTE);
    const others = new Circuits({ clock: { now: () => world.now } });
    others.get("a/b");
    world.board.follow(others);
    others.get("a/b").force("open", { forMs: MINUTE, reason: "new" });
    world.circuits.get("a/b").force("open", { forMs: MINUTE, reason: "old" });
    world.run(1_000);

    const detail = world.board.detail("a/b");
    expect(detail?.samples.times.length).toBeGreaterThan(10);
    expect(detail?.row.hold?.reason).toBe("new");
    expect(detail?.row.spared).toBe(0);
    expect(JSON.stringify(detail?.events)).not.toContain("old");
  });
});

it.each([
  ["forMs", { forMs: 1 }, "history.forMs is 1; give a number from 60000 to 86400000."],
  ["everyMs", { everyMs: Number.NaN }, "history.everyMs is NaN"],
  ["circuits", { circuits: 0 }, "history.circuits is 0"],
])("refuses a history that makes no sense: %s", (_name, history, message) => {
  expect(() => new Board(new Circuits(), { history })).toThrow(message);
});
