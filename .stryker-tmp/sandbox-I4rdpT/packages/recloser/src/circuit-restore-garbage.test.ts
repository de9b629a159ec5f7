// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { type FakeClock, fakeClock } from "./testing/fake-clock.js";
import { Subject } from "./testing/subject.js";
import { FAILED, fail, OK, permitOf, succeed } from "./testing/verdicts.js";

type Json = null | boolean | number | string | Json[] | { readonly [key: string]: Json };

function setUp(): { readonly clock: FakeClock; readonly circuit: Circuit } {
  const clock = fakeClock(5_000_000);
  return { clock, circuit: new Circuit("openai/gpt-5", { clock, random: () => 0.5 }) };
}

const UNUSED = (({ state, epoch, memory }) => [state, epoch, memory])(setUp().circuit.snapshot());

const memoryOf = (circuit: Circuit): Json => JSON.parse(JSON.stringify(circuit.snapshot().memory));

/** What a circuit remembers that has learned much: before, in and after an outage. */
function memories(): readonly Json[] {
  const { clock, circuit } = new Subject(
    new Circuit("x").policy.detector,
    {
      stall: { streaming: 20_000, unary: 50_000 },
      leaseMs: Infinity,
      successes: 2,
      maxConcurrent: Infinity,
      retryAfterMaxMs: 60_000,
    },
    { stallDeadlineMs: {} },
  ).run([{ do: "warm" }]);
  const late = permitOf(circuit, { streaming: true });
  clock.advance(16_000);
  late.progress();
  late.settle(OK);
  fail(circuit, 3);
  const failing = memoryOf(circuit);
  for (let i = 0; i < 100 && circuit.state === "closed"; i++) fail(circuit, 1);
  clock.advance(5_000);
  permitOf(circuit).settle({ ...FAILED, reason: "throttled", retryAfterMs: 4_000 });
  const open = memoryOf(circuit);
  clock.advance(10_000);
  succeed(circuit, 2);
  permitOf(circuit).settle({ ...FAILED, reason: "quota" });
  return [failing, open, memoryOf(circuit)];
}

/** The places in a JSON value, as paths; of a list only the first ones. */
function pathsOf(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Array.isArray(value) ? Object.entries(value).slice(0, 3) : Object.entries(value);
  return [path, ...inner.flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

/** The same value, with something else (`undefined`: nothing) at `path`. */
function changed(value: Json, path: readonly string[], to: Json | undefined): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    const made = name === key ? changed(inner, rest, to) : inner;
    return made === undefined ? [] : [[name, made]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** Takes `memory` up, or does not; either way the circuit is one that works. */
function survives(memory: unknown, ageMs: number): void {
  const { clock, circuit } = setUp();
  const taken = circuit.restore({ memory } as never, ageMs);
  expect(typeof taken).toBe("boolean");
  const plain = circuit.snapshot();
  if (!taken) {
    expect([plain.state, plain.epoch, plain.memory]).toEqual(UNUSED);
    return;
  }
  expect(JSON.parse(JSON.stringify(plain))).toStrictEqual(plain);
  // Longer than any opening: half an hour.
  let odd = 0;
  for (let s = 0; s < 180; s++) {
    clock.advance(10_000);
    const admission = circuit.admit({ streaming: s % 2 === 0 });
    if (!admission.ok) {
      if (!((admission.failure.retryAfterMs ?? -1) >= 0)) odd++;
      continue;
    }
    clock.advance(100);
    if (s % 2 === 0) admission.permit.progress();
    if (!admission.permit.settle(OK)) odd++;
  }
  expect([odd, circuit.state]).toEqual([0, "closed"]);
}

describe("restore, of what was not stored by a circuit", () => {
  const [failing = null, ...others] = memories();
  const memory = fc.constantFrom(failing, ...others);
  const ages = fc.constantFrom(0, 1, 60_000, 80_000_000);

  it("takes up what was: the memory that is changed below is sound", () => {
    for (const one of [failing, ...others])
      expect(setUp().circuit.restore({ memory: one } as never)).toBe(true);
  });

  it("never throws, and leaves a circuit that works, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        const { circuit } = setUp();
        expect(circuit.restore(anything as never)).toBe(false);
        survives(anything, 0);
      }),
    );
  });

  it("nor for JSON that begins like a memory", () => {
    const parts = fc.record(
      {
        version: fc.constantFrom(0, 1, 2, "1"),
        machine: fc.jsonValue(),
        evidence: fc.jsonValue(),
        limit: fc.jsonValue(),
      },
      { requiredKeys: ["version"] },
    );
    fc.assert(fc.property(parts, ages, survives));
  });

  const places = [failing, ...others].flatMap((one, i) =>
    pathsOf(one).map((path) => ({ memory: one, path, name: `${i} ${path.join(".")}` })),
  );
  const LONG = Array.from({ length: 5_000 }, (_, i) => i * 1e6);

  it.each<[string, readonly (Json | undefined)[]]>([
    ["is missing", [undefined]],
    ["has another type", [null, true, "", "x", "12", [], {}, [[]], ["a"], { level: "x" }, [null, null]]],
    ["is out of all bounds", [-1, -1e300, 0.5, 1e9, 2 ** 32, 1e300]],
    ["is a long list", [LONG, LONG.map((n) => -n)]],
    ["is another state", ["open", "half-open", "forced-open", "closed", "constructor"]],
  ])("nor for a memory of which one part %s", (_name, values) => {
    for (const { memory: one, path, name } of places) {
      for (const value of values) {
        try {
          survives(changed(one, path, value), 0);
        } catch (error) {
          throw new Error(`${name} = ${JSON.stringify(value)?.slice(0, 80)}`, { cause: error });
        }
      }
    }
  });

  it("nor for one of which several parts are", () => {
    const odd = fc.oneof(
      fc.constantFrom<Json | undefined>(undefined, null, -1, 1e12, "x", [], {}, [1, 2, 3]),
      fc.jsonValue() as fc.Arbitrary<Json>,
    );
    const changes = fc.array(fc.tuple(fc.constantFrom(...places), odd), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(memory, changes, ages, (one, all, ageMs) => {
        survives(
          all.reduce<Json | undefined>(
            (made, [{ path }, to]) => (made === undefined ? made : changed(made, path, to)),
            one,
          ),
          ageMs,
        );
      }),
    );
  });
});
