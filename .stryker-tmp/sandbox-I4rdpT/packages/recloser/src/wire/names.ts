// @ts-nocheck
const HOSTS: Readonly<Record<string, string>> = {
  "generativelanguage.googleapis.com": "gemini",
  "aiplatform.googleapis.com": "vertex",
};
const LONGEST_NAME = 64;

/**
 * A name for the provider behind an address: `openai` for api.openai.com, `vllm` for vllm:8000, `127.0.0.1-9000`,
 * `ip6-1-9000` for [::1]:9000, `res-openai-azure-com`. At most 64 characters, never empty.
 */
export function providerName({ hostname, port }: URL): string {
  const host = hostname.replace(/^\[|\]$/g, "");
  const known = HOSTS[host];
  if (known !== undefined) return known;
  return shortName(nameOf(host, port), LONGEST_NAME) || "unknown";
}

function nameOf(host: string, port: string): string {
  const ending = port === "" ? "" : `-${port}`;
  if (host.includes(":"))
    return `ip6${host.replaceAll(":", "-").replace(/^-*/, "-").replace(/-$/, "")}${ending}`;
  if (/^[\d.]+$/.test(host) || host === "localhost") return `${host}${ending}`;
  const labels = host.replace(/^(api|www)\./, "").split(".");
  return labels.length <= 2 ? (labels[0] ?? host) : labels.join("-");
}

/** The name of the circuit that guards a provider's model: `openai/gpt-5`, or `openai` for a request that names none. */
export function circuitName(provider: string, model: string | undefined): string {
  return model === undefined ? provider : `${provider}/${model}`;
}

/**
 * A model's name as it stands in circuits' names, headers and labels: printable ASCII without spaces. The rest is
 * percent-encoded, and so is `%`, so that two models never share a circuit. At most `longest` characters; undefined for
 * no name at all.
 */
export function modelName(name: string | undefined, longest: number): string | undefined {
  const safe = name?.trim().replace(/[^\x21-\x24\x26-\x7e]+/g, percentEncoded);
  return safe === undefined || safe === "" ? undefined : shortName(safe, longest);
}

function percentEncoded(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** A long name is cut, and ends in a hash of the whole: names that begin alike stay apart. */
function shortName(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const hash = fnv1a(name);
  const kept = longest - hash.length - 1;
  return kept <= 0 ? hash.slice(0, longest) : `${name.slice(0, kept).replace(/%.?$/, "")}-${hash}`;
}

/** The 32-bit hash by Fowler, Noll and Vo, variant 1a, of ASCII text: eight hex digits. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
