import type { RawConfig } from "../config/schema.js";

/** Where a call may go. */
export interface Target {
  readonly provider: string;
  /** Asked for in the place of the caller's; undefined: the caller's own. */
  readonly model: string | undefined;
}

export type Delivery = RawConfig["routes"][number]["delivery"];

/** What may become of a call besides being sent once. */
export interface Plan {
  readonly fallbacks: readonly Target[];
  /** For a call that is longer than its model's context. */
  readonly larger: Target | undefined;
  readonly firstTokenTimeoutMs: number | undefined;
  readonly attemptTimeoutMs: number | undefined;
  readonly delivery: Delivery;
}

const NOTHING_ELSE: Plan = {
  fallbacks: [],
  larger: undefined,
  firstTokenTimeoutMs: undefined,
  attemptTimeoutMs: undefined,
  delivery: "stream",
};

type RawRoute = RawConfig["routes"][number];

/** The plan for a call of a provider and model; the first route that fits. A call that names no model has none. */
export function planFor(routes: readonly RawRoute[], provider: string, model: string | undefined): Plan {
  if (model === undefined) return NOTHING_ELSE;
  const route = routes.find(
    (one) => (one.provider === undefined || one.provider === provider) && fits(one.model, model),
  );
  if (route === undefined) return NOTHING_ELSE;
  const { fallbacks, onContextLength, firstTokenTimeoutMs, attemptTimeoutMs, delivery } = route;
  const target = (raw: RawRoute["fallbacks"][number]): Target => ({
    provider: raw.provider ?? provider,
    model: raw.model,
  });
  return {
    fallbacks: fallbacks.map(target).filter((one) => !isOwn(one, provider, model)),
    larger: onContextLength === undefined ? undefined : target(onContextLength),
    firstTokenTimeoutMs,
    attemptTimeoutMs,
    delivery,
  };
}

function isOwn(target: Target, provider: string, model: string): boolean {
  return target.provider === provider && (target.model === undefined || target.model === model);
}

function fits(pattern: string, model: string): boolean {
  return pattern.endsWith("*") ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}
