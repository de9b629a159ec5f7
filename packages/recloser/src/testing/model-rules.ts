import type { FailureReason } from "../outcome/verdict.js";

/** What the model's policies see of a call. */
interface Facts {
  readonly n: number;
  readonly at: number;
  readonly streaming: boolean;
  readonly tokenAt?: number;
}

/** A policy, as the model has it: it remembers what happened, and works out from that whether to open. */
export interface Rule {
  asked(now: number): void;
  token(call: Facts, now: number): void;
  success(call: Facts, now: number): void;
  /** `waiting`: the calls without a sign of life that are left, in order of admission. */
  failure(call: Facts, now: number, reason: FailureReason, waiting: readonly Facts[]): void;
  dropped?(call: Facts, now: number): void;
  clear(now: number): void;
  full(now: number): boolean;
}

interface Entry {
  readonly what: "asked" | "token" | "success" | "failure" | "dropped" | "clear";
  readonly call?: Facts;
  readonly reason?: FailureReason;
  readonly waiting?: readonly Facts[];
  readonly now: number;
}

function rule(full: (log: readonly Entry[], now: number) => boolean): Rule {
  const log: Entry[] = [];
  return {
    asked: (now) => log.push({ what: "asked", now }),
    token: (call, now) => log.push({ what: "token", call, now }),
    success: (call, now) => log.push({ what: "success", call, now }),
    failure: (call, now, reason, waiting) => log.push({ what: "failure", call, now, reason, waiting }),
    dropped: (call, now) => log.push({ what: "dropped", call, now }),
    clear: (now) => log.push({ what: "clear", now }),
    full: (now) => full(log, now),
  };
}

const sinceCleared = (log: readonly Entry[]): readonly Entry[] =>
  log.slice(log.findLastIndex(({ what }) => what === "clear") + 1);

export const consecutiveRule = (count: number): Rule =>
  rule((log, now) => {
    let inARow = 0;
    let lastAt = -Infinity;
    /** The runs that first tokens have ended. */
    const ended = new Map<number | undefined, number>();
    for (const { what, call, now: at } of sinceCleared(log)) {
      if (what === "token") ended.set(call?.n, at - lastAt > 600_000 ? 0 : inARow);
      if (what === "token" || (what === "success" && call?.tokenAt === undefined)) inARow = 0;
      if (what === "success") ended.clear();
      if (what !== "failure") continue;
      inARow += ended.get(call?.n) ?? 0;
      inARow = at - lastAt > 600_000 ? 1 : inARow + 1;
      ended.delete(call?.n);
      lastAt = at;
    }
    return inARow >= count && now - lastAt <= 600_000;
  });

export const thresholdsRule = (start: number, minCalls: number, errorRate: number): Rule =>
  rule((log, now) => {
    const slice = (at: number) => Math.floor((at - start) / 3_000);
    const ended = sinceCleared(log).filter(
      ({ what, now: at }) => (what === "success" || what === "failure") && slice(at) > slice(now) - 10,
    );
    const failed = ended.filter(({ what }) => what === "failure").length;
    return ended.length >= minCalls && failed > 0 && failed / ended.length >= errorRate;
  });

/**
 * Straight from the docstring of `errors()`, replayed from the beginning each time. It knows no baseline, so a survivor is
 * one until it ends.
 */
