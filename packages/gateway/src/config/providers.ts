import { providerName } from "recloser/wire";
import { nameOf, type Problem, withoutSecrets } from "./problems.js";
import type { RawConfig } from "./schema.js";

/** A provider, with every default filled in. */
export interface Provider {
  readonly name: string;
  /** `https://api.openai.com`. */
  readonly origin: string;
  /** Put before the caller's path; empty or `/v1`, never with a slash at its end. */
  readonly basePath: string;
  /** Taken off the caller's path; empty or `/openai`, never with a slash at its end. */
  readonly prefix: string;
  /** A finish reason ends a stream, also without `[DONE]`. */
  readonly finishIsEnd: boolean;
  /** The gateway's own key. Undefined: callers' credentials are passed on. */
  readonly apiKey: string | undefined;
  readonly auth: RawConfig["providers"][number]["auth"];
}

/** Fills in names and paths, and finds what only shows when providers are seen together. */
export function resolveProviders(raw: RawConfig["providers"]): {
  providers: Provider[];
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const providers: Provider[] = [];
  const single = raw.length === 1;
  raw.forEach((one, index) => {
    const at = (key: string, text: string) => {
      const path = ["providers", index, key];
      problems.push({ path, text: `${nameOf(path)} ${text}` });
    };
    const url = upstreamOf(one.upstream, (text) => at("upstream", text));
    if (url === undefined) return;
    const name = one.name ?? providerName(url);
    const prefix = (one.path ?? (single ? "/" : `/${name}`)).replace(/\/+$/, "");
    if (providers.some((other) => other.name === name)) {
      at("name", `is "${name}", like another provider's; give each a name of its own.`);
    } else if (providers.some((other) => other.prefix === prefix)) {
      at("path", `is "${prefix}/", like another provider's; give each a path of its own.`);
    }
    if (one.auth === "none" && one.apiKey !== undefined) {
      at("auth", "is none, but there is an apiKey; remove one of them.");
    } else if (one.auth !== "none" && one.auth !== "auto" && one.apiKey === undefined) {
      at("auth", `is ${one.auth}, but there is no apiKey to send; give one, or remove auth.`);
    }
    providers.push({
      name,
      origin: url.origin,
      basePath: url.pathname.replace(/\/+$/, ""),
      prefix,
      finishIsEnd: one.finishIsEnd,
      apiKey: one.apiKey,
      auth: one.auth,
    });
  });
  return { providers, problems };
}

function upstreamOf(text: string, problem: (text: string) => void): URL | undefined {
  if (!URL.canParse(text)) {
    problem(
      `is ${JSON.stringify(withoutSecrets(text).slice(0, 80))}, which is not a URL; give one such as https://api.openai.com.`,
    );
    return undefined;
  }
  const url = new URL(text);
  const safe = JSON.stringify(withoutSecrets(text).slice(0, 80));
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    problem(`is ${safe}; give a URL that begins with https:// or http://.`);
    return undefined;
  }
  if (url.username !== "" || url.password !== "") {
    problem(`is ${safe} and holds a user name or password; remove it, callers send their own keys.`);
    return undefined;
  }
  if (url.search !== "" || url.hash !== "") {
    problem(`is ${safe} and has a query or a fragment; remove it, callers send their own.`);
    return undefined;
  }
  return url;
}
