import type { FailureReason } from "recloser";
import { type Behaviour, type Call, failure, lognormal, success, World } from "./world.js";

const MINUTE = 60_000;

function streaming(
  perSecond: number,
  firstTokenMs: number,
  tokens: number,
  spoil?: (now: number, call: Call, random: () => number) => Call,
): Behaviour {
  return {
    perSecond,
    call(now, random) {
      const first = lognormal(firstTokenMs, 0.45, random);
      const call = {
        firstTokenMs: first,
        totalMs: first + lognormal(tokens, 0.8, random) * 20,
        verdict: { ...success, outputTokens: tokens },
      };
      return spoil?.(now, call, random) ?? call;
    },
  };
}

const failing = (reason: FailureReason, detail: string, afterMs: number): Call => ({
  totalMs: afterMs,
  verdict: failure(reason, detail),
});

/** When each of the troubles begins, in milliseconds. */
export const OUTAGE_AT: number = 56 * MINUTE;

/**
 * A fleet's hour: most of it healthy, a blip, a slow model, a throttled one; and from `OUTAGE_AT` on, with `outage`, one
 * model that answers 503.
 */
export function fleet({ outage }: { readonly outage: boolean }): World {
  const world = new World();
  const blip = (now: number) => now > 22 * MINUTE && now < 24 * MINUTE;
  const down = (now: number) => outage && now > OUTAGE_AT;
  world.traffic(
    "openai/gpt-5",
    streaming(1.5, 800, 110, (now, call, random) =>
      blip(now) || down(now) ? failing("overloaded", "503 server_is_overloaded", 240) : rarely(call, random),
    ),
  );
  world.traffic(
    "openai/gpt-5-mini",
    streaming(2.5, 380, 80, (_now, call, random) => rarely(call, random)),
  );
  world.traffic(
    "anthropic/claude-opus-4-5",
    streaming(0.8, 1100, 160, (now, call) =>
      outage && now > 52 * MINUTE
        ? {
            ...call,
            firstTokenMs: (call.firstTokenMs ?? 0) * 4,
            totalMs: call.totalMs + (call.firstTokenMs ?? 0) * 3,
          }
        : call,
    ),
  );
  world.traffic("anthropic/claude-haiku-4-5", streaming(2, 420, 60));
  world.traffic(
    "gemini/gemini-3-pro",
    streaming(0.5, 900, 140, (now, call) =>
      now > 38 * MINUTE && now < 41 * MINUTE ? failing("throttled", "429 RESOURCE_EXHAUSTED", 90) : call,
    ),
  );
  world.traffic("mistral/mistral-large", streaming(0.3, 600, 90));
  world.traffic("openai/text-embedding-3-large", {
    perSecond: 4,
    streaming: false,
    call: (_now, random) => ({ totalMs: lognormal(90, 0.35, random), verdict: success }),
  });
  return world;
}

function rarely(call: Call, random: () => number): Call {
  const draw = random();
  if (draw < 0.004) return failing("server-error", "500 server_error", 310);
  if (draw < 0.006)
    return {
      totalMs: 700,
      verdict: { verdict: "neutral", reason: "content-filter", detail: "400 content_filter" },
    };
  return call;
}
