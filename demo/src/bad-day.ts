/**
 * The provider's bad day, as both mock providers play it, and the work that meets it. Latencies, token counts and the
 * shape of arrivals follow public measurements: first token lognormal with median 0.8 s and σ 0.45, 2 % of calls 3–8
 * times slower; answers of a conversation trace (median about 100 tokens, p99 about 600) at 20 ms a token.
 */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  /** In words, for the view. */
  readonly words: string;
  /** What the mock provider does, in its script format. */
  readonly behaviour: Record<string, unknown>;
}

const HEALTHY: Record<string, unknown> = {
  firstTokenMs: { median: 800, sigma: 0.45, tail: { share: 0.02, times: [3, 8] } },
  perTokenMs: 20,
  tokens: { median: 100, sigma: 0.76 },
};

export const PHASES: readonly Phase[] = [
  { name: "healthy", seconds: 45, words: "a good provider", behaviour: {} },
  {
    name: "slow bleed",
    seconds: 40,
    words: "first tokens 2.5 times slower, 2 % errors",
    behaviour: { slow: { firstToken: 2.5, perToken: 1.15 }, faults: [{ kind: "error-500", share: 0.02 }] },
  },
  {
    name: "30 % errors",
    seconds: 45,
    words: "three calls in ten fail: 500, overloaded, reset, cut, an error inside the stream",
    behaviour: {
      faults: [
        { kind: "error-500", share: 0.12 },
        { kind: "overloaded", share: 0.09 },
        { kind: "reset", share: 0.03 },
        { kind: "cut", share: 0.03 },
        { kind: "stream-error", share: 0.03 },
      ],
    },
  },
  {
    name: "hang",
    seconds: 60,
    words: "connections are accepted and nothing ever comes",
    behaviour: { faults: [{ kind: "hang" }] },
  },
  {
    name: "throttling",
    seconds: 40,
    words: "429 beyond 1.2 calls a second",
    behaviour: { rateLimit: { perSecond: 1.2, burst: 4 } },
  },
  {
    name: "dead",
    seconds: 60,
    words: "every call fails at once",
    behaviour: { faults: [{ kind: "error-503" }] },
  },
  { name: "healed", seconds: 75, words: "a good provider again", behaviour: {} },
];

export const ROUND_SECONDS: number = PHASES.reduce((sum, phase) => sum + phase.seconds, 0);

/** The work of one fleet. Both get the same jobs at the same times. */
export const WORK = {
  slots: 16,
  /** Slots that LLM calls may hold in the protected fleet. */
  llmSlots: 12,
  llmPerSecond: 2,
  otherPerSecond: 10,
  otherMs: 50,
} as const;

/** The gateway's settings for this day: the stall deadlines are an operator's who knows these models' answers are short. */
export const GATEWAY_CIRCUIT = {
  stallDeadlineMs: { streaming: 15_000, unary: 30_000 },
  coolDown: { initialMs: 5_000, maxMs: 30_000 },
} as const;

/** The script for the mock provider, as YAML-ready data. */
export function mockScript(seed: number): Record<string, unknown> {
  return {
    seed,
    defaults: HEALTHY,
    phases: PHASES.map(({ name, seconds, behaviour }) => ({ name, forMs: seconds * 1000, ...behaviour })),
  };
}

/** Which phase it is `seconds` after the round began. */
export function phaseAt(seconds: number): {
  readonly phase: Phase;
  readonly index: number;
  readonly left: number;
} {
  let end = 0;
  for (const [index, phase] of PHASES.entries()) {
    end += phase.seconds;
    if (seconds < end || index === PHASES.length - 1)
      return { phase, index, left: Math.max(0, end - seconds) };
  }
  throw new Error("A round needs at least one phase.");
}
