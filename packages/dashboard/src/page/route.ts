import { type Signal, signal } from "@preact/signals";

/** What is shown: everything, or one circuit. It is the address's hash, so that it can be sent to a colleague. */
export interface Route {
  readonly circuit: string | undefined;
  /** What was shown before. */
  readonly left?: string | undefined;
}

const PREFIX = "#/";

function current(): Route {
  const { hash } = location;
  if (!hash.startsWith(PREFIX) || hash.length === PREFIX.length) return { circuit: undefined };
  try {
    return { circuit: decodeURIComponent(hash.slice(PREFIX.length)) };
  } catch {
    return { circuit: undefined };
  }
}

export const route: Signal<Route> = signal(current());

addEventListener("hashchange", () => {
  route.value = { ...current(), left: route.value.circuit };
});

export function hrefOf(circuit: string): string {
  return PREFIX + encodeURIComponent(circuit);
}

export const HOME = "#/";
