const HIDDEN = "…";

/** Names whose values are secrets, in headers, queries and objects. */
const NAME =
  /^(proxy-)?authorization$|^(x-)?(goog-)?api[-_]?key$|^key$|^(set-)?cookie$|token$|secret|password|credential|^x-amz-security-token$/i;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${HIDDEN}`],
  [/([?&](?:key|api[-_]?key|access_token|token|sig|signature)=)[^&\s"']+/gi, `$1${HIDDEN}`],
  [
    /\b((?:proxy-)?authorization|x-api-key|api[-_]key|x-goog-api-key|(?:set-)?cookie)("?\s*[:=]\s*"?)[^\s",;]+/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\/\/[^/\s@]+@/g, `//${HIDDEN}@`],
  // OpenAI, Anthropic, OpenRouter, Google, Groq, Hugging Face, GitHub, AWS.
  [/\b(sk|pk|rk)-[\w-]{8,}/g, `$1-${HIDDEN}`],
  [/\bAIza[\w-]{10,}/g, `AIza${HIDDEN}`],
  [/\b(gsk|hf|ghp|xai)[_-][\w-]{8,}/g, `$1_${HIDDEN}`],
  [/\bAKIA[A-Z0-9]{12,}/g, `AKIA${HIDDEN}`],
];

/** A text without what looks like a key, a token or a cookie. The second line of defence: none should get here. */
export function redactedText(text: string): string {
  let clean = text;
  for (const [pattern, instead] of PATTERNS) clean = clean.replace(pattern, instead);
  return clean;
}

/** The same for everything inside a value; also what is named like a secret is left out. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactedText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > 6) return HIDDEN;
  if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      NAME.test(key) && each !== undefined ? HIDDEN : redacted(each, depth + 1),
    ]),
  );
}
