import { some, span } from "@recloser/dashboard";
import type { StateName } from "recloser";
import type { GatewayEvent } from "../admin/events.js";
import { redactedText } from "../redact.js";
import type { Notification } from "./notification.js";

type Transition = Extract<GatewayEvent, { readonly type: "transition" }>;

/** How a circuit stands, all workers together. */
export interface Standing {
  /** In some worker it is not closed. */
  readonly isTroubled: boolean;
  /** Calls rejected so far. */
  readonly rejected: number;
}

interface Trouble {
  readonly since: number;
  /** What people were told last. */
  told: StateName;
  /** How often it left closed, by worker: workers open on their own, so a sum would say nothing. */
  readonly openings: Map<number, number>;
  /** Since when it is closed everywhere, if it is. */
  closedSince: number | undefined;
  rejectedBefore: number | undefined;
}

/**
 * What is worth telling, of all that happens to circuits. A trouble begins when the first worker opens a circuit or an
 * operator forces it, and ends when it has been closed in every worker for a while; between, people are told only of what
 * an operator does, so that neither flapping, nor probes, nor many workers tell the same twice.
 */
export class Troubles {
  readonly #settleMs: number;
  readonly #troubles = new Map<string, Trouble>();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  get size(): number {
    return this.#troubles.size;
  }

  /** A worker's circuit has changed its state. */
  heard({ circuit, from, to, message, worker = 0, at: time }: Transition): Notification | undefined {
    if (to === "closed" || to === "half-open") return undefined;
    const at = Date.parse(time);
    const known = this.#troubles.get(circuit);
    const trouble = known ?? this.#begin(circuit, to, at);
    trouble.closedSince = undefined;
    if (to === "open" && from === "closed")
      trouble.openings.set(worker, (trouble.openings.get(worker) ?? 0) + 1);
    if (known !== undefined && trouble.told === to) return undefined;
    trouble.told = to;
    const sentence = `${circuit} is ${to}: ${redactedText(message)}`;
    const kind = to === "open" ? "opened" : "forced";
    return { kind, at, circuit, state: to, sentence, since: trouble.since };
  }

  /** Adopts what was in trouble before anybody listened. People were told of it then. */
  adopt(circuit: string, at: number): void {
    if (!this.#troubles.has(circuit)) this.#begin(circuit, "open", at);
  }

  /** How circuits stand now; one that is not there any more is over. Returns what is to be told. */
  looked(standings: ReadonlyMap<string, Standing>, at: number): readonly Notification[] {
    const told: Notification[] = [];
    for (const [circuit, trouble] of this.#troubles) {
      const standing = standings.get(circuit);
      trouble.rejectedBefore ??= standing?.rejected;
      if (standing?.isTroubled === true) {
        trouble.closedSince = undefined;
        continue;
      }
      trouble.closedSince ??= at;
      if (at - trouble.closedSince < this.#settleMs) continue;
      this.#troubles.delete(circuit);
      const rejected = Math.max(0, (standing?.rejected ?? 0) - (trouble.rejectedBefore ?? 0));
      const sentence = `${circuit} ${ending(trouble, trouble.closedSince, rejected)}`;
      told.push({ kind: "closed", at, circuit, state: "closed", sentence, since: trouble.since });
    }
    return told;
  }

  #begin(circuit: string, told: StateName, since: number): Trouble {
    const trouble: Trouble = {
      since,
      told,
      openings: new Map(),
      closedSince: undefined,
      rejectedBefore: undefined,
    };
    this.#troubles.set(circuit, trouble);
    return trouble;
  }
}

function ending({ since, openings }: Trouble, closedSince: number, rejected: number): string {
  const times = Math.max(0, ...openings.values());
  const flapped = times > 1 ? ` It had opened ${some(times, "time")}.` : "";
  const spared = rejected > 0 ? ` ${some(rejected, "call")} rejected meanwhile.` : "";
  return `is closed again, after ${span(closedSince - since)}.${flapped}${spared}`;
}
