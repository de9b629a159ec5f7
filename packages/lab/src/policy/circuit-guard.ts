import { Circuit, type CircuitOptions } from "recloser";
import type { Decision, Guard, GuardedCall, GuardNeeds } from "./guard.js";

/** The real library, driven through its two-step form. */
export class CircuitGuard implements Guard {
  readonly #circuit: Circuit;
  readonly #bulkhead: number;

  constructor(options: CircuitOptions, { clock, random, watch }: GuardNeeds) {
    const circuit = new Circuit("provider/model", { random, ...options, clock });
    this.#circuit = circuit;
    this.#bulkhead = options.maxConcurrent ?? Infinity;
    circuit.on("transition", ({ to, at, message }) => {
      if (to === "closed") watch.closed(at);
      else if (to === "half-open") watch.probing(at);
      else if (to === "open") watch.opened(at, message);
    });
    circuit.on("limited", ({ limited }) => watch.limited(limited));
  }

  admit(call: GuardedCall, held: number): Decision {
    const admission = this.#circuit.admit(call);
    if (admission.ok) return admission.permit;
    return admission.failure.reason === "saturated" && held >= this.#bulkhead ? "full" : "refused";
  }
}
