import type { Config } from "../config/load.js";

export interface MeaningOfProvider {
  readonly name: string;
  /** What callers use as base URL. */
  readonly from: string;
  readonly to: string;
  /** Whose key the provider is sent. */
  readonly key: "callers" | "own" | "none";
}

interface MeaningOfTarget {
  /** `*`: the one that was called. */
  readonly provider: string;
  /** `*`: the one that was asked for. */
  readonly model: string;
}

export interface MeaningOfRoute {
  readonly provider: string | undefined;
  readonly model: string;
  readonly fallbacks: readonly MeaningOfTarget[];
  readonly onContextLength: MeaningOfTarget | undefined;
  readonly firstTokenTimeoutMs: number | undefined;
  readonly attemptTimeoutMs: number | undefined;
  readonly delivery: "stream" | "complete";
  /** The number, from 1, of an earlier route that takes all of its calls. */
  readonly hiddenBy: number | undefined;
}

/** What a configuration makes of calls. There are no secrets in it. */
export interface Meaning {
  readonly callers: string;
  readonly operators: string;
  readonly workers: number;
  readonly providers: readonly MeaningOfProvider[];
  readonly routes: readonly MeaningOfRoute[];
  readonly retries: Config["retries"];
  readonly notifications: readonly MeaningOfWebhook[];
  readonly limits: Config["limits"] & { readonly maxConcurrent: number | undefined };
}

/** Only the origin: the path of some webhooks is a secret. */
interface MeaningOfWebhook {
  readonly to: string;
  readonly on: Config["notifications"]["webhooks"][number]["on"];
  readonly format: "standard" | "slack";
  readonly signed: boolean;
}

type RawRoute = Config["routes"][number];

export function meaningOf(config: Config): Meaning {
  const { listen, admin, workers, retries, limits, circuit } = config;
  return {
    callers: address(listen),
    operators: address(admin),
    workers,
    providers: config.providers.map(({ name, prefix, origin, basePath, apiKey, auth }) => ({
      name,
      from: address(listen) + prefix,
      to: origin + basePath,
      key: auth === "none" ? "none" : apiKey === undefined ? "callers" : "own",
    })),
    routes: config.routes.map((route, index) => routeMeaning(route, config.routes.slice(0, index))),
    retries,
    notifications: config.notifications.webhooks.map(({ url, on, format, secret }) => ({
      to: new URL(url).origin,
      on,
      format,
      signed: secret !== undefined,
    })),
    limits: { ...limits, maxConcurrent: circuit.maxConcurrent },
  };
}

function routeMeaning(route: RawRoute, before: readonly RawRoute[]): MeaningOfRoute {
  const { provider, model, fallbacks, onContextLength } = route;
  const hider = before.findIndex((earlier) => takesAllOf(earlier, route));
  const target = (to: RawRoute["fallbacks"][number]): MeaningOfTarget => ({
    provider: to.provider ?? provider ?? "*",
    model: to.model ?? "*",
  });
  return {
    provider,
    model,
    fallbacks: fallbacks.map(target),
    onContextLength: onContextLength === undefined ? undefined : target(onContextLength),
    firstTokenTimeoutMs: route.firstTokenTimeoutMs,
    attemptTimeoutMs: route.attemptTimeoutMs,
    delivery: route.delivery,
    hiddenBy: hider === -1 ? undefined : hider + 1,
  };
}

function takesAllOf(earlier: RawRoute, later: RawRoute): boolean {
  if (earlier.provider !== undefined && earlier.provider !== later.provider) return false;
  return earlier.model.endsWith("*")
    ? later.model.startsWith(earlier.model.slice(0, -1))
    : later.model === earlier.model;
}

function address({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}`;
}
