import type { Circuit } from "./circuit.js";
import type { StateName } from "./outcome/outcome.js";

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

interface Group {
  readonly circuits: Set<Circuit>;
  readonly open: Set<string>;
  /** Models in use when they were last counted, and how many were open then. */
  models: number;
  openThen: number;
  down: boolean;
}

/** Groups circuits by provider, and says when most of one's models are open. It reports; it opens nothing. */
export class Providers {
  readonly #groups = new Map<string, Group>();

  add(circuit: Circuit): void {
    const provider = providerOf(circuit.name);
    if (provider === undefined) return;
    const group = this.#groups.get(provider);
    if (group !== undefined) group.circuits.add(circuit);
    else {
      const circuits = new Set([circuit]);
      this.#groups.set(provider, { circuits, open: new Set(), models: 0, openThen: 0, down: false });
    }
  }

  remove(circuit: Circuit): void {
    const provider = providerOf(circuit.name);
    const group = provider === undefined ? undefined : this.#groups.get(provider);
    if (provider === undefined || group === undefined) return;
    group.circuits.delete(circuit);
    group.open.delete(circuit.name);
    if (group.circuits.size === 0) this.#groups.delete(provider);
  }

  /** The circuit `name` is now in state `to`. Gives its provider's view when that has come up or gone down by it. */
  changed(name: string, to: StateName): ProviderView | undefined {
    const provider = providerOf(name);
    const group = provider === undefined ? undefined : this.#groups.get(provider);
    if (provider === undefined || group === undefined) return undefined;
    if (to === "open" || to === "half-open") group.open.add(name);
    else group.open.delete(name);
    const open = group.open.size;
    // Counting all of them at each change would cost the square of a fleet: again when the number has doubled or halved.
    if (open >= FEWEST_OPEN && (open >= 2 * group.openThen || 2 * open <= group.openThen)) count(group);
    if (isDown(group) === group.down) return undefined;
    // Near the line it has to be exact.
    count(group);
    const down = isDown(group);
    if (down === group.down) return undefined;
    group.down = down;
    return viewOf(provider, group);
  }

  views(): readonly ProviderView[] {
    return [...this.#groups].map(([provider, group]) => {
      count(group);
      return viewOf(provider, group);
    });
  }
}

function count(group: Group): void {
  group.models = 0;
  for (const circuit of group.circuits) if (circuit.active || group.open.has(circuit.name)) group.models++;
  group.openThen = group.open.size;
}

function isDown({ open, models }: Group): boolean {
  return open.size >= FEWEST_OPEN && open.size > models / 2;
}

function viewOf(provider: string, group: Group): ProviderView {
  const { open, models } = group;
  const down = isDown(group);
  const looks = down ? ": this looks like the provider, not one model" : "";
  const message = `${open.size} of ${models} models of ${provider} are open${looks}`;
  return { provider, models, open: [...open], down, message };
}

/** One account's share of a model (`openai/gpt-5#k-3f2a`) is no model of its own. */
const ACCOUNT = "#k-";

function providerOf(name: string): string | undefined {
  if (name.includes(ACCOUNT)) return undefined;
  const slash = name.indexOf("/");
  return slash > 0 ? name.slice(0, slash) : undefined;
}