export const errorsRule = (start: number): Rule =>
  rule((log) => {
    let requests = 1;
    let spanS = 20;
    let askedAt = start;
    let votedAt = start;
    let share = 0;
    let tolerable = 0.3;
    let tookMs: number[] = [];
    let runs = { unhealthy: 0, intolerable: 0 };
    const run = { unhealthy: { level: 0, from: -Infinity }, intolerable: { level: 0, from: -Infinity } };
    /** What each survivor of this run has paid. */
    const survivors = new Map<
      Facts,
      { readonly unhealthy: number; readonly intolerable: number; readonly at: number }
    >();
    const rate = () => Math.max(0.05, requests / spanS);
    const kept = (ms: number) => 2 ** -(ms / (1000 * Math.max(120, 10 / rate())));
    const fade = (now: number) => {
      const left = kept(now - votedAt);
      votedAt = now;
      for (const test of [run.unhealthy, run.intolerable]) {
        test.level *= left;
        if (test.level < 0.05) test.level = 0;
      }
    };
    const pay = (call: Facts, share: number) => {
      const before = { unhealthy: run.unhealthy.level, intolerable: run.intolerable.level };
      if (call.at >= run.unhealthy.from)
        run.unhealthy.level = Math.max(0, before.unhealthy + share * Math.log(0.05 / 0.98));
      if (call.at >= run.intolerable.from)
        run.intolerable.level = Math.max(0, before.intolerable + share * Math.log(0.05 / (1 - tolerable)));
      return {
        unhealthy: before.unhealthy - run.unhealthy.level,
        intolerable: before.intolerable - run.intolerable.level,
      };
    };
    /** What calls that flow have paid at their first token, and in which runs. */
    const flowing = new Map<
      number,
      { readonly paid: ReturnType<typeof pay>; readonly runs: typeof runs; readonly at: number }
    >();
    const breaks = (call: Facts, now: number) => {
      const { paid, runs: then, at = now } = flowing.get(call.n) ?? {};
      if (then?.unhealthy === runs.unhealthy) run.unhealthy.level += kept(now - at) * (paid?.unhealthy ?? 0);
      if (then?.intolerable === runs.intolerable)
        run.intolerable.level += kept(now - at) * (paid?.intolerable ?? 0);
      flowing.delete(call.n);
    };
    const takeBack = (call: Facts, now: number) => {
      const paid = survivors.get(call) ?? { unhealthy: 0, intolerable: 0, at: now };
      run.unhealthy.level += kept(now - paid.at) * paid.unhealthy;
      run.intolerable.level += kept(now - paid.at) * paid.intolerable;
      survivors.delete(call);
    };
    for (const { what, call, now, reason, waiting = [] } of log) {
      if (what === "asked") {
        const kept = 2 ** -((now - askedAt) / 600_000);
        requests = requests * kept + 1;
        spanS = spanS * kept + (now - askedAt) / 1000;
        askedAt = now;
      } else if (what === "clear") {
        run.unhealthy.level = run.intolerable.level = 0;
        survivors.clear();
        flowing.clear();
        tookMs = [];
        votedAt = now;
      } else if (call === undefined || what === "dropped") {
        if (call !== undefined) takeBack(call, now);
        if (call !== undefined) flowing.delete(call.n);
      } else if (what === "failure") {
        takeBack(call, now);
        breaks(call, now);
        fade(now);
        if (run.unhealthy.level === 0) {
          run.unhealthy.from = call.at;
          runs = { ...runs, unhealthy: runs.unhealthy + 1 };
        }
        if (run.intolerable.level === 0) {
          runs = { ...runs, intolerable: runs.intolerable + 1 };
          run.intolerable.from = call.at;
          tolerable = Math.min(0.6, Math.max(0.3, share));
          tookMs = [];
          survivors.clear();
        }
        run.unhealthy.level += Math.log(0.95 / 0.02);
        const held = reason === "stalled" || reason === "timeout" || reason === "no-first-token";
        run.intolerable.level += Math.log(0.95 / tolerable) + (held ? Math.log(3) : 0);
        share += (1 - share) / 32;
        tookMs.push(Math.max(1, now - call.at));
        for (const pending of [...waiting].reverse()) {
          const survives = pending.at >= run.intolerable.from && now - pending.at > 2 * usual(tookMs);
          if (survives && !pending.streaming && !survivors.has(pending))
            survivors.set(pending, { ...pay(pending, 0.5), at: now });
        }
      } else if (what === "token" || call.tokenAt === undefined) {
        fade(now);
        // What a survivor has paid stands.
        const paid = pay(call, survivors.delete(call) ? 0.5 : 1);
        if (what === "token") flowing.set(call.n, { paid, runs, at: now });
        share -= share / 32;
      }
    }
    const perSecond = rate();
    const hA = Math.max(6, Math.log(perSecond * 86_400) + Math.log(2));
    const hB = Math.max(FOUR_FAILURES, Math.log(900) + (perSecond < 1 ? 1.75 : 1) * Math.log(perSecond));
    return run.unhealthy.level >= hA && run.intolerable.level >= hB;
  });

const FOUR_FAILURES = 3.5;

/** The geometric mean; from the eighth on each weighs an eighth. */
const usual = (tookMs: readonly number[]): number =>
  Math.exp(tookMs.reduce((mean, ms, n) => mean + (Math.log(ms) - mean) / Math.min(n + 1, 8), 0));
