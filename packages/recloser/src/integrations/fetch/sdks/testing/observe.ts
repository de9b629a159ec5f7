import { setImmediate as macrotask } from "node:timers/promises";
import { expect, vi } from "vitest";
import type { Failure } from "../../../../outcome/outcome.js";
import { circuitFetch, failureOf } from "../../index.js";
import { watchedCircuit } from "../../testing/upstream.js";
import type { Client, Mode, Setup } from "./client.js";
import type { Fault, Provider } from "./provider.js";

/** What became of one call through a real client. */
export interface Seen {
  /** The answer's text; undefined where the call threw. */
  readonly text: string | undefined;
  /** The name of what the caller caught. */
  readonly caught: string | undefined;
  /** What `failureOf` makes of it. */
  readonly failure: Failure | undefined;
  /** How often the client called `fetch`. */
  readonly calls: number;
  /** How many requests reached the provider. */
  readonly sent: number;
  /** How long the client slept between its calls, in milliseconds. */
  readonly asleepMs: number;
  /** What the circuit heard. */
  readonly said: readonly string[];
  /** Permits that were not given back. */
  readonly inFlight: number;
}

/** What happens to a call. */
export interface Scene {
  readonly onReject?: "respond" | "throw";
  readonly fault?: Fault;
  readonly open?: boolean;
  /** Without a circuit. */
  readonly unguarded?: boolean;
  readonly maxRetries?: number;
  readonly timeoutMs?: number;
  /** Told to `circuitFetch`. */
  readonly clientTimeoutMs?: number;
  /** The caller aborts once the provider has the request, or once tokens flow. */
  readonly abort?: "waiting" | "flowing";
}

/** How long a call has waited, by the circuit's clock, as soon as it is sent. */
const WAITED_MS = 30_000;

/** One call of a real client over loopback, through a `fetch` behind a circuit. */
export async function see(client: Client, mode: Mode, provider: Provider, scene: Scene): Promise<Seen> {
  provider.behave(scene.fault);
  let now = 0;
  const watched = watchedCircuit({ clock: { now: () => now } });
  if (scene.open) watched.circuit.force("open", { forMs: WAITED_MS, reason: "test" });
  const send: typeof fetch = (input, init) => {
    if (scene.timeoutMs !== undefined) now += WAITED_MS;
    return fetch(rebased(input, provider.url), init);
  };
  const told = scene.clientTimeoutMs === undefined ? {} : { clientTimeoutMs: scene.clientTimeoutMs };
  const guarded = circuitFetch(watched.circuit, {
    fetch: send,
    onReject: scene.onReject ?? client.onReject,
    ...told,
  });
  let calls = 0;
  let fetching = 0;
  const controller = new AbortController();
  const setup: Setup = {
    url: provider.url,
    fetch: async (input, init) => {
      calls++;
      fetching++;
      try {
        return await (scene.unguarded ? send(input, init) : guarded(input, init));
      } finally {
        fetching--;
      }
    },
    ...(scene.maxRetries === undefined ? {} : { maxRetries: scene.maxRetries }),
    ...(scene.timeoutMs === undefined ? {} : { timeoutMs: scene.timeoutMs }),
    ...(scene.abort ? { signal: controller.signal } : {}),
  };
  const asked = (): Promise<Result> =>
    client.ask[mode](setup).then(
      (text) => ({ text }),
      (error: unknown) => ({ error }),
    );
  const ending = scene.open ? asleep(asked, () => calls > 0 && fetching === 0) : awake(asked);
  if (scene.abort) {
    await provider.asked();
    if (scene.abort === "flowing") {
      await vi.waitFor(() =>
        expect(watched.circuit.snapshot().inFlight).toMatchObject({ total: 1, waiting: 0 }),
      );
    }
    controller.abort();
  }
  const { result, asleepMs } = await ending;
  if (!scene.open && !scene.unguarded) await watched.settled(1);
  const threw = "error" in result;
  return {
    text: threw ? undefined : result.text,
    caught: threw ? nameOf(result.error) : undefined,
    failure: threw ? failureOf(result.error) : undefined,
    calls,
    sent: provider.sent(),
    asleepMs,
    said: watched.said(),
    inFlight: watched.inFlight(),
  };
}

type Result = { readonly text: string } | { readonly error: unknown };
interface Ending {
  readonly result: Result;
  readonly asleepMs: number;
}

async function awake(asked: () => Promise<Result>): Promise<Ending> {
  return { result: await asked(), asleepMs: 0 };
}

/** Nothing is sent, so a client that has called `fetch` and has its answer sleeps: time is made to pass at once. */
async function asleep(asked: () => Promise<Result>, idle: () => boolean): Promise<Ending> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const chance = vi.spyOn(Math, "random").mockReturnValue(0.5);
  try {
    const began = Date.now();
    let result: Result | undefined;
    const over = asked().then((value) => {
      result = value;
    });
    while (result === undefined) {
      await macrotasks();
      if (result === undefined && idle()) {
        await vi.advanceTimersToNextTimerAsync();
      }
    }
    await over;
    return { result, asleepMs: Date.now() - began };
  } finally {
    chance.mockRestore();
    vi.useRealTimers();
  }
}

/** Enough for any client to do all that it can without time passing. */
async function macrotasks(): Promise<void> {
  for (let i = 0; i < 100; i++) await macrotask();
}

/** Groq's own prefix, which the mock does not know. */
function rebased(input: string | URL | Request, url: string): string | URL | Request {
  return typeof input === "string" ? input.replace(`${url}/openai/v1/`, `${url}/v1/`) : input;
}

/** The name of what was thrown, as a caller would look for it. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const own = error.constructor.name.replace(/^_+|\d+$/g, "");
  return own === "Error" || own === "DOMException" ? error.name : own;
}
