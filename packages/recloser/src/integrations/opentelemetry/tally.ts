import type { Attributes } from "@opentelemetry/api";
import type { StateName } from "../../outcome/outcome.js";
import type { Verdict } from "../../outcome/verdict.js";

/** A sum and the attributes under which it is exported, made once. */
export interface Count {
  readonly attributes: Attributes;
  value: number;
}

/** A sum of calls, and what their GenAI histograms carry. */
interface CallCount extends Count {
  readonly genAi: Attributes;
}

/** What has happened at the circuit of one name, in plain integers. It outlives the circuit, so that no counter goes back. */
export class Tally {
  readonly attributes: Attributes;
  readonly calls: Map<string, CallCount> = new Map();
  readonly rejections: Map<string, Count> = new Map();
  readonly observed: Map<string, Count> = new Map();
  readonly transitions: Map<string, Count> = new Map();
  readonly openings: Count;
  /** Settled and rejected calls. */
  total = 0;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
    this.openings = { attributes, value: 0 };
  }

  /** Counts a settled call, and gives the attributes for its histograms. */
  settled(verdict: Verdict): Attributes {
    const reason = verdict.verdict === "success" ? "" : verdict.reason;
    let count = this.calls.get(reason);
    if (count === undefined) {
      const failed = reason !== "";
      const attributes = {
        ...this.attributes,
        "recloser.verdict": verdict.verdict,
        ...(failed && { "recloser.reason": reason }),
      };
      const genAi = failed ? { ...this.attributes, "error.type": reason } : this.attributes;
      count = { attributes, genAi, value: 0 };
      this.calls.set(reason, count);
    }
    count.value++;
    this.total++;
    return count.genAi;
  }

  rejected(reason: string, observed: boolean): void {
    this.#add(observed ? this.observed : this.rejections, reason, () => ({ "recloser.reason": reason }));
    this.total++;
  }

  changed(from: StateName, to: StateName): void {
    this.#add(this.transitions, `${from} ${to}`, () => ({ "recloser.from": from, "recloser.to": to }));
    if (to === "open") this.openings.value++;
  }

  #add(counts: Map<string, Count>, key: string, more: () => Attributes): void {
    let count = counts.get(key);
    if (count === undefined) {
      count = { attributes: { ...this.attributes, ...more() }, value: 0 };
      counts.set(key, count);
    }
    count.value++;
  }
}
