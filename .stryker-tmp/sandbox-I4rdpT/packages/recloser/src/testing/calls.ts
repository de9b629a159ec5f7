// @ts-nocheck
import { Circuit } from "../circuit.js";
import { consecutive } from "../detect/consecutive.js";
import type { WindowView } from "../evidence/window.js";
import type { CircuitOptions } from "../options.js";
import { CircuitError } from "../outcome/circuit-error.js";
import type { Failure, Outcome } from "../outcome/outcome.js";
import { type FakeClock, fakeClock } from "./fake-clock.js";

/** A call that never ends, whatever its signal says. */
export const hang = (): Promise<never> => new Promise(() => {});

/** A circuit with a fake clock that opens after five failures in a row, and whose stall deadline is far away. */
export function setUp(options: CircuitOptions = {}): {
  readonly clock: FakeClock;
  readonly circuit: Circuit;
  readonly window: () => WindowView;
} {
  const clock = fakeClock();
  const circuit = new Circuit("openai/gpt-5", {
    clock,
    random: () => 0.5,
    detector: consecutive(5),
    stallDeadlineMs: { unary: 3_600_000, streaming: 3_600_000 },
    ...options,
  });
  return { clock, circuit, window: () => circuit.snapshot().window };
}

export function failureOf(outcome: Outcome<unknown>): Failure {
  if (outcome.ok) throw new Error("it was answered");
  return outcome.failure;
}

/** The failure that an error carries. */
export function failureIn(error: unknown): Failure {
  const found = CircuitError.find(error);
  if (found === undefined) throw new Error("no CircuitError", { cause: error });
  return found.failure;
}

export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** What an HTTP client throws for an answer of `status`. */
export const http = (status: number, more: object = {}): Error =>
  Object.assign(new Error(`${status}`), { status, ...more });
