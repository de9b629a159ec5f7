// @ts-nocheck
import type { Circuit } from "./circuit.js";

/** The models of one provider together. */
export interface ProviderView {
  /** What stands before the first `/` of its circuits' names. */
  readonly provider: string;
  /** Its models that were called within the last ten minutes, or are not closed. */
  readonly models: number;
  /** Those of them that are open or half-open. */
  readonly open: readonly string[];
  /** True when at least two of its models, and more than half of them, are open: it looks like the provider. */
  readonly down: boolean;
  /** The same in a sentence. */
  readonly message: string;
}

/** One model that fails is that model's trouble. */
const FEWEST_OPEN = 2;

/** Groups circuits by provider, and says when most of one's models are open. It reports; it opens nothing. */
export class Providers {
  readonly #circuits = new Map<string, Set<Circuit>>();
  readonly #down = new Set<string>();

  add(circuit: Circuit): void {
    const provider = providerOf(circuit.name);
    if (provider === undefined) return;
    const circuits = this.#circuits.get(provider);
    if (circuits === undefined) this.#circuits.set(provider, new Set([circuit]));
    else circuits.add(circuit);
  }

  remove(circuit: Circuit): void {
    const provider = providerOf(circuit.name);
    if (provider === undefined) return;
    const circuits = this.#circuits.get(provider);
    circuits?.delete(circuit);
    if (circuits?.size !== 0) return;
    this.#circuits.delete(provider);
    this.#down.delete(provider);
  }

  /** The circuit `name` has changed its state. Gives its provider's view when that has come up or gone down by it. */
  changed(name: string): ProviderView | undefined {
    const provider = providerOf(name);
    if (provider === undefined) return undefined;
    const view = this.view(provider);
    if (view.down === this.#down.has(provider)) return undefined;
    if (view.down) this.#down.add(provider);
    else this.#down.delete(provider);
    return view;
  }

  view(provider: string): ProviderView {
    const open: string[] = [];
    let models = 0;
    for (const circuit of this.#circuits.get(provider) ?? []) {
      const { name, state } = circuit;
      const failing = state === "open" || state === "half-open";
      if (failing) open.push(name);
      if (failing || circuit.active) models++;
    }
    const down = open.length >= FEWEST_OPEN && open.length > models / 2;
    const message = `${open.length} of ${models} models of ${provider} are open${down ? ": this looks like the provider, not one model" : ""}`;
    return { provider, models, open, down, message };
  }

  views(): readonly ProviderView[] {
    return [...this.#circuits.keys()].map((provider) => this.view(provider));
  }
}

function providerOf(name: string): string | undefined {
  const slash = name.indexOf("/");
  return slash > 0 ? name.slice(0, slash) : undefined;
}
