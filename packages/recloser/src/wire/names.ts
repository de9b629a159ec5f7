const HOSTS: Readonly<Record<string, string>> = {
  "generativelanguage.googleapis.com": "gemini",
  "aiplatform.googleapis.com": "vertex",
};
const LONGEST_NAME = 64;

/**
 * A name for the provider behind an address: `openai` for api.openai.com, `vllm` for vllm:8000, `127.0.0.1-9000`,
 * `res-openai-azure-com`. At most 64 characters, never empty.
 */
export function providerName({ hostname, port }: URL): string {
  const host = hostname.replace(/^\[|\]$/g, "");
  const known = HOSTS[host];
  if (known !== undefined) return known;
  return nameOf(host, port).slice(0, LONGEST_NAME) || "unknown";
}

function nameOf(host: string, port: string): string {
  if (host.includes(":") || /^[\d.]+$/.test(host) || host === "localhost") {
    return `${host.replaceAll(":", "-").replace(/^-+/, "")}${port === "" ? "" : `-${port}`}`;
  }
  const labels = host.replace(/^(api|www)\./, "").split(".");
  return labels.length <= 2 ? (labels[0] ?? host) : labels.join("-");
}

/** The name of the circuit that guards a provider's model: `openai/gpt-5`, or `openai` for a request that names none. */
export function circuitName(provider: string, model: string | undefined): string {
  return model === undefined ? provider : `${provider}/${model}`;
}
