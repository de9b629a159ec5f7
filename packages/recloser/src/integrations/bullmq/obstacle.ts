import type { Circuit } from "../../circuit.js";
import { rejection } from "../../outcome/failure.js";
import type { Rejected } from "../../outcome/outcome.js";

/** What a guard knows of its worker when a job arrives. */
export interface Room {
  readonly slots: number;
  readonly running: number;
  /** Whether a job has started on trial in this half-open circuit and has not ended yet. */
  readonly onTrial: boolean;
  /** Whether it was never sent back. */
  readonly newcomer: boolean;
  /** Jobs that go before it and are due; `enough` ends the count. */
  readonly dueBefore: (enough: number) => number;
}

/** Why a job should not start now; undefined when it may. Takes no permit that the job's own call would lack. */
export function obstacle(circuit: Circuit, room: Room): Rejected | undefined {
  return shut(circuit, room) ?? crowded(circuit, room);
}

function shut(circuit: Circuit, { onTrial }: Room): Rejected | undefined {
  const { state } = circuit;
  if (state === "closed" || state === "forced-closed") return undefined;
  if (circuit.snapshot().mode === "observe") return undefined;
  if (state === "half-open") {
    if (!onTrial) return undefined;
    const message = `${circuit.name} is half-open and another job tries it. Nothing was sent.`;
    return rejection("probing", message, circuit.name, state, circuit.policy.coolDown.initialMs);
  }
  const admission = circuit.admit();
  if (!admission.ok) return admission.failure;
  // It has become half-open in between: the permit goes back unused, for the job's own call.
  admission.permit.settle({ verdict: "neutral", reason: "cancelled" });
  return undefined;
}

function crowded(circuit: Circuit, { slots, running, newcomer, dueBefore }: Room): Rejected | undefined {
  const free = slots - running;
  if (free <= 0) {
    const jobs = slots === 1 ? "1 job holds its share" : `${slots} jobs hold their share`;
    return full(circuit, `${jobs} of this worker, the most that slots allows`);
  }
  // Only newcomers give way: with several workers, one that was sent back may be older than it looks from here.
  if (newcomer && dueBefore(free) >= free) return full(circuit, "older jobs that were sent back go first");
  return undefined;
}

function full({ name, state }: Circuit, why: string): Rejected {
  return rejection("saturated", `${name}: ${why}. Nothing was sent.`, name, state, 0);
}
