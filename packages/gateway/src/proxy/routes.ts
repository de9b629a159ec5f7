import type { Provider } from "../config/providers.js";

/** Where a request goes: a provider, and the path below it, query included. */
export type Route =
  | { readonly kind: "provider"; readonly provider: Provider; readonly path: string }
  | { readonly kind: "nowhere"; readonly message: string }
  | { readonly kind: "refused"; readonly message: string };

/** A segment of dots, between separators of any kind, with parameters or without: some servers decode before they look. */
const DOTS = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\;]|%2f|%5c|%3b)/i;

/** Finds the provider for a request's target; the longest path that fits wins. */
export function routeOf(providers: readonly Provider[], target: string): Route {
  if (!target.startsWith("/")) {
    return {
      kind: "refused",
      message: "This gateway is no open proxy; send a path, such as /v1/chat/completions.",
    };
  }
  const path = target.split("?", 1)[0] ?? target;
  if (/^[/\\]{2}/.test(path)) {
    return { kind: "refused", message: "The path begins with two slashes; write it with one." };
  }
  if (target.includes("#")) {
    return { kind: "refused", message: "The path holds a #; write %23." };
  }
  if (DOTS.test(path)) {
    return { kind: "refused", message: "The path has a segment of dots; write it without." };
  }
  let best: Provider | undefined;
  for (const provider of providers) {
    const { prefix } = provider;
    const fits = path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
    if (fits && (best === undefined || prefix.length > best.prefix.length)) best = provider;
  }
  if (best === undefined) {
    const paths = providers.map((provider) => `${provider.prefix}/`).join(", ");
    return { kind: "nowhere", message: `No provider is configured for this path; there are ${paths}` };
  }
  const rest = target.slice(best.prefix.length);
  return { kind: "provider", provider: best, path: rest.startsWith("/") ? rest : `/${rest}` };
}
