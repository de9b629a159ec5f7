import { circuitName } from "recloser/wire";

/** What stands between a circuit's name and its credential's hash. */
const MARK = "#k-";

/** The circuit that guards a provider's model, whoever calls. */
export function healthName(provider: string, model: string | undefined): string {
  // A model that is called so must not pass for somebody's credential.
  return circuitName(provider, model?.replaceAll(MARK, "%23k-"));
}

/** The circuit that one credential's calls of it pass too: `openai/gpt-5#k-3f2a91bc`. */
export function credentialName(health: string, hash: string): string {
  return `${health}${MARK}${hash}`;
}

export function isCredentialCircuit(name: string): boolean {
  return name.includes(MARK);
}
