import type { MockServer } from "@recloser/mock-llm";
import type { ConfigInput } from "../config/schema.js";
import type { Gateway } from "../gateway.js";
import { gatewayFor, mockFor } from "./gateway.js";

type Route = NonNullable<ConfigInput["routes"]>[number];

export interface TwoProviders {
  readonly a: MockServer;
  readonly b: MockServer;
  readonly gateway: Gateway & { readonly lines: string[] };
}

/** A gateway whose callers name provider `a`, and whose route leads on to `b`, which has a key of its own. */
export async function twoProviders(
  route: Route = {},
  config: Partial<ConfigInput> = {},
): Promise<TwoProviders> {
  const [a, b] = [await mockFor(), await mockFor()];
  const gateway = await gatewayFor(undefined, {
    providers: [
      { name: "a", upstream: a.url, path: "/" },
      { name: "b", upstream: b.url, path: "/b", apiKey: "key-of-b" },
    ],
    routes: [{ provider: "a", fallbacks: [{ provider: "b", model: "spare" }], ...route }],
    ...config,
  });
  return { a, b, gateway };
}

/** What an answer says about who gave it. */
export function teller(answer: Response): (string | null)[] {
  return ["provider", "model", "attempts"].map((name) => answer.headers.get(`x-recloser-${name}`));
}
