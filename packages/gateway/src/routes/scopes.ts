import {
  type Admission,
  type AdmitOptions,
  type Circuit,
  type Circuits,
  type Permit,
  type Rejected,
  retryBudgetOf,
  type Verdict,
} from "recloser";
import { hashOf } from "./credentials.js";
import { credentialName, healthName } from "./names.js";

export interface ScopedCall extends Pick<AdmitOptions, "streaming" | "fallback" | "onAbort"> {
  readonly provider: string;
  readonly model: string | undefined;
  /** Whose call it is, as `credentialOf` says; undefined where nobody knows, and what it meets is the model's. Rarely asked. */
  readonly credential: () => string | undefined;
}

/** The right to make one call, of every circuit that it passes. To be settled once; what comes after that is ignored. */
export interface Pass {
  /** The model's own circuit. */
  readonly circuit: Circuit;
  readonly admittedAt: number;
  /** A token arrived. */
  progress(): void;
  /** The answer has begun well: its account is neither throttled nor empty. */
  begun(): void;
  settle(verdict: Verdict): void;
}

export type ScopedAdmission =
  | { readonly ok: true; readonly pass: Pass }
  | { readonly ok: false; readonly failure: Rejected };

export interface ScopeOptions {
  /** Throttling and quota count for each credential apart. */
  readonly apart: boolean;
  readonly hashKey?: string | undefined;
}

/**
 * The circuits that a call passes: its model's, for health, and, where its account has had trouble, that of the model and
 * the credential, for throttling and quota. The latter is made when the provider first says no to the account, so that
 * callers' keys alone, good or invented, make none.
 */
export class Scopes {
  readonly #circuits: Circuits;
  readonly #options: ScopeOptions;
  readonly #most: number;
  /** Names of the circuits of credentials that have had trouble, longest ago first. */
  readonly #troubled = new Set<string>();

  /** @param most names that are remembered; the registry bounds the circuits themselves. */
  constructor(circuits: Circuits, options: ScopeOptions, most: number) {
    this.#circuits = circuits;
    this.#options = options;
    this.#most = most;
  }

  /** Takes up what an earlier process, or an earlier configuration, knew of credentials. */
  remember(names: Iterable<string>): void {
    for (const name of names) this.#note(name);
  }

  /** Asks every circuit that the call passes; where one says no, the others are as if they had not been asked. */
  admit(call: ScopedCall): ScopedAdmission {
    const name = healthName(call.provider, call.model);
    const own = this.#admitAccount(name, call.credential);
    if (own?.ok === false) return own;
    const circuit = this.#circuits.get(name);
    const { streaming = false, fallback = false, onAbort } = call;
    const admission = circuit.admit({ streaming, fallback, ...(onAbort === undefined ? {} : { onAbort }) });
    if (!admission.ok) {
      own?.permit.settle({ verdict: "neutral", reason: "cancelled" });
      return admission;
    }
    return { ok: true, pass: this.#pass(circuit, admission.permit, own?.permit, call.credential) };
  }

  /** Undefined while there is nothing against the account. */
  #admitAccount(health: string, credential: ScopedCall["credential"]): Admission | undefined {
    if (this.#troubled.size === 0) return undefined;
    const account = this.#accountOf(health, credential);
    return account !== undefined && this.#troubled.has(account)
      ? this.#circuits.get(account).admit()
      : undefined;
  }

  #pass(
    circuit: Circuit,
    health: Permit,
    own: Permit | undefined,
    credential: ScopedCall["credential"],
  ): Pass {
    return {
      circuit,
      admittedAt: health.admittedAt,
      progress: () => health.progress(),
      begun: () => own?.progress(),
      settle: (verdict) => {
        const account = isOfAccount(verdict) ? this.#accountOf(circuit.name, credential) : undefined;
        if (account === undefined || !isOfAccount(verdict)) {
          const counted = health.settle(verdict);
          if (counted && verdict.verdict === "success") earnRetries(circuit);
          own?.settle(verdict.verdict === "success" ? verdict : { verdict: "neutral", reason: "cancelled" });
          return;
        }
        const { detail } = verdict;
        health.settle({ verdict: "neutral", reason: "account", ...(detail === undefined ? {} : { detail }) });
        if (own === undefined) this.#firstTrouble(account, verdict);
        else own.settle(verdict);
      },
    };
  }

  /** The account was fine when the call was admitted. */
  #firstTrouble(account: string, verdict: Verdict): void {
    this.#note(account);
    const circuit = this.#circuits.get(account);
    // Where it has opened meanwhile, this late news says nothing more.
    if (circuit.state !== "closed") return;
    const admission = circuit.admit();
    if (admission.ok) admission.permit.settle(verdict);
  }

  #accountOf(health: string, credential: ScopedCall["credential"]): string | undefined {
    const { apart, hashKey } = this.#options;
    const said = apart ? credential() : undefined;
    return said === undefined ? undefined : credentialName(health, hashOf(said, hashKey));
  }

  #note(name: string): void {
    this.#troubled.delete(name);
    this.#troubled.add(name);
    for (const oldest of this.#troubled) {
      if (this.#troubled.size <= this.#most) return;
      this.#troubled.delete(oldest);
    }
  }
}

function earnRetries(circuit: Circuit): void {
  retryBudgetOf(circuit)?.earn(circuit.policy.clock.now());
}

function isOfAccount(verdict: Verdict): verdict is Extract<Verdict, { verdict: "failure" }> {
  return verdict.verdict === "failure" && (verdict.reason === "throttled" || verdict.reason === "quota");
}
