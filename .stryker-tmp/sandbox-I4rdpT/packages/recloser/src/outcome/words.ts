/** SDKs take an error whose text says that time ran out, in one word or two, for their own, and retry it. */
// @ts-nocheck

export function unretried(sentence: string): string {
  return sentence.replace(/(timed?) ?(?=out)/gi, "$1-");
}

/** A duration for people: `320 ms`, `5.2 s`, `3 min 4 s`. */
export function seconds(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  if (whole < 120) return `${whole} s`;
  const rest = whole % 60;
  return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`;
}
