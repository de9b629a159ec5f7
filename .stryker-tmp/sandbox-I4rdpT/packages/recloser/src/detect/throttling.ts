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
import type { FailureVerdict } from "../outcome/verdict.js";
import { remains } from "./cusum.js";
import type { CallFacts, Detector, DetectorContext, DetectorFactory, Meter, Trip } from "./detector.js";
import { requireLike } from "./like.js";

/** The share of rate-limited calls that a healthy dependency has, and one that is asking for less. */
const HEALTHY = 0.05;
const THROTTLED = 0.5;
const THROTTLED_SAYS = Math.log(stryMutAct_9fa48("665") ? THROTTLED * HEALTHY : (stryCov_9fa48("665"), THROTTLED / HEALTHY));
const ANSWERED_SAYS = Math.log(stryMutAct_9fa48("666") ? (1 - THROTTLED) * (1 - HEALTHY) : (stryCov_9fa48("666"), (stryMutAct_9fa48("667") ? 1 + THROTTLED : (stryCov_9fa48("667"), 1 - THROTTLED)) / (stryMutAct_9fa48("668") ? 1 + HEALTHY : (stryCov_9fa48("668"), 1 - HEALTHY))));
/** Nats that two in a row cannot reach, and three can, decay included. */
const THREE_IN_A_ROW = 4.7;
/** Empty accounts are not a matter of chance; one word of it may be a mistake. */
const QUOTA_IN_A_ROW = 2;
/** Two that are further apart than this are not one event. */
const QUOTA_HORIZON_MS = 3_600_000;
class ThrottlingMeter implements Detector {
  readonly #context: DetectorContext;
  #level = 0;
  #votedAt: number;
  #throttled = 0;
  #calls = 0;
  #quotas = 0;
  #quotaAt = stryMutAct_9fa48("669") ? +Infinity : (stryCov_9fa48("669"), -Infinity);
  #last = "";
  constructor(context: DetectorContext) {
    if (stryMutAct_9fa48("671")) {
      {}
    } else {
      stryCov_9fa48("671");
      this.#context = context;
      this.#votedAt = context.now;
    }
  }
  firstToken(_call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("672")) {
      {}
    } else {
      stryCov_9fa48("672");
      this.#answered(now);
    }
  }
  succeeded(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("673")) {
      {}
    } else {
      stryCov_9fa48("673");
      if (stryMutAct_9fa48("676") ? call.firstTokenAt !== undefined : stryMutAct_9fa48("675") ? false : stryMutAct_9fa48("674") ? true : (stryCov_9fa48("674", "675", "676"), call.firstTokenAt === undefined)) this.#answered(now);
    }
  }
  failed(_call: CallFacts, {
    reason,
    detail
  }: FailureVerdict, now: number): void {
    if (stryMutAct_9fa48("677")) {
      {}
    } else {
      stryCov_9fa48("677");
      if (stryMutAct_9fa48("680") ? reason !== "quota" : stryMutAct_9fa48("679") ? false : stryMutAct_9fa48("678") ? true : (stryCov_9fa48("678", "679", "680"), reason === "quota")) {
        if (stryMutAct_9fa48("682")) {
          {}
        } else {
          stryCov_9fa48("682");
          this.#quotas = stryMutAct_9fa48("683") ? this.#quotasBy(now) - 1 : (stryCov_9fa48("683"), this.#quotasBy(now) + 1);
          this.#quotaAt = now;
          this.#last = stryMutAct_9fa48("684") ? detail && reason : (stryCov_9fa48("684"), detail ?? reason);
        }
      } else if (stryMutAct_9fa48("687") ? reason !== "throttled" : stryMutAct_9fa48("686") ? false : stryMutAct_9fa48("685") ? true : (stryCov_9fa48("685", "686", "687"), reason === "throttled")) {
        if (stryMutAct_9fa48("689")) {
          {}
        } else {
          stryCov_9fa48("689");
          this.#decay(now);
          if (stryMutAct_9fa48("692") ? this.#level !== 0 : stryMutAct_9fa48("691") ? false : stryMutAct_9fa48("690") ? true : (stryCov_9fa48("690", "691", "692"), this.#level === 0)) this.#throttled = this.#calls = 0;
          stryMutAct_9fa48("693") ? this.#level -= THROTTLED_SAYS : (stryCov_9fa48("693"), this.#level += THROTTLED_SAYS);
          stryMutAct_9fa48("694") ? this.#throttled-- : (stryCov_9fa48("694"), this.#throttled++);
          stryMutAct_9fa48("695") ? this.#calls-- : (stryCov_9fa48("695"), this.#calls++);
          this.#last = stryMutAct_9fa48("696") ? detail && reason : (stryCov_9fa48("696"), detail ?? reason);
        }
      }
    }
  }
  trip(): Trip | undefined {
    if (stryMutAct_9fa48("697")) {
      {}
    } else {
      stryCov_9fa48("697");
      if (stryMutAct_9fa48("701") ? this.#quotas < QUOTA_IN_A_ROW : stryMutAct_9fa48("700") ? this.#quotas > QUOTA_IN_A_ROW : stryMutAct_9fa48("699") ? false : stryMutAct_9fa48("698") ? true : (stryCov_9fa48("698", "699", "700", "701"), this.#quotas >= QUOTA_IN_A_ROW)) return stryMutAct_9fa48("702") ? {} : (stryCov_9fa48("702"), {
        kind: "quota",
        message: this.#sentence()
      });
      if (stryMutAct_9fa48("706") ? this.#level < THREE_IN_A_ROW && this.#level < this.#full() : stryMutAct_9fa48("705") ? false : stryMutAct_9fa48("704") ? true : (stryCov_9fa48("704", "705", "706"), (stryMutAct_9fa48("709") ? this.#level >= THREE_IN_A_ROW : stryMutAct_9fa48("708") ? this.#level <= THREE_IN_A_ROW : stryMutAct_9fa48("707") ? false : (stryCov_9fa48("707", "708", "709"), this.#level < THREE_IN_A_ROW)) || (stryMutAct_9fa48("712") ? this.#level >= this.#full() : stryMutAct_9fa48("711") ? this.#level <= this.#full() : stryMutAct_9fa48("710") ? false : (stryCov_9fa48("710", "711", "712"), this.#level < this.#full())))) return undefined;
      return stryMutAct_9fa48("713") ? {} : (stryCov_9fa48("713"), {
        kind: "throttled",
        message: this.#sentence()
      });
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("715")) {
      {}
    } else {
      stryCov_9fa48("715");
      const rate = stryMutAct_9fa48("716") ? remains(this.#level * this.#kept(now)) * this.#full() : (stryCov_9fa48("716"), remains(stryMutAct_9fa48("717") ? this.#level / this.#kept(now) : (stryCov_9fa48("717"), this.#level * this.#kept(now))) / this.#full());
      const level = stryMutAct_9fa48("718") ? Math.max(1, Math.max(rate, this.#quotasBy(now) / QUOTA_IN_A_ROW)) : (stryCov_9fa48("718"), Math.min(1, stryMutAct_9fa48("719") ? Math.min(rate, this.#quotasBy(now) / QUOTA_IN_A_ROW) : (stryCov_9fa48("719"), Math.max(rate, stryMutAct_9fa48("720") ? this.#quotasBy(now) * QUOTA_IN_A_ROW : (stryCov_9fa48("720"), this.#quotasBy(now) / QUOTA_IN_A_ROW)))));
      return stryMutAct_9fa48("721") ? [] : (stryCov_9fa48("721"), [stryMutAct_9fa48("722") ? {} : (stryCov_9fa48("722"), {
        name: "throttling",
        level,
        sentence: (stryMutAct_9fa48("726") ? level !== 0 : stryMutAct_9fa48("725") ? false : stryMutAct_9fa48("724") ? true : (stryCov_9fa48("724", "725", "726"), level === 0)) ? "nothing throttled" : this.#sentence()
      })]);
    }
  }
  reset(now: number): void {
    if (stryMutAct_9fa48("728")) {
      {}
    } else {
      stryCov_9fa48("728");
      this.#level = 0;
      this.#quotas = 0;
      this.#votedAt = now;
    }
  }
  #answered(now: number): void {
    if (stryMutAct_9fa48("729")) {
      {}
    } else {
      stryCov_9fa48("729");
      this.#quotas = 0;
      if (stryMutAct_9fa48("732") ? this.#level !== 0 : stryMutAct_9fa48("731") ? false : stryMutAct_9fa48("730") ? true : (stryCov_9fa48("730", "731", "732"), this.#level === 0)) return;
      this.#decay(now);
      this.#level = stryMutAct_9fa48("733") ? Math.min(0, this.#level + ANSWERED_SAYS) : (stryCov_9fa48("733"), Math.max(0, stryMutAct_9fa48("734") ? this.#level - ANSWERED_SAYS : (stryCov_9fa48("734"), this.#level + ANSWERED_SAYS)));
      stryMutAct_9fa48("735") ? this.#calls-- : (stryCov_9fa48("735"), this.#calls++);
    }
  }
  #quotasBy(now: number): number {
    if (stryMutAct_9fa48("736")) {
      {}
    } else {
      stryCov_9fa48("736");
      return (stryMutAct_9fa48("740") ? now - this.#quotaAt <= QUOTA_HORIZON_MS : stryMutAct_9fa48("739") ? now - this.#quotaAt >= QUOTA_HORIZON_MS : stryMutAct_9fa48("738") ? false : stryMutAct_9fa48("737") ? true : (stryCov_9fa48("737", "738", "739", "740"), (stryMutAct_9fa48("741") ? now + this.#quotaAt : (stryCov_9fa48("741"), now - this.#quotaAt)) > QUOTA_HORIZON_MS)) ? 0 : this.#quotas;
    }
  }
  #decay(now: number): void {
    if (stryMutAct_9fa48("742")) {
      {}
    } else {
      stryCov_9fa48("742");
      this.#level = remains(stryMutAct_9fa48("743") ? this.#level / this.#kept(now) : (stryCov_9fa48("743"), this.#level * this.#kept(now)));
      this.#votedAt = now;
    }
  }
  #kept(now: number): number {
    if (stryMutAct_9fa48("744")) {
      {}
    } else {
      stryCov_9fa48("744");
      return halved(stryMutAct_9fa48("745") ? now + this.#votedAt : (stryCov_9fa48("745"), now - this.#votedAt), meterHalfLifeMs(this.#context.callsPerSecond()));
    }
  }

  /** One mistake in 15 minutes at the healthy share: it costs what the dependency asks for. */
  #full(): number {
    if (stryMutAct_9fa48("746")) {
      {}
    } else {
      stryCov_9fa48("746");
      return stryMutAct_9fa48("747") ? Math.min(THREE_IN_A_ROW, Math.log(900 * this.#context.callsPerSecond())) : (stryCov_9fa48("747"), Math.max(THREE_IN_A_ROW, Math.log(stryMutAct_9fa48("748") ? 900 / this.#context.callsPerSecond() : (stryCov_9fa48("748"), 900 * this.#context.callsPerSecond()))));
    }
  }
  #sentence(): string {
    if (stryMutAct_9fa48("749")) {
      {}
    } else {
      stryCov_9fa48("749");
      if (stryMutAct_9fa48("753") ? this.#quotas <= 0 : stryMutAct_9fa48("752") ? this.#quotas >= 0 : stryMutAct_9fa48("751") ? false : stryMutAct_9fa48("750") ? true : (stryCov_9fa48("750", "751", "752", "753"), this.#quotas > 0)) return `the account's quota or credit was used up ${(stryMutAct_9fa48("757") ? this.#quotas !== 1 : stryMutAct_9fa48("756") ? false : stryMutAct_9fa48("755") ? true : (stryCov_9fa48("755", "756", "757"), this.#quotas === 1)) ? "once" : `${this.#quotas} times in a row`}, last: ${this.#last}`;
      return `${this.#throttled} of ${this.#calls} calls hit the rate limit, last: ${this.#last}`;
    }
  }
  save(now: number): Saved {
    if (stryMutAct_9fa48("761")) {
      {}
    } else {
      stryCov_9fa48("761");
      return stryMutAct_9fa48("762") ? {} : (stryCov_9fa48("762"), {
        level: this.#level,
        votedAgoMs: stryMutAct_9fa48("763") ? now + this.#votedAt : (stryCov_9fa48("763"), now - this.#votedAt),
        throttled: this.#throttled,
        calls: this.#calls,
        quotas: this.#quotas,
        quotaAgoMs: (stryMutAct_9fa48("766") ? this.#quotas !== 0 : stryMutAct_9fa48("765") ? false : stryMutAct_9fa48("764") ? true : (stryCov_9fa48("764", "765", "766"), this.#quotas === 0)) ? 0 : stryMutAct_9fa48("767") ? now + this.#quotaAt : (stryCov_9fa48("767"), now - this.#quotaAt),
        last: this.#last
      });
    }
  }
  restore(saved: Saved, now: number): void {
    if (stryMutAct_9fa48("768")) {
      {}
    } else {
      stryCov_9fa48("768");
      requireLike(saved, this.save(now));
      this.#level = saved.level;
      this.#votedAt = stryMutAct_9fa48("769") ? now + saved.votedAgoMs : (stryCov_9fa48("769"), now - saved.votedAgoMs);
      this.#throttled = saved.throttled;
      this.#calls = saved.calls;
      this.#quotas = saved.quotas;
      this.#quotaAt = stryMutAct_9fa48("770") ? now + saved.quotaAgoMs : (stryCov_9fa48("770"), now - saved.quotaAgoMs);
      this.#last = saved.last;
    }
  }
}
interface Saved {
  readonly level: number;
  readonly votedAgoMs: number;
  readonly throttled: number;
  readonly calls: number;
  readonly quotas: number;
  readonly quotaAgoMs: number;
  readonly last: string;
}

/**
 * The `throttling` meter. Rate limits fill it (a CUSUM between 5 % and 50 % of calls, at least three in a row), answers pay
 * back, other failures do neither; full, the circuit opens as `throttled` for at least what the dependency asked for. Two
 * answers in a row that mean money open it as `quota`, on a slower clock. A single 429 in healthy traffic blocks nobody.
 */
export function throttling(): DetectorFactory {
  if (stryMutAct_9fa48("771")) {
    {}
  } else {
    stryCov_9fa48("771");
    return stryMutAct_9fa48("772") ? () => undefined : (stryCov_9fa48("772"), context => new ThrottlingMeter(context));
  }
}