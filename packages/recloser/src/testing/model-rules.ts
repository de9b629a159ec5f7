import type { FailureReason } from "../outcome/verdict.js";

/** What the model's policies see of a call. */
interface Facts {
  readonly at: number;
  readonly streaming: boolean;
  readonly tokenAt?: number;
}

/** A policy, as the model has it: it remembers what happened, and works out from that whether to open. */
export interface Rule {
  asked(now: number): void;
  token(call: Facts, now: number): void;
  success(call: Facts, now: number): void;
  failure(call: Facts, now: number, reason: FailureReason): void;
  clear(now: number): void;
  full(now: number): boolean;
}

interface Entry {
  readonly what: "asked" | "token" | "success" | "failure" | "clear";
  readonly call?: Facts;
  readonly reason?: FailureReason;
  readonly now: number;
}

function rule(full: (log: readonly Entry[], now: number) => boolean): Rule {
  const log: Entry[] = [];
  return {
    asked: (now) => log.push({ what: "asked", now }),
    token: (call, now) => log.push({ what: "token", call, now }),
    success: (call, now) => log.push({ what: "success", call, now }),
    failure: (call, now, reason) => log.push({ what: "failure", call, now, reason }),
    clear: (now) => log.push({ what: "clear", now }),
    full: (now) => full(log, now),
  };
}

const sinceCleared = (log: readonly Entry[]): readonly Entry[] =>
  log.slice(log.findLastIndex(({ what }) => what === "clear") + 1);

export const consecutiveRule = (count: number): Rule =>
  rule((log, now) => {
    let inARow = 0;
    let lastAt = 0;
    for (const { what, call, now: at } of sinceCleared(log)) {
      if (what === "token" || (what === "success" && call?.tokenAt === undefined)) inARow = 0;
      if (what !== "failure") continue;
      inARow = at - lastAt > 600_000 ? 1 : inARow + 1;
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

/** Straight from the docstring of `errors()`, replayed from the beginning each time. */
export const errorsRule = (start: number): Rule =>
  rule((log) => {
    let requests = 1;
    let spanS = 20;
    let askedAt = start;
    let votedAt = start;
    let share = 0;
    let tolerable = 0.3;
    const run = { unhealthy: { level: 0, from: -Infinity }, intolerable: { level: 0, from: -Infinity } };
    const rate = () => Math.max(0.05, requests / spanS);
    const fade = (now: number) => {
      const kept = 2 ** -((now - votedAt) / (1000 * Math.max(120, 10 / rate())));
      votedAt = now;
      for (const test of [run.unhealthy, run.intolerable]) {
        test.level *= kept;
        if (test.level < 0.05) test.level = 0;
      }
    };
    for (const { what, call, now, reason } of log) {
      if (what === "asked") {
        const kept = 2 ** -((now - askedAt) / 600_000);
        requests = requests * kept + 1;
        spanS = spanS * kept + (now - askedAt) / 1000;
        askedAt = now;
      } else if (what === "clear") {
        run.unhealthy.level = run.intolerable.level = 0;
        votedAt = now;
      } else if (what === "failure" && call !== undefined) {
        fade(now);
        if (run.unhealthy.level === 0) run.unhealthy.from = call.at;
        if (run.intolerable.level === 0) {
          run.intolerable.from = call.at;
          tolerable = Math.min(0.6, Math.max(0.3, share));
        }
        run.unhealthy.level += Math.log(0.95 / 0.02);
        const held = reason === "stalled" || reason === "timeout" || reason === "no-first-token";
        run.intolerable.level += Math.log(0.95 / tolerable) + (held ? Math.log(3) : 0);
        share += (1 - share) / 32;
      } else if (call !== undefined && (what === "token" || call.tokenAt === undefined)) {
        fade(now);
        const pays = (from: number) => !call.streaming || call.at >= from;
        if (pays(run.unhealthy.from))
          run.unhealthy.level = Math.max(0, run.unhealthy.level + Math.log(0.05 / 0.98));
        if (pays(run.intolerable.from))
          run.intolerable.level = Math.max(0, run.intolerable.level + Math.log(0.05 / (1 - tolerable)));
        share -= share / 32;
      }
    }
    const perSecond = rate();
    const hA = Math.max(6, Math.log(perSecond * 86_400) + Math.log(2));
    const hB = Math.max(FOUR_FAILURES, Math.log(900) + (perSecond < 1 ? 1.75 : 1) * Math.log(perSecond));
    return run.unhealthy.level >= hA && run.intolerable.level >= hB;
  });

const FOUR_FAILURES = 3.5;
