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
import type { FailureVerdict } from "../outcome/verdict.js";
import { atLeast } from "../require.js";
import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "./detector.js";
import { requireLike } from "./like.js";

/** Failures in a row that are further apart than this are not one event. */
const HORIZON_MS = 600_000;
class Consecutive implements Detector {
  readonly #limit: number;
  #inARow = 0;
  #lastAt = stryMutAct_9fa48("45") ? +Infinity : (stryCov_9fa48("45"), -Infinity);
  #last = "";
  constructor(limit: number) {
    if (stryMutAct_9fa48("47")) {
      {}
    } else {
      stryCov_9fa48("47");
      this.#limit = limit;
    }
  }
  firstToken(): void {
    if (stryMutAct_9fa48("48")) {
      {}
    } else {
      stryCov_9fa48("48");
      this.#inARow = 0;
    }
  }
  succeeded(call: CallFacts): void {
    if (stryMutAct_9fa48("49")) {
      {}
    } else {
      stryCov_9fa48("49");
      if (stryMutAct_9fa48("52") ? call.firstTokenAt !== undefined : stryMutAct_9fa48("51") ? false : stryMutAct_9fa48("50") ? true : (stryCov_9fa48("50", "51", "52"), call.firstTokenAt === undefined)) this.#inARow = 0;
    }
  }
  failed(_call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (stryMutAct_9fa48("53")) {
      {}
    } else {
      stryCov_9fa48("53");
      if (stryMutAct_9fa48("56") ? verdict.reason === "throttled" && verdict.reason === "quota" : stryMutAct_9fa48("55") ? false : stryMutAct_9fa48("54") ? true : (stryCov_9fa48("54", "55", "56"), (stryMutAct_9fa48("58") ? verdict.reason !== "throttled" : stryMutAct_9fa48("57") ? false : (stryCov_9fa48("57", "58"), verdict.reason === "throttled")) || (stryMutAct_9fa48("61") ? verdict.reason !== "quota" : stryMutAct_9fa48("60") ? false : (stryCov_9fa48("60", "61"), verdict.reason === "quota")))) return;
      this.#inARow = stryMutAct_9fa48("63") ? this.#current(now) - 1 : (stryCov_9fa48("63"), this.#current(now) + 1);
      this.#lastAt = now;
      this.#last = stryMutAct_9fa48("64") ? verdict.detail && verdict.reason : (stryCov_9fa48("64"), verdict.detail ?? verdict.reason);
    }
  }
  trip(now: number): Trip | undefined {
    if (stryMutAct_9fa48("65")) {
      {}
    } else {
      stryCov_9fa48("65");
      return (stryMutAct_9fa48("69") ? this.#current(now) < this.#limit : stryMutAct_9fa48("68") ? this.#current(now) > this.#limit : stryMutAct_9fa48("67") ? false : stryMutAct_9fa48("66") ? true : (stryCov_9fa48("66", "67", "68", "69"), this.#current(now) >= this.#limit)) ? stryMutAct_9fa48("70") ? {} : (stryCov_9fa48("70"), {
        message: this.#sentence(now)
      }) : undefined;
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("71")) {
      {}
    } else {
      stryCov_9fa48("71");
      const level = stryMutAct_9fa48("72") ? Math.max(1, this.#current(now) / this.#limit) : (stryCov_9fa48("72"), Math.min(1, stryMutAct_9fa48("73") ? this.#current(now) * this.#limit : (stryCov_9fa48("73"), this.#current(now) / this.#limit)));
      return stryMutAct_9fa48("74") ? [] : (stryCov_9fa48("74"), [stryMutAct_9fa48("75") ? {} : (stryCov_9fa48("75"), {
        name: "errors",
        level,
        sentence: this.#sentence(now)
      })]);
    }
  }
  reset(): void {
    if (stryMutAct_9fa48("77")) {
      {}
    } else {
      stryCov_9fa48("77");
      this.#inARow = 0;
    }
  }
  #current(now: number): number {
    if (stryMutAct_9fa48("78")) {
      {}
    } else {
      stryCov_9fa48("78");
      return (stryMutAct_9fa48("82") ? now - this.#lastAt <= HORIZON_MS : stryMutAct_9fa48("81") ? now - this.#lastAt >= HORIZON_MS : stryMutAct_9fa48("80") ? false : stryMutAct_9fa48("79") ? true : (stryCov_9fa48("79", "80", "81", "82"), (stryMutAct_9fa48("83") ? now + this.#lastAt : (stryCov_9fa48("83"), now - this.#lastAt)) > HORIZON_MS)) ? 0 : this.#inARow;
    }
  }
  #sentence(now: number): string {
    if (stryMutAct_9fa48("84")) {
      {}
    } else {
      stryCov_9fa48("84");
      const inARow = this.#current(now);
      if (stryMutAct_9fa48("87") ? inARow !== 0 : stryMutAct_9fa48("86") ? false : stryMutAct_9fa48("85") ? true : (stryCov_9fa48("85", "86", "87"), inARow === 0)) return "no failures in a row";
      return `${inARow} ${(stryMutAct_9fa48("92") ? inARow !== 1 : stryMutAct_9fa48("91") ? false : stryMutAct_9fa48("90") ? true : (stryCov_9fa48("90", "91", "92"), inARow === 1)) ? "failure" : "failures"} in a row, last: ${this.#last}`;
    }
  }
  save(now: number): Saved {
    if (stryMutAct_9fa48("95")) {
      {}
    } else {
      stryCov_9fa48("95");
      const inARow = this.#current(now);
      return stryMutAct_9fa48("96") ? {} : (stryCov_9fa48("96"), {
        inARow,
        agoMs: (stryMutAct_9fa48("99") ? inARow !== 0 : stryMutAct_9fa48("98") ? false : stryMutAct_9fa48("97") ? true : (stryCov_9fa48("97", "98", "99"), inARow === 0)) ? 0 : stryMutAct_9fa48("100") ? now + this.#lastAt : (stryCov_9fa48("100"), now - this.#lastAt),
        last: this.#last
      });
    }
  }
  restore(saved: Saved, now: number): void {
    if (stryMutAct_9fa48("101")) {
      {}
    } else {
      stryCov_9fa48("101");
      requireLike(saved, this.save(now));
      const {
        inARow,
        agoMs,
        last
      } = saved;
      this.#inARow = inARow;
      this.#lastAt = stryMutAct_9fa48("102") ? now + agoMs : (stryCov_9fa48("102"), now - agoMs);
      this.#last = last;
    }
  }
}
interface Saved {
  readonly inARow: number;
  readonly agoMs: number;
  readonly last: string;
}

/**
 * The classic rule: open after `count` failures in a row. A success in between starts over, and so does a gap of ten
 * minutes without a failure. Throttling and quota are neither.
 *
 * @param count failures in a row, a whole number of at least 1.
 * @throws RangeError when `count` is not one.
 */
export function consecutive(count: number): DetectorFactory {
  if (stryMutAct_9fa48("103")) {
    {}
  } else {
    stryCov_9fa48("103");
    atLeast("consecutive(count)", count, 1, stryMutAct_9fa48("105") ? {} : (stryCov_9fa48("105"), {
      whole: stryMutAct_9fa48("106") ? false : (stryCov_9fa48("106"), true)
    }));
    return stryMutAct_9fa48("107") ? () => undefined : (stryCov_9fa48("107"), () => new Consecutive(count));
  }
}