/**
 * The tokens of an answer, where an SDK's object tells them: `usage.output_tokens` or `usage.completion_tokens` (OpenAI,
 * Anthropic and those alike), `usage.outputTokens` (AI SDK), `usageMetadata.candidatesTokenCount` (Gemini).
 */
// @ts-nocheck

export function outputTokensOf(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    const { usage, usageMetadata } = value as { usage?: Usage; usageMetadata?: Usage };
    const told = usage ?? usageMetadata;
    if (typeof told !== "object" || told === null) return undefined;
    const tokens =
      told.output_tokens ?? told.completion_tokens ?? told.outputTokens ?? told.candidatesTokenCount;
    return typeof tokens === "number" && tokens >= 0 ? tokens : undefined;
  } catch {
    // A value that throws when it is read is still an answer.
    return undefined;
  }
}

interface Usage {
  readonly output_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly outputTokens?: unknown;
  readonly candidatesTokenCount?: unknown;
}
