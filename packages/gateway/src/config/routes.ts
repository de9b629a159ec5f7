import { nameOf, type Problem } from "./problems.js";
import type { Provider } from "./providers.js";
import type { RawConfig } from "./schema.js";

type RawRoute = RawConfig["routes"][number];
type RawTarget = RawRoute["fallbacks"][number];

/** Finds what only shows when routes and providers are seen together. */
export function routeProblems(routes: RawConfig["routes"], providers: readonly Provider[]): Problem[] {
  return routes.flatMap((route, index) => problemsOfRoute(route, ["routes", index], providers));
}

function problemsOfRoute(route: RawRoute, path: Problem["path"], providers: readonly Provider[]): Problem[] {
  const targets: [RawTarget, Problem["path"]][] = route.fallbacks.map((target, index) => [
    target,
    [...path, "fallbacks", index],
  ]);
  if (route.onContextLength !== undefined)
    targets.push([route.onContextLength, [...path, "onContextLength"]]);
  const problems = targets.flatMap(([target, at]) => problemsOfTarget(route, target, at, providers));
  if (route.provider !== undefined && !providers.some(({ name }) => name === route.provider)) {
    problems.push(unknownProvider([...path, "provider"], route.provider, providers));
  }
  const limit = route.firstTokenTimeoutMs ?? route.attemptTimeoutMs;
  if (limit !== undefined && route.fallbacks.length === 0) {
    const option = route.firstTokenTimeoutMs === undefined ? "attemptTimeoutMs" : "firstTokenTimeoutMs";
    const at = [...path, option];
    const text = `${nameOf(at)} is ${limit}, but there is nowhere else to go; give fallbacks, or use limits.`;
    problems.push({ path: at, text });
  }
  if (targets.length === 0 && route.delivery === "stream") {
    problems.push({
      path,
      text: `${nameOf(path)} changes nothing; give fallbacks, onContextLength or delivery.`,
    });
  }
  return problems;
}

function problemsOfTarget(
  route: RawRoute,
  target: RawTarget,
  path: Problem["path"],
  providers: readonly Provider[],
): Problem[] {
  const { provider: name, model } = target;
  if (name === undefined || name === route.provider) {
    return model === undefined || model === route.model
      ? [{ path, text: `${nameOf(path)} is where the call went already; give another provider or model.` }]
      : [];
  }
  const provider = providers.find((one) => one.name === name);
  if (provider === undefined) return [unknownProvider([...path, "provider"], name, providers)];
  if (provider.apiKey !== undefined || provider.auth === "none") return [];
  // A caller's key for one provider must never reach another.
  const text = `${nameOf([...path, "provider"])} is "${name}", which has no apiKey of its own; give it one, or auth: none.`;
  return [{ path: [...path, "provider"], text }];
}

function unknownProvider(path: Problem["path"], name: string, providers: readonly Provider[]): Problem {
  const names = providers.map((provider) => provider.name).join(", ");
  return {
    path,
    text: `${nameOf(path)} is ${JSON.stringify(name.slice(0, 80))}, which is no provider; give one of ${names}.`,
  };
}
