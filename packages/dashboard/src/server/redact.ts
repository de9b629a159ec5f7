const LONGEST = 300;

/**
 * Things that look like a secret, wherever they stand. The library's sentences hold none; a detail that a user's own
 * `classify` gave may.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Keys of providers and clouds, by their prefixes.
  [
    /\b(?:sk|pk|rk|gsk|xai|key|ghp|gho|ghs|github_pat|hf|r8|pplx|AKIA|ASIA|AIza)[-_]?[A-Za-z0-9_-]{12,}/g,
    "[secret]",
  ],
  // JSON web tokens.
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, "[secret]"],
  [/\b(Bearer|Basic|Token)\s+[\w.~+/=-]{6,}/gi, "$1 [secret]"],
  // `name: value` and `?name=value`.
  [
    /((?:authorization|(?:x-)?api[-_]?key|access[-_]?token|token|secret|password|passwd|cookie|signature|sig|key)["']?\s*[:=]\s*["']?)[^\s"'&,;[\]]{4,}/gi,
    "$1[secret]",
  ],
  // A user and password in a URL.
  [/(:\/\/)[^/\s@]+@/g, "$1[secret]@"],
  // Long runs that no word is.
  [/\b(?=[A-Za-z]*\d)[A-Za-z0-9+/_-]{40,}={0,2}/g, "[secret]"],
];

/** A text that people may see: one line, of bounded length, without what looks like a secret. */
export function redact(text: string): string {
  // Cut before and after: no pattern meets a megabyte, and none is cut in half by the last cut.
  let clean = text.slice(0, 4 * LONGEST).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  for (const [pattern, instead] of SECRETS) clean = clean.replace(pattern, instead);
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST - 1)}…` : clean;
}
