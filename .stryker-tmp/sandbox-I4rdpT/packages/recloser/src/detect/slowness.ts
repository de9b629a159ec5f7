// @ts-nocheck
function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
import { halved, meterHalfLifeMs } from "../evidence/call-rate.js";
import type { Healthy } from "../evidence/healthy.js";
import { remains } from "./cusum.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter } from "./detector.js";
import { requireLike } from "./like.js";

/**
 * Five bins of a duration against the healthy p50, p90, p99 and twice the p99, and what one call in that bin says, in nats:
 * ln(share of a slow dependency / share of a healthy one), for .02 .13 .35 .25 .25 against .50 .40 .085 .012 .003. The
 * healthy shares beyond the p99 are larger than their names, because a learned p99 is not exact.
 */
const SAYS = [-3.22, -1.12, 1.42, 3.04, 4.42] as const;
/** What a pending call says once it has outlived that many milestones: the same for the shares that are left. */
const OUTLIVED_SAYS = [0, 0.67, 2.14, 3.51, 4.42] as const;
/** A dependency that has been slow for an hour must not take an hour to be believed. */
const CAPPED_AT = 2;
const LATE_BIN = 2;

/** A one-sided test on durations, in nats. */
class Pace {
  level = 0;
  /** Calls since it was last empty, and how many of them took longer than the healthy p90. */
  calls = 0;
  late = 0;
  add(nats: number, full: number): void {
    if (stryMutAct_9fa48("411")) {
      {}
    } else {
      stryCov_9fa48("411");
      if (stryMutAct_9fa48("414") ? this.level !== 0 : stryMutAct_9fa48("413") ? false : stryMutAct_9fa48("412") ? true : (stryCov_9fa48("412", "413", "414"), this.level === 0)) this.calls = this.late = 0;
      this.level = stryMutAct_9fa48("415") ? Math.max(CAPPED_AT * full, Math.max(0, this.level + nats)) : (stryCov_9fa48("415"), Math.min(stryMutAct_9fa48("416") ? CAPPED_AT / full : (stryCov_9fa48("416"), CAPPED_AT * full), stryMutAct_9fa48("417") ? Math.min(0, this.level + nats) : (stryCov_9fa48("417"), Math.max(0, stryMutAct_9fa48("418") ? this.level - nats : (stryCov_9fa48("418"), this.level + nats)))));
    }
  }
  count(bin: number): void {
    if (stryMutAct_9fa48("419")) {
      {}
    } else {
      stryCov_9fa48("419");
      stryMutAct_9fa48("420") ? this.calls-- : (stryCov_9fa48("420"), this.calls++);
      if (stryMutAct_9fa48("424") ? bin < LATE_BIN : stryMutAct_9fa48("423") ? bin > LATE_BIN : stryMutAct_9fa48("422") ? false : stryMutAct_9fa48("421") ? true : (stryCov_9fa48("421", "422", "423", "424"), bin >= LATE_BIN)) stryMutAct_9fa48("425") ? this.late-- : (stryCov_9fa48("425"), this.late++);
    }
  }
  reset(): void {
    if (stryMutAct_9fa48("426")) {
      {}
    } else {
      stryCov_9fa48("426");
      this.level = this.calls = this.late = 0;
    }
  }
}
class SlownessMeter implements Detector {
  readonly #context: DetectorContext;
  /** Waits for a first sign of life; evidence before they end. */
  readonly #waits = new Pace();
  /** The time between tokens, once they flow. */
  readonly #tokens = new Pace();
  #votedAt: number;
  constructor(context: DetectorContext) {
    if (stryMutAct_9fa48("427")) {
      {}
    } else {
      stryCov_9fa48("427");
      this.#context = context;
      this.#votedAt = context.now;
    }
  }
  outlived({
    outlived,
    witness
  }: CallFacts, now: number): void {
    if (stryMutAct_9fa48("428")) {
      {}
    } else {
      stryCov_9fa48("428");
      if (stryMutAct_9fa48("431") ? false : stryMutAct_9fa48("430") ? true : stryMutAct_9fa48("429") ? witness : (stryCov_9fa48("429", "430", "431"), !witness)) return;
      this.#decay(now);
      const more = stryMutAct_9fa48("432") ? (OUTLIVED_SAYS[outlived] ?? 0) + (OUTLIVED_SAYS[outlived - 1] ?? 0) : (stryCov_9fa48("432"), (stryMutAct_9fa48("433") ? OUTLIVED_SAYS[outlived] && 0 : (stryCov_9fa48("433"), OUTLIVED_SAYS[outlived] ?? 0)) - (stryMutAct_9fa48("434") ? OUTLIVED_SAYS[outlived - 1] && 0 : (stryCov_9fa48("434"), OUTLIVED_SAYS[stryMutAct_9fa48("435") ? outlived + 1 : (stryCov_9fa48("435"), outlived - 1)] ?? 0)));
      this.#waits.add(more, this.#full());
    }
  }
  firstToken(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("436")) {
      {}
    } else {
      stryCov_9fa48("436");
      if (stryMutAct_9fa48("439") ? call.streaming || call.witness : stryMutAct_9fa48("438") ? false : stryMutAct_9fa48("437") ? true : (stryCov_9fa48("437", "438", "439"), call.streaming && call.witness)) this.#waited(call, now, stryMutAct_9fa48("440") ? now + call.admittedAt : (stryCov_9fa48("440"), now - call.admittedAt), this.#context.healthy(stryMutAct_9fa48("441") ? false : (stryCov_9fa48("441"), true)).wait);
    }
  }
  succeeded(call: CallFacts, now: number, perTokenMs?: number): void {
    if (stryMutAct_9fa48("442")) {
      {}
    } else {
      stryCov_9fa48("442");
      if (stryMutAct_9fa48("445") ? false : stryMutAct_9fa48("444") ? true : stryMutAct_9fa48("443") ? call.witness : (stryCov_9fa48("443", "444", "445"), !call.witness)) return;
      const healthy = this.#context.healthy(call.streaming);
      const paced = stryMutAct_9fa48("448") ? perTokenMs !== undefined || healthy.perToken !== undefined : stryMutAct_9fa48("447") ? false : stryMutAct_9fa48("446") ? true : (stryCov_9fa48("446", "447", "448"), (stryMutAct_9fa48("450") ? perTokenMs === undefined : stryMutAct_9fa48("449") ? true : (stryCov_9fa48("449", "450"), perTokenMs !== undefined)) && (stryMutAct_9fa48("452") ? healthy.perToken === undefined : stryMutAct_9fa48("451") ? true : (stryCov_9fa48("451", "452"), healthy.perToken !== undefined)));
      if (stryMutAct_9fa48("455") ? call.firstTokenAt === undefined : stryMutAct_9fa48("454") ? false : stryMutAct_9fa48("453") ? true : (stryCov_9fa48("453", "454", "455"), call.firstTokenAt !== undefined)) {
        if (stryMutAct_9fa48("456")) {
          {}
        } else {
          stryCov_9fa48("456");
          if (stryMutAct_9fa48("459") ? !call.streaming && !paced : stryMutAct_9fa48("458") ? false : stryMutAct_9fa48("457") ? true : (stryCov_9fa48("457", "458", "459"), (stryMutAct_9fa48("460") ? call.streaming : (stryCov_9fa48("460"), !call.streaming)) || (stryMutAct_9fa48("461") ? paced : (stryCov_9fa48("461"), !paced)))) return;
          this.#decay(now);
          const bin = binOf(perTokenMs, healthy.perToken);
          this.#tokens.add(stryMutAct_9fa48("462") ? SAYS[bin] && 0 : (stryCov_9fa48("462"), SAYS[bin] ?? 0), this.#full());
          this.#tokens.count(bin);
        }
      } else if (stryMutAct_9fa48("465") ? false : stryMutAct_9fa48("464") ? true : stryMutAct_9fa48("463") ? call.streaming : (stryCov_9fa48("463", "464", "465"), !call.streaming)) {
        if (stryMutAct_9fa48("466")) {
          {}
        } else {
          stryCov_9fa48("466");
          // A long answer takes long: where its length is known, the time for each token decides.
          if (stryMutAct_9fa48("468") ? false : stryMutAct_9fa48("467") ? true : (stryCov_9fa48("467", "468"), paced)) this.#waited(call, now, perTokenMs, healthy.perToken);else this.#waited(call, now, stryMutAct_9fa48("469") ? now + call.admittedAt : (stryCov_9fa48("469"), now - call.admittedAt), healthy.wait);
        }
      }
    }
  }

  /** A failure is for another meter; what the wait for it has said stands. */
  failed(): void {}

  /** Slow is not down: it never opens. */
  trip(): undefined {}
  slowness(now: number): number {
    if (stryMutAct_9fa48("470")) {
      {}
    } else {
      stryCov_9fa48("470");
      if (stryMutAct_9fa48("473") ? this.#waits.level === 0 || this.#tokens.level === 0 : stryMutAct_9fa48("472") ? false : stryMutAct_9fa48("471") ? true : (stryCov_9fa48("471", "472", "473"), (stryMutAct_9fa48("475") ? this.#waits.level !== 0 : stryMutAct_9fa48("474") ? true : (stryCov_9fa48("474", "475"), this.#waits.level === 0)) && (stryMutAct_9fa48("477") ? this.#tokens.level !== 0 : stryMutAct_9fa48("476") ? true : (stryCov_9fa48("476", "477"), this.#tokens.level === 0)))) return 0;
      return stryMutAct_9fa48("478") ? Math.max(this.#waits.level, this.#tokens.level) * this.#kept(now) * this.#full() : (stryCov_9fa48("478"), (stryMutAct_9fa48("479") ? Math.max(this.#waits.level, this.#tokens.level) / this.#kept(now) : (stryCov_9fa48("479"), (stryMutAct_9fa48("480") ? Math.min(this.#waits.level, this.#tokens.level) : (stryCov_9fa48("480"), Math.max(this.#waits.level, this.#tokens.level))) * this.#kept(now))) / this.#full());
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("481")) {
      {}
    } else {
      stryCov_9fa48("481");
      return stryMutAct_9fa48("482") ? [] : (stryCov_9fa48("482"), [stryMutAct_9fa48("483") ? {} : (stryCov_9fa48("483"), {
        name: "slowness",
        level: stryMutAct_9fa48("485") ? Math.max(1, this.slowness(now)) : (stryCov_9fa48("485"), Math.min(1, this.slowness(now))),
        sentence: this.#sentence()
      })]);
    }
  }
  reset(now: number): void {
    if (stryMutAct_9fa48("486")) {
      {}
    } else {
      stryCov_9fa48("486");
      this.#waits.reset();
      this.#tokens.reset();
      this.#votedAt = now;
    }
  }
  #waited(call: CallFacts, now: number, ms: number, healthy: Healthy | undefined): void {
    if (stryMutAct_9fa48("487")) {
      {}
    } else {
      stryCov_9fa48("487");
      if (stryMutAct_9fa48("490") ? healthy !== undefined : stryMutAct_9fa48("489") ? false : stryMutAct_9fa48("488") ? true : (stryCov_9fa48("488", "489", "490"), healthy === undefined)) return;
      this.#decay(now);
      const bin = binOf(ms, healthy);
      // What its wait has said already is part of what the end of the wait says.
      this.#waits.add(stryMutAct_9fa48("491") ? (SAYS[bin] ?? 0) + (OUTLIVED_SAYS[call.outlived] ?? 0) : (stryCov_9fa48("491"), (stryMutAct_9fa48("492") ? SAYS[bin] && 0 : (stryCov_9fa48("492"), SAYS[bin] ?? 0)) - (stryMutAct_9fa48("493") ? OUTLIVED_SAYS[call.outlived] && 0 : (stryCov_9fa48("493"), OUTLIVED_SAYS[call.outlived] ?? 0))), this.#full());
      this.#waits.count(bin);
    }
  }

  /** Wald's threshold for one false limit in `1 / falseOpensPerDay` days, twice, because there are two tests. */
  #full(): number {
    if (stryMutAct_9fa48("494")) {
      {}
    } else {
      stryCov_9fa48("494");
      const {
        callsPerSecond,
        falseOpensPerDay
      } = this.#context;
      return stryMutAct_9fa48("495") ? Math.max(6, Math.log(callsPerSecond() * 86_400 / falseOpensPerDay)) - Math.LN2 : (stryCov_9fa48("495"), (stryMutAct_9fa48("496") ? Math.min(6, Math.log(callsPerSecond() * 86_400 / falseOpensPerDay)) : (stryCov_9fa48("496"), Math.max(6, Math.log(stryMutAct_9fa48("497") ? callsPerSecond() * 86_400 * falseOpensPerDay : (stryCov_9fa48("497"), (stryMutAct_9fa48("498") ? callsPerSecond() / 86_400 : (stryCov_9fa48("498"), callsPerSecond() * 86_400)) / falseOpensPerDay))))) + Math.LN2);
    }
  }
  #decay(now: number): void {
    if (stryMutAct_9fa48("499")) {
      {}
    } else {
      stryCov_9fa48("499");
      if (stryMutAct_9fa48("502") ? this.#waits.level !== 0 && this.#tokens.level !== 0 : stryMutAct_9fa48("501") ? false : stryMutAct_9fa48("500") ? true : (stryCov_9fa48("500", "501", "502"), (stryMutAct_9fa48("504") ? this.#waits.level === 0 : stryMutAct_9fa48("503") ? false : (stryCov_9fa48("503", "504"), this.#waits.level !== 0)) || (stryMutAct_9fa48("506") ? this.#tokens.level === 0 : stryMutAct_9fa48("505") ? false : (stryCov_9fa48("505", "506"), this.#tokens.level !== 0)))) {
        if (stryMutAct_9fa48("507")) {
          {}
        } else {
          stryCov_9fa48("507");
          const kept = this.#kept(now);
          this.#waits.level = remains(stryMutAct_9fa48("508") ? this.#waits.level / kept : (stryCov_9fa48("508"), this.#waits.level * kept));
          this.#tokens.level = remains(stryMutAct_9fa48("509") ? this.#tokens.level / kept : (stryCov_9fa48("509"), this.#tokens.level * kept));
        }
      }
      this.#votedAt = now;
    }
  }
  #kept(now: number): number {
    if (stryMutAct_9fa48("510")) {
      {}
    } else {
      stryCov_9fa48("510");
      return halved(stryMutAct_9fa48("511") ? now + this.#votedAt : (stryCov_9fa48("511"), now - this.#votedAt), meterHalfLifeMs(this.#context.callsPerSecond()));
    }
  }
  #sentence(): string {
    if (stryMutAct_9fa48("512")) {
      {}
    } else {
      stryCov_9fa48("512");
      const waits = stryMutAct_9fa48("516") ? this.#waits.level < this.#tokens.level : stryMutAct_9fa48("515") ? this.#waits.level > this.#tokens.level : stryMutAct_9fa48("514") ? false : stryMutAct_9fa48("513") ? true : (stryCov_9fa48("513", "514", "515", "516"), this.#waits.level >= this.#tokens.level);
      const {
        level,
        calls,
        late
      } = waits ? this.#waits : this.#tokens;
      if (stryMutAct_9fa48("519") ? level !== 0 : stryMutAct_9fa48("518") ? false : stryMutAct_9fa48("517") ? true : (stryCov_9fa48("517", "518", "519"), level === 0)) return "as fast as healthy";
      const what = waits ? "waited longer for an answer to begin" : "took longer for each token";
      if (stryMutAct_9fa48("525") ? calls !== 0 : stryMutAct_9fa48("524") ? false : stryMutAct_9fa48("523") ? true : (stryCov_9fa48("523", "524", "525"), calls === 0)) return "pending calls wait longer than healthy ones do";
      return `${late} of ${calls} calls ${what} than nine in ten do when healthy`;
    }
  }
  save(now: number): Saved {
    if (stryMutAct_9fa48("528")) {
      {}
    } else {
      stryCov_9fa48("528");
      return stryMutAct_9fa48("529") ? {} : (stryCov_9fa48("529"), {
        waits: copied(this.#waits),
        tokens: copied(this.#tokens),
        votedAgoMs: stryMutAct_9fa48("530") ? now + this.#votedAt : (stryCov_9fa48("530"), now - this.#votedAt)
      });
    }
  }
  restore(saved: Saved, now: number): void {
    if (stryMutAct_9fa48("531")) {
      {}
    } else {
      stryCov_9fa48("531");
      requireLike(saved, this.save(now));
      const {
        waits,
        tokens,
        votedAgoMs
      } = saved;
      Object.assign(this.#waits, copied(waits));
      Object.assign(this.#tokens, copied(tokens));
      this.#votedAt = stryMutAct_9fa48("532") ? now + votedAgoMs : (stryCov_9fa48("532"), now - votedAgoMs);
    }
  }
}
type SavedPace = Pick<Pace, "level" | "calls" | "late">;
interface Saved {
  readonly waits: SavedPace;
  readonly tokens: SavedPace;
  readonly votedAgoMs: number;
}
const copied = stryMutAct_9fa48("533") ? () => undefined : (stryCov_9fa48("533"), (() => {
  const copied = ({
    level,
    calls,
    late
  }: SavedPace): SavedPace => stryMutAct_9fa48("534") ? {} : (stryCov_9fa48("534"), {
    level,
    calls,
    late
  });
  return copied;
})());
function binOf(ms: number, {
  p50Ms,
  p90Ms,
  p99Ms
}: Healthy): number {
  if (stryMutAct_9fa48("535")) {
    {}
  } else {
    stryCov_9fa48("535");
    if (stryMutAct_9fa48("539") ? ms > p50Ms : stryMutAct_9fa48("538") ? ms < p50Ms : stryMutAct_9fa48("537") ? false : stryMutAct_9fa48("536") ? true : (stryCov_9fa48("536", "537", "538", "539"), ms <= p50Ms)) return 0;
    if (stryMutAct_9fa48("543") ? ms > p90Ms : stryMutAct_9fa48("542") ? ms < p90Ms : stryMutAct_9fa48("541") ? false : stryMutAct_9fa48("540") ? true : (stryCov_9fa48("540", "541", "542", "543"), ms <= p90Ms)) return 1;
    if (stryMutAct_9fa48("547") ? ms > p99Ms : stryMutAct_9fa48("546") ? ms < p99Ms : stryMutAct_9fa48("545") ? false : stryMutAct_9fa48("544") ? true : (stryCov_9fa48("544", "545", "546", "547"), ms <= p99Ms)) return 2;
    return (stryMutAct_9fa48("551") ? ms > 2 * p99Ms : stryMutAct_9fa48("550") ? ms < 2 * p99Ms : stryMutAct_9fa48("549") ? false : stryMutAct_9fa48("548") ? true : (stryCov_9fa48("548", "549", "550", "551"), ms <= (stryMutAct_9fa48("552") ? 2 / p99Ms : (stryCov_9fa48("552"), 2 * p99Ms)))) ? 3 : 4;
  }
}

/**
 * The `slowness` meter. It fills when calls wait longer for their first token (unary ones: for their answer), or take
 * longer for each token, than what was learned as healthy; a pending call counts as soon as it has outlived the healthy
 * p50, p90, p99 and twice the p99. It never opens a circuit: it makes it limit the calls that wait. Two likelihood-ratio
 * tests in nats (Page's CUSUM with Hayashibara's in-flight evidence), halved every `max(120 s, 10 / call rate)`.
 *
 * Of calls that are admitted within a quarter of a second only the first testifies: the quick ones of a burst end first, and
 * then the slow ones in a row. Silent until the circuit has learned from a hundred calls in at least two minutes.
 */
export function slowness(): DetectorFactory {
  if (stryMutAct_9fa48("553")) {
    {}
  } else {
    stryCov_9fa48("553");
    return stryMutAct_9fa48("554") ? () => undefined : (stryCov_9fa48("554"), context => new SlownessMeter(context));
  }
}