import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1.5s`, `300 ms`, `2h` in milliseconds; `undefined` for anything else. */
function parseDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/.exec(text.trim()) ?? [];
  const factor = UNITS[unit ?? ""];
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}

/** A length of time in words, e.g. `90s`; at least `leastMs`. */
export function duration(leastMs = 0): z.ZodType<number, string> {
  return z.string("give a time with its unit, e.g. 300ms, 5s, 10min, 1h").transform((text, context) => {
    const parsed = parseDuration(text);
    if (parsed !== undefined && parsed >= leastMs) return parsed;
    const bound = leastMs > 0 ? ` of at least ${leastMs}ms` : "";
    context.addIssue(`${JSON.stringify(text)} is no time${bound}; write e.g. 300ms, 5s, 10min, 1h`);
    return z.NEVER;
  });
}
