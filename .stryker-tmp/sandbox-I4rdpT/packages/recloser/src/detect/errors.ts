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
import type { FailureReason, FailureVerdict } from "../outcome/verdict.js";
import { seconds } from "../outcome/words.js";
import { Cusum, DOWN, type Paid, remains, type SavedCusum } from "./cusum.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter, Trip } from "./detector.js";
import { requireLike } from "./like.js";

/** The failure share of a healthy dependency. */
const HEALTHY = 0.02;
/** However bad it has been, more than this is never called tolerable. */
const MOST_TOLERABLE = 0.6;
/** Weight of one vote in the learned failure share. */
const SHARE_WEIGHT = stryMutAct_9fa48("162") ? 1 * 32 : (stryCov_9fa48("162"), 1 / 32);
/** Failures that held their caller's slot until a limit passed, instead of failing in a moment. */
const HELD_A_SLOT: ReadonlySet<FailureReason> = new Set(stryMutAct_9fa48("163") ? [] : (stryCov_9fa48("163"), ["stalled", "timeout", "no-first-token"]));
/** A third as many of those are tolerable. A full pool of them is also the last evidence that there will be. */
const COST_OF_A_WAIT = 3;
const LOW_RATE_STEEPNESS = 1.75;
/** Nats that three failures in a row cannot reach at the default threshold, and four can, decay included. */
const FOUR_FAILURES = 3.5;

/** Weight of one failure in the learned share of calls that have a fallback. */
const FALLBACK_WEIGHT = stryMutAct_9fa48("167") ? 1 * 8 : (stryCov_9fa48("167"), 1 / 8);
/** From this share on, opening costs little. */
const NEARLY_ALL = 0.9;
/** The usual time to fail is that of about this many failures. */
const USUAL_OF = 8;
/** Under a fast failure nothing outlives this many times the usual time to fail. */
const SURVIVES_AFTER = 2;
/** What a pending call that has outlived it is worth, in successes. */
const SURVIVOR_SHARE = 0.5;
/** A pending call that has outlived the healthy p90 is no survivor any more. */
const LATE = 2;

