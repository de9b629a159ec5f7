// @ts-nocheck
import type { Circuit } from "../circuit.js";
import type { FailureVerdict, NeutralVerdict, SuccessVerdict } from "../outcome/verdict.js";
import type { AdmitOptions, Permit } from "../permit.js";

export const OK: SuccessVerdict = { verdict: "success" };
export const FAILED: FailureVerdict = { verdict: "failure", reason: "server-error" };
export const NEUTRAL: NeutralVerdict = { verdict: "neutral", reason: "cancelled" };

/** Uniform in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A permit, where the test is sure to get one. */
export function permitOf(circuit: Circuit, options?: AdmitOptions): Permit {
  const admission = circuit.admit(options);
  if (!admission.ok) throw new Error(`not admitted: ${admission.failure.message}`);
  return admission.permit;
}

export function fail(circuit: Circuit, times = 1, verdict: FailureVerdict = FAILED): void {
  for (let i = 0; i < times; i++) permitOf(circuit).settle(verdict);
}

export function succeed(circuit: Circuit, times = 1): void {
  for (let i = 0; i < times; i++) permitOf(circuit).settle(OK);
}
