import { type Config, loadConfig } from "../config/load.js";
import { type Meaning, type MeaningOfProvider, type MeaningOfRoute, meaningOf } from "./meaning.js";

/**
 * Reads a configuration and says what it means: in words, or as JSON.
 *
 * @throws ConfigError with one sentence for each problem.
 */
export function check(file: string, as: "words" | "json"): string {
  const config = loadConfig(file);
  const meaning = meaningOf(config);
  return as === "json"
    ? JSON.stringify({ file, ...meaning }, null, 2)
    : [`${file} is valid.`, ...inWords(meaning, config)].join("\n");
}

function inWords(meaning: Meaning, { workers }: Pick<Config, "workers">): string[] {
  const { callers, operators, providers, routes, retries, limits, notifications } = meaning;
  return [
    `callers: ${callers}${workers === 1 ? "" : `, ${workers} workers`}`,
    `operators: ${operators}`,
    "providers:",
    ...providers.map((provider) => `  ${provider.name}: ${providerInWords(provider)}`),
    ...(routes.length === 0
      ? ["routes: none, a call that fails goes nowhere else"]
      : [
          "routes, of which the first that fits counts:",
          ...routes.map((route, index) => `  ${index + 1}. ${routeInWords(route)}`),
        ]),
    `retries: ${retries.attempts === 1 ? "none" : `up to ${retries.attempts} requests to one target for one call`}`,
    `limits: ${limitsInWords(limits)}`,
    ...(notifications.length === 0 ? ["notifications: none"] : ["notifications:"]),
    ...notifications.map(
      ({ to, on, format, signed }) =>
        `  ${on.join(", ")}: ${to}, ${format} format, ${signed ? "signed" : "not signed"}`,
    ),
  ];
}

function providerInWords({ from, to, key }: MeaningOfProvider): string {
  const keys = { callers: "with the caller's key", own: "with a key of its own", none: "without a key" };
  return `${from}/… goes to ${to}/…, ${keys[key]}`;
}

function routeInWords(route: MeaningOfRoute): string {
  const { provider, model, fallbacks, onContextLength, firstTokenTimeoutMs, attemptTimeoutMs } = route;
  const target = (to: { provider: string; model: string }) => `${to.provider}/${to.model}`;
  return [
    `${target({ provider: provider ?? "*", model })}: ${["itself", ...fallbacks.map(target)].join(", then ")}`,
    ...(onContextLength === undefined ? [] : [`what is too long goes to ${target(onContextLength)}`]),
    ...(firstTokenTimeoutMs === undefined
      ? []
      : [`on without a first token after ${seconds(firstTokenTimeoutMs)}`]),
    ...(attemptTimeoutMs === undefined ? [] : [`on without an answer after ${seconds(attemptTimeoutMs)}`]),
    ...(route.delivery === "complete" ? ["answers are held until they are whole"] : []),
    ...(route.hiddenBy === undefined
      ? []
      : [`never used, because route ${route.hiddenBy} takes all of its calls`]),
  ].join("; ");
}

function limitsInWords(limits: Meaning["limits"]): string {
  const { firstTokenTimeoutMs, stallTimeoutMs, timeoutMs, maxConcurrent, maxBodyBytes } = limits;
  return [
    firstTokenTimeoutMs === undefined ? undefined : `first token within ${seconds(firstTokenTimeoutMs)}`,
    stallTimeoutMs === undefined ? undefined : `no silence in a stream beyond ${seconds(stallTimeoutMs)}`,
    timeoutMs === undefined ? "calls of any length" : `a call within ${seconds(timeoutMs)}`,
    maxConcurrent === undefined ? undefined : `${maxConcurrent} calls at once for each circuit`,
    `request bodies up to ${bytes(maxBodyBytes)}`,
  ]
    .filter((part) => part !== undefined)
    .join("; ");
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}

function bytes(count: number): string {
  return count >= 1_048_576 ? `${Math.round(count / 104_857.6) / 10} MiB` : `${count} bytes`;
}
