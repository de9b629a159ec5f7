/** Where a bug is. Its message may hold bytes of a call, so it is left out. */
export function bugOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return [error.name, ...frames.slice(0, 6).map((line) => line.trim())].join(" | ");
}
