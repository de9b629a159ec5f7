// @ts-nocheck
import type { Circuit } from "../circuit.js";
import type { Verdict } from "../outcome/verdict.js";
import type { AdmitOptions } from "../permit.js";
import type { FakeClock } from "./fake-clock.js";
import { OK } from "./verdicts.js";

/** What a pretended dependency does with one call. */
export interface Answer {
  /** To the first token; for a unary call, to the whole answer. */
  readonly waitMs: number;
  /** Default: success. */
  readonly verdict?: Verdict;
  /** Tokens of the answer and the time that each takes, after the first. Default: none is reported, and it ends at once. */
  readonly tokens?: number;
  readonly perTokenMs?: number;
}

/** Sends one call, which ends by itself as the clock moves. Says whether it was admitted. */
export function send(
  circuit: Circuit,
  clock: FakeClock,
  answer: Answer,
  options: AdmitOptions = {},
): boolean {
  const admission = circuit.admit(options);
  if (!admission.ok) return false;
  const { permit } = admission;
  const { waitMs, verdict = OK, tokens = 0, perTokenMs = 0 } = answer;
  if (!options.streaming || verdict.verdict !== "success") {
    clock.schedule(waitMs + tokens * perTokenMs, () =>
      permit.settle(
        verdict.verdict === "success" && tokens > 0 ? { ...verdict, outputTokens: tokens } : verdict,
      ),
    );
    return true;
  }
  clock.schedule(waitMs, () => {
    permit.progress();
    for (let n = 1; n < tokens; n++) clock.schedule(n * perTokenMs, () => permit.progress());
    clock.schedule(Math.max(0, tokens - 1) * perTokenMs, () => permit.settle(verdict));
  });
  return true;
}

/** Draws from a bell curve around 0 with a deviation of 1. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A healthy wait with a heavy tail: about 0.8 s, one in fifty 3 to 8 times that. */
export function healthyWaitMs(random: () => number): number {
  return 800 * Math.exp(0.45 * normal(random)) * (random() < 0.02 ? 3 + 5 * random() : 1);
}

/** Calls at random moments for `forMs`; `each` sends one. */
export function poisson(
  clock: FakeClock,
  random: () => number,
  perSecond: number,
  forMs: number,
  each: () => void,
): void {
  const end = clock.now() + forMs;
  for (;;) {
    const gapMs = (-Math.log(1 - random()) * 1_000) / perSecond;
    if (clock.now() + gapMs >= end) {
      clock.advance(end - clock.now());
      return;
    }
    clock.advance(gapMs);
    each();
  }
}

/** So far apart, a hundred calls take the two minutes that a baseline takes to be learned. */
const APART_MS = 1_250;

/** One call after another, each of which ends before the next: what a baseline is learned from. */
export function teach(
  circuit: Circuit,
  clock: FakeClock,
  calls: number,
  answer: Answer | ((n: number) => Answer),
  options: AdmitOptions = {},
): void {
  for (let n = 0; n < calls; n++) {
    const one = typeof answer === "function" ? answer(n) : answer;
    send(circuit, clock, one, options);
    clock.advance(Math.max(APART_MS, one.waitMs + (one.tokens ?? 0) * (one.perTokenMs ?? 0)));
  }
}