/** What a pending call has paid back already. */
interface Credit {
  readonly unhealthy: Paid;
  readonly intolerable: Paid;
}
class ErrorsMeter implements Detector {
  readonly #context: DetectorContext;
  /** Worse than healthy. */
  readonly #unhealthy = new Cusum(HEALTHY);
  /** Worse than tolerable. */
  readonly #intolerable: Cusum;
  /** The failing share of all calls. */
  #share = 0;
  /** The share of failing calls that had a fallback. */
  #fallbacks = 0;
  #votedAt: number;
  #failures = 0;
  #calls = 0;
  #runStartedAt: number;
  /** The usual time to fail in this run: the geometric mean, which one failure that took a minute does not move far. */
  #lnUsualMs = 0;
  #last = "";
  /** Unary calls of this run that were credited while they were pending. */
  readonly #survivors = new Map<CallFacts, Credit>();
  constructor(context: DetectorContext) {
    if (stryMutAct_9fa48("169")) {
      {}
    } else {
      stryCov_9fa48("169");
      this.#context = context;
      this.#intolerable = new Cusum(this.#tolerable());
      this.#votedAt = context.now;
      this.#runStartedAt = context.now;
    }
  }
  firstToken(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("170")) {
      {}
    } else {
      stryCov_9fa48("170");
      this.#succeed(call, now);
    }
  }
  outlived(call: CallFacts): void {
    if (stryMutAct_9fa48("171")) {
      {}
    } else {
      stryCov_9fa48("171");
      if (stryMutAct_9fa48("175") ? call.outlived < LATE : stryMutAct_9fa48("174") ? call.outlived > LATE : stryMutAct_9fa48("173") ? false : stryMutAct_9fa48("172") ? true : (stryCov_9fa48("172", "173", "174", "175"), call.outlived >= LATE)) this.#revoke(call);
    }
  }
  succeeded(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("176")) {
      {}
    } else {
      stryCov_9fa48("176");
      // A call that reported a first token was credited then; its end adds nothing.
      if (stryMutAct_9fa48("179") ? call.firstTokenAt === undefined : stryMutAct_9fa48("178") ? false : stryMutAct_9fa48("177") ? true : (stryCov_9fa48("177", "178", "179"), call.firstTokenAt !== undefined)) return;
      this.#succeed(call, now);
    }
  }
  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (stryMutAct_9fa48("180")) {
      {}
    } else {
      stryCov_9fa48("180");
      this.#revoke(call);
      // Being asked for less, or for money, is not a fault of the dependency: neither adds nor pays back.
      if (stryMutAct_9fa48("183") ? verdict.reason === "throttled" && verdict.reason === "quota" : stryMutAct_9fa48("182") ? false : stryMutAct_9fa48("181") ? true : (stryCov_9fa48("181", "182", "183"), (stryMutAct_9fa48("185") ? verdict.reason !== "throttled" : stryMutAct_9fa48("184") ? false : (stryCov_9fa48("184", "185"), verdict.reason === "throttled")) || (stryMutAct_9fa48("188") ? verdict.reason !== "quota" : stryMutAct_9fa48("187") ? false : (stryCov_9fa48("187", "188"), verdict.reason === "quota")))) return;
      this.#decay(now);
      stryMutAct_9fa48("190") ? this.#fallbacks -= ((call.fallback ? 1 : 0) - this.#fallbacks) * FALLBACK_WEIGHT : (stryCov_9fa48("190"), this.#fallbacks += stryMutAct_9fa48("191") ? ((call.fallback ? 1 : 0) - this.#fallbacks) / FALLBACK_WEIGHT : (stryCov_9fa48("191"), (stryMutAct_9fa48("192") ? (call.fallback ? 1 : 0) + this.#fallbacks : (stryCov_9fa48("192"), (call.fallback ? 1 : 0) - this.#fallbacks)) * FALLBACK_WEIGHT));
      if (stryMutAct_9fa48("195") ? this.#intolerable.level !== 0 : stryMutAct_9fa48("194") ? false : stryMutAct_9fa48("193") ? true : (stryCov_9fa48("193", "194", "195"), this.#intolerable.level === 0)) {
        if (stryMutAct_9fa48("196")) {
          {}
        } else {
          stryCov_9fa48("196");
          this.#failures = 0;
          this.#calls = 0;
          // From its admission: calls that hang fail in one moment, after a long wait.
          this.#runStartedAt = call.admittedAt;
        }
      }
      this.#unhealthy.fail(call, HEALTHY, 1);
      const tolerable = this.#tolerable();
      // Where everything is tolerable, so is a wait.
      const cost = (stryMutAct_9fa48("199") ? tolerable < DOWN || HELD_A_SLOT.has(verdict.reason) : stryMutAct_9fa48("198") ? false : stryMutAct_9fa48("197") ? true : (stryCov_9fa48("197", "198", "199"), (stryMutAct_9fa48("202") ? tolerable >= DOWN : stryMutAct_9fa48("201") ? tolerable <= DOWN : stryMutAct_9fa48("200") ? true : (stryCov_9fa48("200", "201", "202"), tolerable < DOWN)) && HELD_A_SLOT.has(verdict.reason))) ? COST_OF_A_WAIT : 1;
      this.#intolerable.fail(call, tolerable, cost);
      stryMutAct_9fa48("203") ? this.#share -= (1 - this.#share) * SHARE_WEIGHT : (stryCov_9fa48("203"), this.#share += stryMutAct_9fa48("204") ? (1 - this.#share) / SHARE_WEIGHT : (stryCov_9fa48("204"), (stryMutAct_9fa48("205") ? 1 + this.#share : (stryCov_9fa48("205"), 1 - this.#share)) * SHARE_WEIGHT));
      stryMutAct_9fa48("206") ? this.#failures-- : (stryCov_9fa48("206"), this.#failures++);
      stryMutAct_9fa48("207") ? this.#calls-- : (stryCov_9fa48("207"), this.#calls++);
      this.#last = stryMutAct_9fa48("208") ? verdict.detail && verdict.reason : (stryCov_9fa48("208"), verdict.detail ?? verdict.reason);
      const lnMs = Math.log(stryMutAct_9fa48("209") ? Math.min(1, now - call.admittedAt) : (stryCov_9fa48("209"), Math.max(1, stryMutAct_9fa48("210") ? now + call.admittedAt : (stryCov_9fa48("210"), now - call.admittedAt))));
      stryMutAct_9fa48("211") ? this.#lnUsualMs -= (lnMs - this.#lnUsualMs) / Math.min(this.#failures, USUAL_OF) : (stryCov_9fa48("211"), this.#lnUsualMs += stryMutAct_9fa48("212") ? (lnMs - this.#lnUsualMs) * Math.min(this.#failures, USUAL_OF) : (stryCov_9fa48("212"), (stryMutAct_9fa48("213") ? lnMs + this.#lnUsualMs : (stryCov_9fa48("213"), lnMs - this.#lnUsualMs)) / (stryMutAct_9fa48("214") ? Math.max(this.#failures, USUAL_OF) : (stryCov_9fa48("214"), Math.min(this.#failures, USUAL_OF)))));
      this.#creditSurvivors(now);
    }
  }
  dropped(call: CallFacts): void {
    if (stryMutAct_9fa48("215")) {
      {}
    } else {
      stryCov_9fa48("215");
      this.#revoke(call);
    }
  }
  trip(now: number): Trip | undefined {
    if (stryMutAct_9fa48("216")) {
      {}
    } else {
      stryCov_9fa48("216");
      // Asked after every call: nothing is worked out for a calm meter.
      if (stryMutAct_9fa48("219") ? this.#intolerable.level < FOUR_FAILURES && this.#level(1) < 1 : stryMutAct_9fa48("218") ? false : stryMutAct_9fa48("217") ? true : (stryCov_9fa48("217", "218", "219"), (stryMutAct_9fa48("222") ? this.#intolerable.level >= FOUR_FAILURES : stryMutAct_9fa48("221") ? this.#intolerable.level <= FOUR_FAILURES : stryMutAct_9fa48("220") ? false : (stryCov_9fa48("220", "221", "222"), this.#intolerable.level < FOUR_FAILURES)) || (stryMutAct_9fa48("225") ? this.#level(1) >= 1 : stryMutAct_9fa48("224") ? this.#level(1) <= 1 : stryMutAct_9fa48("223") ? false : (stryCov_9fa48("223", "224", "225"), this.#level(1) < 1)))) return undefined;
      return stryMutAct_9fa48("226") ? {} : (stryCov_9fa48("226"), {
        message: this.#sentence(now)
      });
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("227")) {
      {}
    } else {
      stryCov_9fa48("227");
      // Looking changes nothing: what has decayed since the last vote is only taken off what is shown.
      const level = stryMutAct_9fa48("228") ? Math.max(1, this.#level(this.#kept(now))) : (stryCov_9fa48("228"), Math.min(1, this.#level(this.#kept(now))));
      return stryMutAct_9fa48("229") ? [] : (stryCov_9fa48("229"), [stryMutAct_9fa48("230") ? {} : (stryCov_9fa48("230"), {
        name: "errors",
        level,
        sentence: (stryMutAct_9fa48("234") ? level !== 0 : stryMutAct_9fa48("233") ? false : stryMutAct_9fa48("232") ? true : (stryCov_9fa48("232", "233", "234"), level === 0)) ? "no failures that count" : this.#sentence(now)
      })]);
    }
  }
  reset(now: number): void {
    if (stryMutAct_9fa48("236")) {
      {}
    } else {
      stryCov_9fa48("236");
      this.#unhealthy.reset();
      this.#intolerable.reset();
      this.#survivors.clear();
      this.#failures = 0;
      this.#calls = 0;
      this.#votedAt = now;
    }
  }
  #succeed(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("237")) {
      {}
    } else {
      stryCov_9fa48("237");
      // What a survivor was credited with stands; only the rest is left to pay.
      const share = this.#survivors.delete(call) ? stryMutAct_9fa48("238") ? 1 + SURVIVOR_SHARE : (stryCov_9fa48("238"), 1 - SURVIVOR_SHARE) : 1;
      // A calm meter has nothing to decay and nothing to pay back: the usual case, and the quick one.
      if (stryMutAct_9fa48("241") ? this.#unhealthy.level === 0 || this.#intolerable.level === 0 : stryMutAct_9fa48("240") ? false : stryMutAct_9fa48("239") ? true : (stryCov_9fa48("239", "240", "241"), (stryMutAct_9fa48("243") ? this.#unhealthy.level !== 0 : stryMutAct_9fa48("242") ? true : (stryCov_9fa48("242", "243"), this.#unhealthy.level === 0)) && (stryMutAct_9fa48("245") ? this.#intolerable.level !== 0 : stryMutAct_9fa48("244") ? true : (stryCov_9fa48("244", "245"), this.#intolerable.level === 0)))) {
        if (stryMutAct_9fa48("246")) {
          {}
        } else {
          stryCov_9fa48("246");
          this.#votedAt = now;
        }
      } else {
        if (stryMutAct_9fa48("247")) {
          {}
        } else {
          stryCov_9fa48("247");
          this.#decay(now);
          this.#unhealthy.succeed(call, share);
          this.#intolerable.succeed(call, share);
        }
      }
      stryMutAct_9fa48("248") ? this.#share += this.#share * SHARE_WEIGHT : (stryCov_9fa48("248"), this.#share -= stryMutAct_9fa48("249") ? this.#share / SHARE_WEIGHT : (stryCov_9fa48("249"), this.#share * SHARE_WEIGHT));
      stryMutAct_9fa48("250") ? this.#calls-- : (stryCov_9fa48("250"), this.#calls++);
    }
  }

  /**
   * Under a fast failure nothing outlives the usual time to fail, so a pending call of this run that has is credited now
   * and not when it ends: of unary calls the successes end late, the failures soon, and counting ends alone would open on
   * a partial failure. Latest first: the walk ends at the first call that was credited before.
   */
  #creditSurvivors(now: number): void {
    if (stryMutAct_9fa48("251")) {
      {}
    } else {
      stryCov_9fa48("251");
      const survivesAfterMs = stryMutAct_9fa48("252") ? SURVIVES_AFTER / Math.exp(this.#lnUsualMs) : (stryCov_9fa48("252"), SURVIVES_AFTER * Math.exp(this.#lnUsualMs));
      for (const call of this.#context.youngUnary()) {
        if (stryMutAct_9fa48("253")) {
          {}
        } else {
          stryCov_9fa48("253");
          if (stryMutAct_9fa48("257") ? now - call.admittedAt > survivesAfterMs : stryMutAct_9fa48("256") ? now - call.admittedAt < survivesAfterMs : stryMutAct_9fa48("255") ? false : stryMutAct_9fa48("254") ? true : (stryCov_9fa48("254", "255", "256", "257"), (stryMutAct_9fa48("258") ? now + call.admittedAt : (stryCov_9fa48("258"), now - call.admittedAt)) <= survivesAfterMs)) continue;
          if (stryMutAct_9fa48("261") ? call.admittedAt < this.#runStartedAt && this.#survivors.has(call) : stryMutAct_9fa48("260") ? false : stryMutAct_9fa48("259") ? true : (stryCov_9fa48("259", "260", "261"), (stryMutAct_9fa48("264") ? call.admittedAt >= this.#runStartedAt : stryMutAct_9fa48("263") ? call.admittedAt <= this.#runStartedAt : stryMutAct_9fa48("262") ? false : (stryCov_9fa48("262", "263", "264"), call.admittedAt < this.#runStartedAt)) || this.#survivors.has(call))) return;
          this.#survivors.set(call, stryMutAct_9fa48("265") ? {} : (stryCov_9fa48("265"), {
            unhealthy: this.#unhealthy.succeed(call, SURVIVOR_SHARE),
            intolerable: this.#intolerable.succeed(call, SURVIVOR_SHARE)
          }));
        }
      }
    }
  }
  #revoke(call: CallFacts): void {
    if (stryMutAct_9fa48("266")) {
      {}
    } else {
      stryCov_9fa48("266");
      if (stryMutAct_9fa48("269") ? this.#survivors.size !== 0 : stryMutAct_9fa48("268") ? false : stryMutAct_9fa48("267") ? true : (stryCov_9fa48("267", "268", "269"), this.#survivors.size === 0)) return;
      const credit = this.#survivors.get(call);
      if (stryMutAct_9fa48("272") ? credit !== undefined : stryMutAct_9fa48("271") ? false : stryMutAct_9fa48("270") ? true : (stryCov_9fa48("270", "271", "272"), credit === undefined)) return;
      this.#survivors.delete(call);
      this.#unhealthy.revoke(credit.unhealthy);
      this.#intolerable.revoke(credit.intolerable);
    }
  }
  #decay(now: number): void {
    if (stryMutAct_9fa48("273")) {
      {}
    } else {
      stryCov_9fa48("273");
      const kept = this.#kept(now);
      this.#votedAt = now;
      this.#unhealthy.decay(kept);
      this.#intolerable.decay(kept);
    }
  }

  /** The share of the meters that is left of what the last vote found. */
  #kept(now: number): number {
    if (stryMutAct_9fa48("274")) {
      {}
    } else {
      stryCov_9fa48("274");
      return halved(stryMutAct_9fa48("275") ? now + this.#votedAt : (stryCov_9fa48("275"), now - this.#votedAt), meterHalfLifeMs(this.#context.callsPerSecond()));
    }
  }

  /** What this dependency has been failing lately, within the bounds of what may be called tolerable. */
  #tolerable(): number {
    if (stryMutAct_9fa48("276")) {
      {}
    } else {
      stryCov_9fa48("276");
      const {
        errorThreshold,
        errorThresholdWithFallback
      } = this.#context;
      const given = (stryMutAct_9fa48("280") ? this.#fallbacks <= NEARLY_ALL : stryMutAct_9fa48("279") ? this.#fallbacks >= NEARLY_ALL : stryMutAct_9fa48("278") ? false : stryMutAct_9fa48("277") ? true : (stryCov_9fa48("277", "278", "279", "280"), this.#fallbacks > NEARLY_ALL)) ? errorThresholdWithFallback : errorThreshold;
      const least = stryMutAct_9fa48("281") ? Math.min(HEALTHY, given) : (stryCov_9fa48("281"), Math.max(HEALTHY, given));
      return stryMutAct_9fa48("282") ? Math.max(Math.max(this.#share, least), Math.max(MOST_TOLERABLE, least)) : (stryCov_9fa48("282"), Math.min(stryMutAct_9fa48("283") ? Math.min(this.#share, least) : (stryCov_9fa48("283"), Math.max(this.#share, least)), stryMutAct_9fa48("284") ? Math.min(MOST_TOLERABLE, least) : (stryCov_9fa48("284"), Math.max(MOST_TOLERABLE, least))));
    }
  }

  /**
   * Both tests must be full. Wald's threshold for a mean time between false alarms is ln(calls in that time). The first
   * test allows `falseOpensPerDay`, halved because it is not the only way to open; the second allows one in 15 minutes
   * *at* the tolerable share, where opening by mistake costs little. Below one call a second the second threshold falls
   * faster, down to four failures in a row: see docs/decisions/0002-threshold-at-low-rates.md.
   */
  #level(kept: number): number {
    if (stryMutAct_9fa48("285")) {
      {}
    } else {
      stryCov_9fa48("285");
      const perSecond = this.#context.callsPerSecond();
      const unhealthyFull = stryMutAct_9fa48("286") ? Math.min(6, Math.log(perSecond * 86_400 / this.#context.falseOpensPerDay) + Math.LN2) : (stryCov_9fa48("286"), Math.max(6, stryMutAct_9fa48("287") ? Math.log(perSecond * 86_400 / this.#context.falseOpensPerDay) - Math.LN2 : (stryCov_9fa48("287"), Math.log(stryMutAct_9fa48("288") ? perSecond * 86_400 * this.#context.falseOpensPerDay : (stryCov_9fa48("288"), (stryMutAct_9fa48("289") ? perSecond / 86_400 : (stryCov_9fa48("289"), perSecond * 86_400)) / this.#context.falseOpensPerDay)) + Math.LN2)));
      const steepness = (stryMutAct_9fa48("293") ? perSecond >= 1 : stryMutAct_9fa48("292") ? perSecond <= 1 : stryMutAct_9fa48("291") ? false : stryMutAct_9fa48("290") ? true : (stryCov_9fa48("290", "291", "292", "293"), perSecond < 1)) ? LOW_RATE_STEEPNESS : 1;
      const intolerableFull = stryMutAct_9fa48("294") ? Math.min(FOUR_FAILURES, Math.log(900) + steepness * Math.log(perSecond)) : (stryCov_9fa48("294"), Math.max(FOUR_FAILURES, stryMutAct_9fa48("295") ? Math.log(900) - steepness * Math.log(perSecond) : (stryCov_9fa48("295"), Math.log(900) + (stryMutAct_9fa48("296") ? steepness / Math.log(perSecond) : (stryCov_9fa48("296"), steepness * Math.log(perSecond))))));
      return stryMutAct_9fa48("297") ? Math.max(remains(this.#unhealthy.level * kept) / unhealthyFull, remains(this.#intolerable.level * kept) / intolerableFull) : (stryCov_9fa48("297"), Math.min(stryMutAct_9fa48("298") ? remains(this.#unhealthy.level * kept) * unhealthyFull : (stryCov_9fa48("298"), remains(stryMutAct_9fa48("299") ? this.#unhealthy.level / kept : (stryCov_9fa48("299"), this.#unhealthy.level * kept)) / unhealthyFull), stryMutAct_9fa48("300") ? remains(this.#intolerable.level * kept) * intolerableFull : (stryCov_9fa48("300"), remains(stryMutAct_9fa48("301") ? this.#intolerable.level / kept : (stryCov_9fa48("301"), this.#intolerable.level * kept)) / intolerableFull)));
    }
  }
  #sentence(now: number): string {
    if (stryMutAct_9fa48("302")) {
      {}
    } else {
      stryCov_9fa48("302");
      const what = (stryMutAct_9fa48("305") ? this.#last !== "" : stryMutAct_9fa48("304") ? false : stryMutAct_9fa48("303") ? true : (stryCov_9fa48("303", "304", "305"), this.#last === "")) ? "" : `, last: ${this.#last}`;
      return `${this.#failures} of ${this.#calls} calls failed within ${seconds(stryMutAct_9fa48("310") ? now + this.#runStartedAt : (stryCov_9fa48("310"), now - this.#runStartedAt))}${what}`;
    }
  }
  save(now: number): Saved {
    if (stryMutAct_9fa48("311")) {
      {}
    } else {
      stryCov_9fa48("311");
      return stryMutAct_9fa48("312") ? {} : (stryCov_9fa48("312"), {
        unhealthy: this.#unhealthy.save(now),
        intolerable: this.#intolerable.save(now),
        share: this.#share,
        fallbacks: this.#fallbacks,
        votedAgoMs: stryMutAct_9fa48("313") ? now + this.#votedAt : (stryCov_9fa48("313"), now - this.#votedAt),
        failures: this.#failures,
        calls: this.#calls,
        runMs: stryMutAct_9fa48("314") ? now + this.#runStartedAt : (stryCov_9fa48("314"), now - this.#runStartedAt),
        lnUsualMs: this.#lnUsualMs,
        last: this.#last
      });
    }
  }
  restore(saved: Saved, now: number): void {
    if (stryMutAct_9fa48("315")) {
      {}
    } else {
      stryCov_9fa48("315");
      requireLike(saved, this.save(now));
      this.#unhealthy.restore(saved.unhealthy, now);
      this.#intolerable.restore(saved.intolerable, now);
      this.#share = saved.share;
      this.#fallbacks = saved.fallbacks;
      this.#votedAt = stryMutAct_9fa48("316") ? now + saved.votedAgoMs : (stryCov_9fa48("316"), now - saved.votedAgoMs);
      this.#failures = saved.failures;
      this.#calls = saved.calls;
      this.#runStartedAt = stryMutAct_9fa48("317") ? now + saved.runMs : (stryCov_9fa48("317"), now - saved.runMs);
      this.#lnUsualMs = saved.lnUsualMs;
      this.#last = saved.last;
    }
  }
}
interface Saved {
  readonly unhealthy: SavedCusum;
  readonly intolerable: SavedCusum;
  readonly share: number;
  readonly fallbacks: number;
  readonly votedAgoMs: number;
  readonly failures: number;
  readonly calls: number;
  readonly runMs: number;
  readonly lnUsualMs: number;
  readonly last: string;
}

/**
 * The `errors` meter, the default policy. It fills only when failures are both worse than healthy *and* worse than what
 * is tolerable: a provider that fails one call in ten is worth using, and one that has failed half of them for an hour is
 * not news. Two CUSUM tests in nats, halved every `max(120 s, 10 / call rate)`; a failure adds ln(0.95/p), a success adds
 * ln(0.05/(1−p)), where p is 2 % for the first test and the tolerable share for the second.
 *
 * A failure that held its caller's slot until a limit passed (`stalled`, `timeout`, `no-first-token`) counts against a
 * third of the tolerable share: it adds ln(3) more to the second test.
 *
 * A streaming call counts as a success at its first token, and a call that was admitted before the current run of
 * failures began pays nothing back. A pending unary call that has outlived twice the longest time to fail is credited with
 * half a success, until it ends or has outlived the healthy p90.
 */
export function errors(): DetectorFactory {
  if (stryMutAct_9fa48("318")) {
    {}
  } else {
    stryCov_9fa48("318");
    return stryMutAct_9fa48("319") ? () => undefined : (stryCov_9fa48("319"), context => new ErrorsMeter(context));
  }
}