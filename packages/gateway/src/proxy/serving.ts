import { isDeepStrictEqual } from "node:util";
import type { Circuits } from "recloser";
import type { Config } from "../config/load.js";
import { isCredentialCircuit } from "../routes/names.js";
import { Scopes } from "../routes/scopes.js";
import { HeldBudget } from "./held.js";
import { Upstream } from "./upstream.js";

/**
 * What requests are served with. A reload brings another; a request keeps the one that it began with, to its end.
 */
export class Serving {
  readonly config: Config;
  readonly circuits: Circuits;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly scopes: Scopes;
  readonly heldBudget: HeldBudget;
  #users = 0;
  #successor: Serving | undefined;

  /** Connections to providers that have not changed are taken over from `before`. */
  constructor(config: Config, circuits: Circuits, before?: Serving) {
    this.config = config;
    this.circuits = circuits;
    const { maxCircuits, maxHeldTotalBytes } = config.limits;
    this.scopes = new Scopes(circuits, config.credentials, maxCircuits);
    this.scopes.remember([...circuits].map(({ name }) => name).filter(isCredentialCircuit));
    this.heldBudget = new HeldBudget(maxHeldTotalBytes);
    this.upstreams = new Map(
      config.providers.map((provider) => {
        const old = before?.upstreams.get(provider.name);
        const same = old !== undefined && isDeepStrictEqual(old.provider, provider);
        return [provider.name, same ? old : new Upstream(provider)];
      }),
    );
  }

  /** A request begins, and needs what is here until it leaves. */
  enter(): void {
    this.#users++;
  }

  leave(): void {
    this.#users--;
    this.#closeIfUnused();
  }

  replacedBy(successor: Serving): void {
    this.#successor = successor;
    this.#closeIfUnused();
  }

  /** Breaks what is still open. */
  async destroy(): Promise<void> {
    await Promise.all([...this.upstreams.values()].map((upstream) => upstream.destroy()));
  }

  #closeIfUnused(): void {
    const successor = this.#successor;
    if (successor === undefined || this.#users > 0) return;
    for (const [name, upstream] of this.upstreams) {
      if (successor.upstreams.get(name) !== upstream) void upstream.destroy();
    }
  }
}
