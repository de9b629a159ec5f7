import { type Cell, LIMITS, type Mode, ROUTE } from "./fault-wall.js";
import type { Answer, WallFormat } from "./wall-formats.js";

type Seen = Pick<Cell, "format" | "mode" | "saw">;

/** Whether what was seen may be taken for a whole answer, and is one. */
export function isWhole({ format, mode, saw: { status, clean, text } }: Seen): boolean {
  if (status !== 200 || !clean) return false;
  if (mode === "unary") return format.finished(parsed(text) ?? {});
  return terminals(format, text) === 1 && !hasError(text);
}

/** Whether it says, with status 200, that the provider will not answer this: that is Gemini's way. */
export function isBlocked({ saw: { status, clean, text } }: Pick<Cell, "saw">): boolean {
  return status === 200 && clean && text.includes('"blockReason"');
}

/** Whether there is an error inside the answer. */
export function hasError(text: string): boolean {
  return /"error":\{|^event: (?:error|response\.failed)$/m.test(text);
}

/** The code of the gateway's own error inside a stream. */
export function toldInside(text: string): string | undefined {
  return /"(?:code|error_code|reason)":"(upstream_\w+)"/.exec(text)?.[1];
}

/** How many ends of a whole stream there are. */
export function terminals(format: WallFormat, text: string): number {
  return text.match(format.terminal)?.length ?? 0;
}

function parsed(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}

/** What was seen, in words for the table. */
export function inWords(seen: Seen): string {
  const { format, mode, saw } = seen;
  const { status, clean, by, text } = saw;
  if (isWhole(seen)) return by === "a" ? "the answer" : `the answer of \`${by}\``;
  if (isBlocked(seen)) return "the provider's refusal, a 200";
  const code = format.codeOf(parsed(text) ?? {});
  if (status !== 200)
    return code?.startsWith("upstream_") ? `${status} \`${code}\`` : `the provider's ${status}`;
  const tokens = text.match(format.token)?.length ?? 0;
  if (clean && tokens > 0) return `${tokens} tokens, then the provider's error event`;
  if (clean) return text === "" ? "the provider's empty 200" : "the provider's 200, which is none";
  return mode === "unary"
    ? "half an answer, then a broken connection"
    : `${tokens} tokens, then ${end(text)}`;
}

function end(text: string): string {
  const told = toldInside(text);
  return told === undefined ? "a broken connection" : `\`${told}\``;
}

/** Of a call that had to wait: the last limit that had passed when it was over. */
export function after({ verdict, saw: { tookMs } }: Pick<Cell, "verdict" | "saw">): string {
  if (!["timeout", "no-first-token", "stalled"].includes(verdict)) return "";
  const limits = [LIMITS.timeoutMs, ROUTE.attemptTimeoutMs, LIMITS.stallTimeoutMs];
  const passed = limits.find((ms) => tookMs >= ms);
  return passed === undefined ? "" : `, after ${passed / 1000} s`;
}

/** Without the times: a busy machine takes longer, which makes no rule and no page wrong. */
export function untimed(text: string): string {
  return text.replace(/, after [\d.]+ s/g, "");
}

/** Rows of the table: what is the same in all formats, or some, is said once. */
export function wallTable(cells: readonly Cell[], faults: readonly string[], modes: readonly Mode[]): string {
  const formats = [...new Set(cells.map(({ format }) => format))];
  const rows = faults.flatMap((fault) =>
    modes.flatMap((mode) => {
      const bySight = new Map<string, { readonly row: string; readonly names: string[] }>();
      for (const format of formats) {
        const of = (fallback: boolean) => {
          const cell = cells.find(
            (one) =>
              one.format === format && one.fault === fault && one.mode === mode && one.fallback === fallback,
          );
          if (cell === undefined) throw new Error(`no cell for ${format.name}, ${fault}, ${mode}`);
          return cell;
        };
        const [alone, having] = [of(false), of(true)];
        const verdicts = [...new Set([alone.verdict, having.verdict])].join(", then ");
        const row = [
          verdicts,
          alone.attempts.first,
          inWords(alone) + after(alone),
          `${having.attempts.first} + ${having.attempts.second}`,
          inWords(having) + after(having),
        ].join(" | ");
        const same = bySight.get(untimed(row));
        if (same === undefined) bySight.set(untimed(row), { row, names: [format.name] });
        else same.names.push(format.name);
      }
      return [...bySight.values()].map(({ row, names }) => {
        const all = names.length === formats.length ? "all" : names.join(", ");
        return `| \`${fault}\` | ${mode} | ${all} | ${row} |`;
      });
    }),
  );
  return [
    "| fault | caller | formats | verdict | alone: requests | the caller gets | with a fallback: requests | the caller gets |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
