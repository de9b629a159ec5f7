// @ts-nocheck
import { getEventListeners } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Circuit } from "./circuit.js";
import { Circuits } from "./circuits.js";
import { consecutive } from "./detect/consecutive.js";
import type { CircuitOptions } from "./options.js";
import type { Outcome } from "./outcome/outcome.js";
import { errorOf, failureIn, failureOf, hang, http, setUp } from "./testing/calls.js";
import { fakeClock } from "./testing/fake-clock.js";
import { ERROR, itemsOf, ROLE, settle, source, TOKEN } from "./testing/sources.js";
import { fail, OK, permitOf } from "./testing/verdicts.js";

describe("memory", () => {
  it("D4: 100,000 calls on one signal that lives long leave nothing on it", async () => {
    const { circuit } = setUp();
    const { signal } = new AbortController();
    const ways = [async () => 1, () => Promise.reject(http(400)), () => 2];
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      await circuit.call(ways[i % 3] ?? hang, { signal });
      if (i % 1_000 === 0) most = Math.max(most, getEventListeners(signal, "abort").length);
    }
    expect([most, getEventListeners(signal, "abort").length]).toEqual([0, 0]);
    expect(circuit.snapshot().inFlight.total).toBe(0);
  });

  it("D5: a million keys, each used once, leave a registry of bounded size", () => {
    const circuits = new Circuits({ clock: fakeClock(), maxCircuits: 50 });
    let most = 0;
    for (let i = 0; i < 1_000_000; i++) {
      circuits.get(`tenant-${i}/model`);
      if (circuits.size > most) most = circuits.size;
    }
    expect(most).toBe(50);
    expect(circuits.providers().length).toBeLessThanOrEqual(50);
  }, 120_000);
});

describe("the process-wide registry", () => {
  it("G8: what one place in the program has found out, another knows", async () => {
    const circuits = new Circuits({ detector: consecutive(5), clock: fakeClock() });
    let sent = 0;
    const ask = (): Promise<Outcome<never>> =>
      circuits.get("openai/gpt-5").call(() => {
        sent++;
        return Promise.reject(http(503));
      });
    for (let message = 0; message < 100; message++) await ask();
    expect(sent).toBe(5);
  });

  it("G9: one model that is down touches no sibling; most of them down looks like the provider", () => {
    const circuits = new Circuits({ detector: consecutive(1), clock: fakeClock() });
    const names = ["openai/gpt-5", "openai/gpt-5-mini", "openai/o4", "anthropic/claude"];
    for (const name of names) permitOf(circuits.get(name)).settle(OK);
    const down = (): unknown =>
      circuits.providers().map((view) => [view.provider, view.down, view.open.length]);
    fail(circuits.get("openai/gpt-5"), 1);
    for (const name of names.slice(1)) permitOf(circuits.get(name)).settle(OK);
    expect(down()).toEqual([
      ["openai", false, 1],
      ["anthropic", false, 0],
    ]);
    fail(circuits.get("openai/o4"), 1);
    expect(down()).toEqual([
      ["openai", true, 2],
      ["anthropic", false, 0],
    ]);
    // It reports: the third model is still there to be used.
    expect(circuits.get("openai/gpt-5-mini").admit().ok).toBe(true);
  });

  it("F9: with everything open, each says when, so that a caller can wait for the soonest", () => {
    const clock = fakeClock();
    const circuits = new Circuits({ detector: consecutive(1), clock, random: () => 0.5 });
    const models = ["a/1", "a/2", "b/1"];
    for (const [i, name] of models.entries()) {
      permitOf(circuits.get(name)).settle({ verdict: "failure", reason: "throttled", retryAfterMs: 0 });
      permitOf(circuits.get(name)).settle({
        verdict: "failure",
        reason: "server-error",
        retryAfterMs: 10_000 * (3 - i),
      });
    }
    const waits = models.map((name) => {
      const admission = circuits.get(name).admit();
      return admission.ok ? Number.NaN : (admission.failure.retryAfterMs ?? Number.NaN);
    });
    expect(waits.map(Math.round)).toEqual([33_000, 22_000, 11_000]);
    clock.advance(Math.min(...waits));
    expect(models.map((name) => circuits.get(name).admit().ok)).toEqual([false, false, true]);
  });
});

describe("streams", () => {
  const phases: readonly {
    readonly phase: string;
    readonly limits: CircuitOptions;
    readonly after: readonly object[];
    readonly reason: string;
    readonly begins: boolean;
  }[] = [
    {
      phase: "before the stream",
      limits: { firstTokenTimeoutMs: 20_000 },
      after: [],
      reason: "no-first-token",
      begins: false,
    },
    {
      phase: "before the first token",
      limits: { firstTokenTimeoutMs: 20_000 },
      after: [ROLE],
      reason: "no-first-token",
      begins: true,
    },
    {
      phase: "between tokens",
      limits: { stallTimeoutMs: 20_000 },
      after: [ROLE, TOKEN],
      reason: "stalled",
      begins: true,
    },
    {
      phase: "anywhere, in all",
      limits: { timeoutMs: 20_000 },
      after: [ROLE, TOKEN, TOKEN],
      reason: "timeout",
      begins: true,
    },
  ];

  it.each(phases)("E4, E5: one that stalls $phase ends at that phase's limit: $reason", async (one) => {
    const { clock, circuit } = setUp(one.limits);
    const upstream = source<object>();
    let signal: AbortSignal | undefined;
    const pending = circuit.stream((context) => {
      signal = context.signal;
      return one.begins ? upstream.iterable : hang();
    });
    if (!one.begins) {
      clock.advance(20_000);
      expect(failureOf(await pending)).toMatchObject({ kind: "failed", reason: one.reason });
    } else {
      const items = itemsOf(await pending);
      const read = errorOf(
        (async () => {
          for await (const _ of items);
        })(),
      );
      for (const item of one.after) {
        upstream.send(item);
        await settle();
      }
      clock.advance(20_000);
      expect(failureIn(await read)).toMatchObject({ kind: "failed", reason: one.reason });
    }
    expect(signal?.aborted).toBe(true);
    expect([clock.timers, circuit.snapshot().inFlight.total]).toEqual([0, 0]);
  });

  it("E9: errors in the middle of streams are met once each: nothing is sent again, and nothing spins", async () => {
    const { clock, circuit } = setUp({ retries: { attempts: 5 }, detector: consecutive(1_000) });
    let sent = 0;
    for (let call = 1; call <= 200; call++) {
      const outcome = await circuit.stream(async function* () {
        sent++;
        yield TOKEN;
        yield ERROR;
      });
      const read = async (): Promise<void> => {
        for await (const _ of itemsOf(outcome));
      };
      expect(failureIn(await errorOf(read()))).toMatchObject({ kind: "failed", attempts: 1 });
      expect(sent).toBe(call);
    }
    expect(clock.timers).toBe(0);
  });
});

describe("clocks", () => {
  it("C7, D1: only the clock's own module reads a clock or sets a timer", () => {
    const root = fileURLToPath(new URL(".", import.meta.url));
    const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("testing"),
    );
    const readers = sources.filter((file) => {
      const code = readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bset(Timeout|Interval|Immediate)\b/.test(
        code,
      );
    });
    expect(sources.length).toBeGreaterThan(20);
    expect(readers).toEqual(["clock.ts"]);
  });

  it("C7: time is the injected clock's, and nothing else's", () => {
    let now = 0;
    const circuit = new Circuit("x", { clock: { now: () => now }, detector: consecutive(1) });
    fail(circuit, 1);
    now = 1e9;
    expect(circuit.state).toBe("half-open");
  });
});
