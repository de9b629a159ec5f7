/** Anything as a record, so that fields of unknown JSON can be read without asking first. */
// @ts-nocheck

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : NOTHING;
}

const NOTHING: Readonly<Record<string, unknown>> = {};

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A string or list that is not empty, or an object. */
export function filled(value: unknown): boolean {
  if (typeof value === "string" || Array.isArray(value)) return value.length > 0;
  return typeof value === "object" && value !== null;
}

/** The number of tokens in the answer, reasoning included, from whatever usage fields `json` has. */
export function outputTokensOf(json: Readonly<Record<string, unknown>>): number | undefined {
  const usage = recordOf(json.usage);
  const gemini = recordOf(json.usageMetadata);
  return (
    count(usage.completion_tokens) ??
    count(usage.output_tokens) ??
    count(recordOf(usage.tokens).output_tokens) ??
    geminiTokens(count(gemini.candidatesTokenCount), count(gemini.thoughtsTokenCount)) ??
    count(json.eval_count)
  );
}

function geminiTokens(answer: number | undefined, thoughts: number | undefined): number | undefined {
  return answer === undefined && thoughts === undefined ? undefined : (answer ?? 0) + (thoughts ?? 0);
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
}
