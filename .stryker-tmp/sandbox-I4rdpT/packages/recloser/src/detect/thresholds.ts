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
import { Slices } from "../evidence/slices.js";
import type { FailureVerdict } from "../outcome/verdict.js";
import { seconds } from "../outcome/words.js";
import { atLeast, checkKeys, within } from "../require.js";
import type { CallFacts, Detector, DetectorFactory, Meter, Trip } from "./detector.js";

/** The classic policy's options. */
export interface ThresholdOptions {
  /** How far back it looks, in milliseconds. At least 1,000. Default 30,000. */
  readonly windowMs?: number;
  /** It decides nothing on fewer calls than this. A whole number of at least 1. Default 10. */
  readonly minCalls?: number;
  /** Opens when at least this share of the calls in the window failed, 0–1. Default 0.5. */
  readonly errorRate?: number;
  /** Opens when at least this share of the calls in the window was slow, 0–1. Default 1. */
  readonly slowRate?: number;
  /** A call that took longer than this in all was slow, in milliseconds. At least 0. Default: none is. */
  readonly slowAfterMs?: number;
}
const SLICES = 10;
const CALLS = 0;
const FAILED = 1;
const SLOW = 2;
const KINDS = 3;
class Thresholds implements Detector {
  readonly #options: Required<ThresholdOptions>;
  readonly #slices: Slices;
  readonly #counts = new Uint32Array(stryMutAct_9fa48("555") ? SLICES / KINDS : (stryCov_9fa48("555"), SLICES * KINDS));
  readonly #sums = new Uint32Array(KINDS);
  #last: FailureVerdict | undefined;
  constructor(options: Required<ThresholdOptions>, now: number) {
    if (stryMutAct_9fa48("556")) {
      {}
    } else {
      stryCov_9fa48("556");
      this.#options = options;
      this.#slices = new Slices(options.windowMs, SLICES, now);
    }
  }
  readonly #clear = (slot: number): void => {
    if (stryMutAct_9fa48("557")) {
      {}
    } else {
      stryCov_9fa48("557");
      for (let kind = 0; stryMutAct_9fa48("560") ? kind >= KINDS : stryMutAct_9fa48("559") ? kind <= KINDS : stryMutAct_9fa48("558") ? false : (stryCov_9fa48("558", "559", "560"), kind < KINDS); stryMutAct_9fa48("561") ? kind-- : (stryCov_9fa48("561"), kind++)) {
        if (stryMutAct_9fa48("562")) {
          {}
        } else {
          stryCov_9fa48("562");
          const at = stryMutAct_9fa48("563") ? slot * KINDS - kind : (stryCov_9fa48("563"), (stryMutAct_9fa48("564") ? slot / KINDS : (stryCov_9fa48("564"), slot * KINDS)) + kind);
          this.#sums[kind] = stryMutAct_9fa48("565") ? (this.#sums[kind] ?? 0) + (this.#counts[at] ?? 0) : (stryCov_9fa48("565"), (stryMutAct_9fa48("566") ? this.#sums[kind] && 0 : (stryCov_9fa48("566"), this.#sums[kind] ?? 0)) - (stryMutAct_9fa48("567") ? this.#counts[at] && 0 : (stryCov_9fa48("567"), this.#counts[at] ?? 0)));
          this.#counts[at] = 0;
        }
      }
    }
  };
  succeeded(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("568")) {
      {}
    } else {
      stryCov_9fa48("568");
      const slot = this.#slices.advance(now, this.#clear);
      this.#add(slot, CALLS);
      if (stryMutAct_9fa48("572") ? now - call.admittedAt <= this.#options.slowAfterMs : stryMutAct_9fa48("571") ? now - call.admittedAt >= this.#options.slowAfterMs : stryMutAct_9fa48("570") ? false : stryMutAct_9fa48("569") ? true : (stryCov_9fa48("569", "570", "571", "572"), (stryMutAct_9fa48("573") ? now + call.admittedAt : (stryCov_9fa48("573"), now - call.admittedAt)) > this.#options.slowAfterMs)) this.#add(slot, SLOW);
    }
  }
  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (stryMutAct_9fa48("574")) {
      {}
    } else {
      stryCov_9fa48("574");
      if (stryMutAct_9fa48("577") ? verdict.reason === "throttled" && verdict.reason === "quota" : stryMutAct_9fa48("576") ? false : stryMutAct_9fa48("575") ? true : (stryCov_9fa48("575", "576", "577"), (stryMutAct_9fa48("579") ? verdict.reason !== "throttled" : stryMutAct_9fa48("578") ? false : (stryCov_9fa48("578", "579"), verdict.reason === "throttled")) || (stryMutAct_9fa48("582") ? verdict.reason !== "quota" : stryMutAct_9fa48("581") ? false : (stryCov_9fa48("581", "582"), verdict.reason === "quota")))) return;
      this.succeeded(call, now);
      this.#add(this.#slices.advance(now, this.#clear), FAILED);
      this.#last = verdict;
    }
  }
  trip(now: number): Trip | undefined {
    if (stryMutAct_9fa48("584")) {
      {}
    } else {
      stryCov_9fa48("584");
      return (stryMutAct_9fa48("588") ? this.#level(now) < 1 : stryMutAct_9fa48("587") ? this.#level(now) > 1 : stryMutAct_9fa48("586") ? false : stryMutAct_9fa48("585") ? true : (stryCov_9fa48("585", "586", "587", "588"), this.#level(now) >= 1)) ? stryMutAct_9fa48("589") ? {} : (stryCov_9fa48("589"), {
        message: this.#sentence()
      }) : undefined;
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("590")) {
      {}
    } else {
      stryCov_9fa48("590");
      return stryMutAct_9fa48("591") ? [] : (stryCov_9fa48("591"), [stryMutAct_9fa48("592") ? {} : (stryCov_9fa48("592"), {
        name: "errors",
        level: stryMutAct_9fa48("594") ? Math.max(1, this.#level(now)) : (stryCov_9fa48("594"), Math.min(1, this.#level(now))),
        sentence: this.#sentence()
      })]);
    }
  }
  reset(): void {
    if (stryMutAct_9fa48("595")) {
      {}
    } else {
      stryCov_9fa48("595");
      this.#counts.fill(0);
      this.#sums.fill(0);
    }
  }
  #add(slot: number, kind: number): void {
    if (stryMutAct_9fa48("596")) {
      {}
    } else {
      stryCov_9fa48("596");
      const at = stryMutAct_9fa48("597") ? slot * KINDS - kind : (stryCov_9fa48("597"), (stryMutAct_9fa48("598") ? slot / KINDS : (stryCov_9fa48("598"), slot * KINDS)) + kind);
      this.#counts[at] = stryMutAct_9fa48("599") ? (this.#counts[at] ?? 0) - 1 : (stryCov_9fa48("599"), (stryMutAct_9fa48("600") ? this.#counts[at] && 0 : (stryCov_9fa48("600"), this.#counts[at] ?? 0)) + 1);
      this.#sums[kind] = stryMutAct_9fa48("601") ? (this.#sums[kind] ?? 0) - 1 : (stryCov_9fa48("601"), (stryMutAct_9fa48("602") ? this.#sums[kind] && 0 : (stryCov_9fa48("602"), this.#sums[kind] ?? 0)) + 1);
    }
  }
  #sum(kind: number): number {
    if (stryMutAct_9fa48("603")) {
      {}
    } else {
      stryCov_9fa48("603");
      return stryMutAct_9fa48("604") ? this.#sums[kind] && 0 : (stryCov_9fa48("604"), this.#sums[kind] ?? 0);
    }
  }

  /** The fuller of the two rules, scaled by how much of the minimum has been seen. */
  #level(now: number): number {
    if (stryMutAct_9fa48("605")) {
      {}
    } else {
      stryCov_9fa48("605");
      this.#slices.advance(now, this.#clear);
      const {
        minCalls,
        errorRate,
        slowRate
      } = this.#options;
      const calls = this.#sum(CALLS);
      if (stryMutAct_9fa48("608") ? calls !== 0 : stryMutAct_9fa48("607") ? false : stryMutAct_9fa48("606") ? true : (stryCov_9fa48("606", "607", "608"), calls === 0)) return 0;
      const fullest = stryMutAct_9fa48("609") ? Math.min(reached(this.#sum(FAILED) / calls, errorRate), reached(this.#sum(SLOW) / calls, slowRate)) : (stryCov_9fa48("609"), Math.max(reached(stryMutAct_9fa48("610") ? this.#sum(FAILED) * calls : (stryCov_9fa48("610"), this.#sum(FAILED) / calls), errorRate), reached(stryMutAct_9fa48("611") ? this.#sum(SLOW) * calls : (stryCov_9fa48("611"), this.#sum(SLOW) / calls), slowRate)));
      return (stryMutAct_9fa48("615") ? calls >= minCalls : stryMutAct_9fa48("614") ? calls <= minCalls : stryMutAct_9fa48("613") ? false : stryMutAct_9fa48("612") ? true : (stryCov_9fa48("612", "613", "614", "615"), calls < minCalls)) ? stryMutAct_9fa48("616") ? Math.max(0.99, fullest * (calls / minCalls)) : (stryCov_9fa48("616"), Math.min(0.99, stryMutAct_9fa48("617") ? fullest / (calls / minCalls) : (stryCov_9fa48("617"), fullest * (stryMutAct_9fa48("618") ? calls * minCalls : (stryCov_9fa48("618"), calls / minCalls))))) : fullest;
    }
  }
  #sentence(): string {
    if (stryMutAct_9fa48("619")) {
      {}
    } else {
      stryCov_9fa48("619");
      const {
        windowMs,
        slowAfterMs
      } = this.#options;
      const slow = (stryMutAct_9fa48("622") ? this.#sum(SLOW) !== 0 : stryMutAct_9fa48("621") ? false : stryMutAct_9fa48("620") ? true : (stryCov_9fa48("620", "621", "622"), this.#sum(SLOW) === 0)) ? "" : `, ${this.#sum(SLOW)} took over ${seconds(slowAfterMs)}`;
      const last = (stryMutAct_9fa48("627") ? this.#last !== undefined : stryMutAct_9fa48("626") ? false : stryMutAct_9fa48("625") ? true : (stryCov_9fa48("625", "626", "627"), this.#last === undefined)) ? "" : `, last failure: ${stryMutAct_9fa48("630") ? this.#last.detail && this.#last.reason : (stryCov_9fa48("630"), this.#last.detail ?? this.#last.reason)}`;
      const failed = `${this.#sum(FAILED)} of ${this.#sum(CALLS)} calls failed`;
      return `${failed} in the last ${seconds(windowMs)}${slow}${last}`;
    }
  }
}

/** How far `share` is on the way to `threshold`; nothing is reached by nothing, even a threshold of 0. */
function reached(share: number, threshold: number): number {
  if (stryMutAct_9fa48("633")) {
    {}
  } else {
    stryCov_9fa48("633");
    if (stryMutAct_9fa48("636") ? share !== 0 : stryMutAct_9fa48("635") ? false : stryMutAct_9fa48("634") ? true : (stryCov_9fa48("634", "635", "636"), share === 0)) return 0;
    return (stryMutAct_9fa48("639") ? threshold !== 0 : stryMutAct_9fa48("638") ? false : stryMutAct_9fa48("637") ? true : (stryCov_9fa48("637", "638", "639"), threshold === 0)) ? 1 : stryMutAct_9fa48("640") ? share * threshold : (stryCov_9fa48("640"), share / threshold);
  }
}

/**
 * The classic policy: open when, of the calls that ended in the last `windowMs`, at least `errorRate` failed or at least
 * `slowRate` were slow. It knows nothing of calls still pending beyond their stall deadline, which counts as a failure.
 *
 * @throws RangeError or TypeError that names the option, its value and its range.
 */
export function thresholds(options: ThresholdOptions = {}): DetectorFactory {
  if (stryMutAct_9fa48("641")) {
    {}
  } else {
    stryCov_9fa48("641");
    checkKeys("thresholds", options, stryMutAct_9fa48("643") ? [] : (stryCov_9fa48("643"), ["windowMs", "minCalls", "errorRate", "slowRate", "slowAfterMs"]));
    const complete = stryMutAct_9fa48("649") ? {} : (stryCov_9fa48("649"), {
      windowMs: stryMutAct_9fa48("650") ? options.windowMs && 30_000 : (stryCov_9fa48("650"), options.windowMs ?? 30_000),
      minCalls: stryMutAct_9fa48("651") ? options.minCalls && 10 : (stryCov_9fa48("651"), options.minCalls ?? 10),
      errorRate: stryMutAct_9fa48("652") ? options.errorRate && 0.5 : (stryCov_9fa48("652"), options.errorRate ?? 0.5),
      slowRate: stryMutAct_9fa48("653") ? options.slowRate && 1 : (stryCov_9fa48("653"), options.slowRate ?? 1),
      slowAfterMs: stryMutAct_9fa48("654") ? options.slowAfterMs && Infinity : (stryCov_9fa48("654"), options.slowAfterMs ?? Infinity)
    });
    atLeast("thresholds.windowMs", complete.windowMs, 1000);
    atLeast("thresholds.minCalls", complete.minCalls, 1, stryMutAct_9fa48("657") ? {} : (stryCov_9fa48("657"), {
      whole: stryMutAct_9fa48("658") ? false : (stryCov_9fa48("658"), true)
    }));
    within("thresholds.errorRate", complete.errorRate, 0, 1);
    within("thresholds.slowRate", complete.slowRate, 0, 1);
    atLeast("thresholds.slowAfterMs", complete.slowAfterMs, 0, stryMutAct_9fa48("662") ? {} : (stryCov_9fa48("662"), {
      infinite: stryMutAct_9fa48("663") ? false : (stryCov_9fa48("663"), true)
    }));
    return stryMutAct_9fa48("664") ? () => undefined : (stryCov_9fa48("664"), ({
      now
    }) => new Thresholds(complete, now));
  }
}