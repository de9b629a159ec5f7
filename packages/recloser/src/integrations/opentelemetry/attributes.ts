import type { Attributes } from "@opentelemetry/api";

/** Where OpenTelemetry's name for a provider is not the one that stands in circuits' names. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  gemini: "gcp.gemini",
  google: "gcp.gemini",
  mistral: "mistral_ai",
  vertex: "gcp.vertex_ai",
  xai: "x_ai",
};

/** What every series of the circuit `name` carries: its name and, where it has the form `provider/model`, those two. */
export function attributesOf(
  name: string,
  own: ((circuit: string) => Attributes | undefined) | undefined,
): Attributes {
  return { ...genAi(name), ...given(name, own), "recloser.circuit": name };
}

function genAi(name: string): Attributes {
  const slash = name.indexOf("/");
  if (slash <= 0 || slash === name.length - 1) return {};
  const provider = name.slice(0, slash);
  const known = Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined;
  return {
    "gen_ai.provider.name": known ?? provider,
    "gen_ai.request.model": name.slice(slash + 1),
  };
}

function given(
  name: string,
  own: ((circuit: string) => Attributes | undefined) | undefined,
): Attributes | undefined {
  try {
    return own?.(name);
  } catch {
    // A series without the user's attributes is better than none.
    return undefined;
  }
}
