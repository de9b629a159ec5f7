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
import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "./detector.js";
class AnyOf implements Detector {
  readonly #all: readonly Detector[];
  constructor(all: readonly Detector[]) {
    if (stryMutAct_9fa48("0")) {
      {}
    } else {
      stryCov_9fa48("0");
      this.#all = all;
    }
  }
  firstToken(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("1")) {
      {}
    } else {
      stryCov_9fa48("1");
      for (const one of this.#all) stryMutAct_9fa48("2") ? one.firstToken(call, now) : (stryCov_9fa48("2"), one.firstToken?.(call, now));
    }
  }
  outlived(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("3")) {
      {}
    } else {
      stryCov_9fa48("3");
      for (const one of this.#all) stryMutAct_9fa48("4") ? one.outlived(call, now) : (stryCov_9fa48("4"), one.outlived?.(call, now));
    }
  }
  succeeded(call: CallFacts, now: number, perTokenMs?: number): void {
    if (stryMutAct_9fa48("5")) {
      {}
    } else {
      stryCov_9fa48("5");
      for (const one of this.#all) one.succeeded(call, now, perTokenMs);
    }
  }
  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (stryMutAct_9fa48("6")) {
      {}
    } else {
      stryCov_9fa48("6");
      for (const one of this.#all) one.failed(call, verdict, now);
    }
  }
  dropped(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("7")) {
      {}
    } else {
      stryCov_9fa48("7");
      for (const one of this.#all) stryMutAct_9fa48("8") ? one.dropped(call, now) : (stryCov_9fa48("8"), one.dropped?.(call, now));
    }
  }
  trip(now: number): Trip | undefined {
    if (stryMutAct_9fa48("9")) {
      {}
    } else {
      stryCov_9fa48("9");
      for (const one of this.#all) {
        if (stryMutAct_9fa48("10")) {
          {}
        } else {
          stryCov_9fa48("10");
          const trip = one.trip(now);
          if (stryMutAct_9fa48("13") ? trip === undefined : stryMutAct_9fa48("12") ? false : stryMutAct_9fa48("11") ? true : (stryCov_9fa48("11", "12", "13"), trip !== undefined)) return trip;
        }
      }
      return undefined;
    }
  }
  slowness(now: number): number {
    if (stryMutAct_9fa48("14")) {
      {}
    } else {
      stryCov_9fa48("14");
      let most = 0;
      for (const one of this.#all) most = stryMutAct_9fa48("15") ? Math.min(most, one.slowness?.(now) ?? 0) : (stryCov_9fa48("15"), Math.max(most, stryMutAct_9fa48("16") ? one.slowness?.(now) && 0 : (stryCov_9fa48("16"), (stryMutAct_9fa48("17") ? one.slowness(now) : (stryCov_9fa48("17"), one.slowness?.(now))) ?? 0)));
      return most;
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("18")) {
      {}
    } else {
      stryCov_9fa48("18");
      return this.#all.flatMap(stryMutAct_9fa48("19") ? () => undefined : (stryCov_9fa48("19"), one => one.meters(now)));
    }
  }
  reset(now: number): void {
    if (stryMutAct_9fa48("20")) {
      {}
    } else {
      stryCov_9fa48("20");
      for (const one of this.#all) one.reset(now);
    }
  }

  /** A policy that cannot be saved leaves its place empty, as JSON would. */
  save(now: number): unknown {
    if (stryMutAct_9fa48("21")) {
      {}
    } else {
      stryCov_9fa48("21");
      return this.#all.map(stryMutAct_9fa48("22") ? () => undefined : (stryCov_9fa48("22"), one => stryMutAct_9fa48("23") ? one.save?.(now) && null : (stryCov_9fa48("23"), (stryMutAct_9fa48("24") ? one.save(now) : (stryCov_9fa48("24"), one.save?.(now))) ?? null)));
    }
  }
  restore(saved: unknown, now: number): void {
    if (stryMutAct_9fa48("25")) {
      {}
    } else {
      stryCov_9fa48("25");
      if (stryMutAct_9fa48("28") ? false : stryMutAct_9fa48("27") ? true : stryMutAct_9fa48("26") ? Array.isArray(saved) : (stryCov_9fa48("26", "27", "28"), !Array.isArray(saved))) return;
      this.#all.forEach((one, i) => {
        if (stryMutAct_9fa48("29")) {
          {}
        } else {
          stryCov_9fa48("29");
          if (stryMutAct_9fa48("32") ? saved[i] !== null || saved[i] !== undefined : stryMutAct_9fa48("31") ? false : stryMutAct_9fa48("30") ? true : (stryCov_9fa48("30", "31", "32"), (stryMutAct_9fa48("34") ? saved[i] === null : stryMutAct_9fa48("33") ? true : (stryCov_9fa48("33", "34"), saved[i] !== null)) && (stryMutAct_9fa48("36") ? saved[i] === undefined : stryMutAct_9fa48("35") ? true : (stryCov_9fa48("35", "36"), saved[i] !== undefined)))) stryMutAct_9fa48("37") ? one.restore(saved[i], now) : (stryCov_9fa48("37"), one.restore?.(saved[i], now));
        }
      });
    }
  }
}

/**
 * Opens when any of the given policies would, and limits when any of them would. Each sees every event.
 *
 * @example
 * new Circuit("openai/gpt-5", { detector: anyOf(consecutive(5), throttling()) });
 */
export function anyOf(...factories: readonly DetectorFactory[]): DetectorFactory {
  if (stryMutAct_9fa48("38")) {
    {}
  } else {
    stryCov_9fa48("38");
    if (stryMutAct_9fa48("41") ? factories.length !== 0 : stryMutAct_9fa48("40") ? false : stryMutAct_9fa48("39") ? true : (stryCov_9fa48("39", "40", "41"), factories.length === 0)) throw new TypeError("anyOf() needs at least one policy, e.g. anyOf(errors(), consecutive(5)).");
    return stryMutAct_9fa48("43") ? () => undefined : (stryCov_9fa48("43"), context => new AnyOf(factories.map(stryMutAct_9fa48("44") ? () => undefined : (stryCov_9fa48("44"), make => make(context)))));
  }
}