import { draw, type Random } from "./random.js";
import type { Behaviour, Fault, Lognormal } from "./types.js";

/** The base behaviours. `realistic` follows published measurements of healthy providers and conversation traces. */
export const profiles = {
  quick: { firstTokenMs: 0, perTokenMs: 0, tokens: 16 },
  realistic: {
    firstTokenMs: { median: 800, sigma: 0.45, tail: { share: 0.02, times: [3, 8] } },
    perTokenMs: 20,
    tokens: { median: 150, sigma: 0.95 },
  },
} as const satisfies Record<string, Behaviour>;

const longestAnswer = 4096;
const defaultAfterTokens = 3;
const defaultRetryAfterMs = 2_000;

/** A behaviour with nothing left open. */
export interface FullBehaviour {
  readonly firstTokenMs: number | Lognormal;
  readonly perTokenMs: number;
  readonly tokens: number | Lognormal;
  readonly slow: { readonly firstToken: number; readonly perToken: number };
  readonly capacity: number;
  readonly faults: readonly Fault[];
  readonly keepAliveMs: number | undefined;
  readonly rateLimit: Behaviour["rateLimit"];
}

/** Later layers win, field by field. */
export function fill(profile: "quick" | "realistic", ...layers: (Behaviour | undefined)[]): FullBehaviour {
  const merged: Behaviour = {};
  for (const layer of layers) {
    if (layer === undefined) continue;
    for (const [key, value] of Object.entries(layer)) {
      if (value !== undefined) Object.assign(merged, { [key]: value });
    }
  }
  const base = profiles[merged.profile ?? profile];
  return {
    firstTokenMs: merged.firstTokenMs ?? (base.firstTokenMs as number | Lognormal),
    perTokenMs: merged.perTokenMs ?? base.perTokenMs,
    tokens: merged.tokens ?? base.tokens,
    slow: { firstToken: merged.slow?.firstToken ?? 1, perToken: merged.slow?.perToken ?? 1 },
    capacity: merged.capacity ?? Number.POSITIVE_INFINITY,
    faults: merged.faults ?? [],
    keepAliveMs: merged.keepAliveMs,
    rateLimit: merged.rateLimit,
  };
}

/** What will happen to one call. All times are script time. */
export interface Plan {
  readonly fault: Fault | undefined;
  readonly firstTokenMs: number;
  readonly perTokenMs: number;
  readonly tokens: number;
  /** The request's own token limit cut the answer. */
  readonly capped: boolean;
}

export interface Asked {
  readonly model: string;
  readonly maxTokens: number | undefined;
}

/** Decides one call. The draws are always the same in number and order, so a changed field changes only itself. */
export function decide(
  behaviour: FullBehaviour,
  asked: Asked,
  forced: Fault | undefined,
  random: Random,
): Plan {
  const faultDraw = random();
  const firstToken = draw(behaviour.firstTokenMs, random) * behaviour.slow.firstToken;
  const length = Math.round(draw(behaviour.tokens, random));
  const fault = forced ?? pick(behaviour.faults, asked.model, faultDraw);
  const wanted = Math.max(1, Math.min(longestAnswer, length), tokensBefore(fault) + 1);
  // A fault in the middle of an answer must happen, so the request's limit does not shorten that one.
  const tokens = tokensBefore(fault) > 0 ? wanted : Math.min(wanted, asked.maxTokens ?? wanted);
  const slowStart = fault?.kind === "slow-first-token";
  return {
    fault,
    firstTokenMs: slowStart ? firstToken * (fault.times ?? 10) + (fault.afterMs ?? 0) : firstToken,
    perTokenMs: behaviour.perTokenMs * behaviour.slow.perToken,
    tokens,
    capped: tokens < wanted,
  };
}

function pick(faults: readonly Fault[], model: string, at: number): Fault | undefined {
  let sum = 0;
  for (const fault of faults) {
    if (!matches(fault.model, model)) continue;
    sum += fault.share ?? 1;
    if (at < sum) return fault;
  }
  return undefined;
}

function matches(pattern: string | undefined, model: string): boolean {
  if (pattern === undefined) return true;
  return pattern.endsWith("*") ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

/** Tokens sent before a fault that shows in the middle of an answer; 0 for every other. */
export function tokensBefore(fault: Fault | undefined): number {
  switch (fault?.kind) {
    case "cut":
    case "stall":
    case "stream-error":
      return fault.afterTokens ?? defaultAfterTokens;
    case "reset":
      return fault.afterTokens ?? 0;
    default:
      return 0;
  }
}

/** The Retry-After an error answer carries, in script milliseconds. */
export function retryAfterOf(fault: Fault): number | undefined {
  if (fault.kind === "throttled-bare") return undefined;
  return fault.retryAfterMs ?? (fault.kind === "throttled" ? defaultRetryAfterMs : undefined);
}
