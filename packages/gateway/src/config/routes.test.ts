import { describe, expect, it } from "vitest";
import { ConfigError } from "./config-error.js";
import { parseConfig } from "./load.js";
import type { ConfigInput } from "./schema.js";

const providers = [
  { name: "a", upstream: "http://a" },
  { name: "b", upstream: "http://b", apiKey: "sk-secret-1" },
  { name: "c", upstream: "http://c" },
  { name: "d", upstream: "http://d", auth: "none" as const },
];

function problemsOf(config: Partial<ConfigInput>): readonly string[] {
  try {
    parseConfig({ providers, ...config });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("routes", () => {
  it.each<[string, NonNullable<ConfigInput["routes"]>[number], string]>([
    [
      "unknown provider",
      { provider: "x", delivery: "complete" },
      'routes[0].provider is "x", which is no provider; give one of a, b, c, d.',
    ],
    [
      "unknown target",
      { fallbacks: [{ provider: "x" }] },
      'routes[0].fallbacks[0].provider is "x", which is no provider; give one of a, b, c, d.',
    ],
    [
      "a target without a key",
      { provider: "a", fallbacks: [{ provider: "b" }, { provider: "c" }] },
      'routes[0].fallbacks[1].provider is "c", which has no apiKey of its own; give it one, or auth: none.',
    ],
    [
      "a larger model without a key",
      { onContextLength: { provider: "c", model: "x" } },
      'routes[0].onContextLength.provider is "c", which has no apiKey of its own; give it one, or auth: none.',
    ],
    [
      "a target that is the first",
      { provider: "a", fallbacks: [{}] },
      "routes[0].fallbacks[0] is where the call went already; give another provider or model.",
    ],
    ["H1: nothing to do", {}, "routes[0] changes nothing; give fallbacks, onContextLength or delivery."],
    [
      "H1: a limit that leads nowhere",
      { delivery: "complete", firstTokenTimeoutMs: 5 },
      "routes[0].firstTokenTimeoutMs is 5, but there is nowhere else to go; give fallbacks, or use limits.",
    ],
    [
      "a pattern with a star inside",
      { model: "a*b", delivery: "complete" },
      `routes[0].model is "a*b"; give a model's name, or the beginning of one and *.`,
    ],
  ])("%s", (_what, route, sentence) => {
    expect(problemsOf({ routes: [route] })).toEqual([sentence]);
  });

  it("what is right is taken", () => {
    expect(
      problemsOf({
        routes: [
          {
            provider: "a",
            model: "gpt-*",
            fallbacks: [{ model: "x" }, { provider: "b" }, { provider: "d", model: "y" }],
          },
          { delivery: "complete" },
        ],
      }),
    ).toEqual([]);
  });
});

describe("keys", () => {
  it("are never shown, however wrong", () => {
    const wrong = problemsOf({
      providers: [{ upstream: "http://a", apiKey: "sk secret" }],
      credentials: { hashKey: "secret" },
    }).join("\n");
    expect(wrong).toContain("providers[0].apiKey is unusable; give printable ASCII without spaces.");
    expect(wrong).toContain("credentials.hashKey is unusable; give at least 16 characters.");
    expect(wrong).not.toContain("secret");
  });

  it("auth without a key, and a key that is not sent", () => {
    expect(problemsOf({ providers: [{ name: "x", upstream: "http://a", auth: "bearer" }] })).toEqual([
      "providers[0].auth is bearer, but there is no apiKey to send; give one, or remove auth.",
    ]);
    expect(
      problemsOf({ providers: [{ name: "x", upstream: "http://a", auth: "none", apiKey: "k" }] }),
    ).toEqual(["providers[0].auth is none, but there is an apiKey; remove one of them."]);
  });
});
