import { ConsecutiveBreaker, SamplingBreaker } from "cockatiel";
import { CircuitBreaker } from "effect/persistence";
import type { Guard, GuardNeeds, Policy } from "../guard.js";
import { CockatielGuard } from "./cockatiel.js";
import { EffectGuard } from "./effect.js";
import { OpossumGuard } from "./opossum.js";

function peer(id: string, title: string, make: (needs: GuardNeeds) => Guard): Policy {
  return { id, title, time: "real", make };
}

/** The real packages, driven in virtual time. Options are those of their documentation; all have the bulkhead, too. */
export const PEERS: readonly Policy[] = [
  peer("opossum", "opossum, no timeout", (needs) => new OpossumGuard(false, needs)),
  peer("opossum-10s", "opossum defaults (timeout 10 s)", (needs) => new OpossumGuard(10_000, needs)),
  peer("cockatiel", "cockatiel, 5 in a row", (needs) => {
    return new CockatielGuard(new ConsecutiveBreaker(5), 10_000, needs);
  }),
  peer("cockatiel-sampling", "cockatiel, 20 % of 30 s", (needs) => {
    return new CockatielGuard(new SamplingBreaker({ threshold: 0.2, duration: 30_000 }), 10_000, needs);
  }),
  peer("effect", "Effect, 5 in a row", (needs) => new EffectGuard(CircuitBreaker.consecutive(5), needs)),
  peer("effect-rate", "Effect, half of 20", (needs) => {
    return new EffectGuard(CircuitBreaker.rate({ threshold: 0.5, size: 20 }), needs);
  }),
];
