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
import type { CallFacts, Detector, Meter, Trip } from "./detector.js";

/**
 * A detector whose exceptions go no further: one that throws has not heard, or does not trip. A mistake in somebody's
 * policy must not hurt a call, and must not become evidence.
 */
export class Guarded implements Required<Detector> {
  readonly #inner: Detector;
  constructor(inner: Detector) {
    if (stryMutAct_9fa48("320")) {
      {}
    } else {
      stryCov_9fa48("320");
      this.#inner = inner;
    }
  }
  firstToken(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("321")) {
      {}
    } else {
      stryCov_9fa48("321");
      try {
        if (stryMutAct_9fa48("322")) {
          {}
        } else {
          stryCov_9fa48("322");
          stryMutAct_9fa48("323") ? this.#inner.firstToken(call, now) : (stryCov_9fa48("323"), this.#inner.firstToken?.(call, now));
        }
      } catch {
        // Not heard.
      }
    }
  }
  outlived(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("324")) {
      {}
    } else {
      stryCov_9fa48("324");
      try {
        if (stryMutAct_9fa48("325")) {
          {}
        } else {
          stryCov_9fa48("325");
          stryMutAct_9fa48("326") ? this.#inner.outlived(call, now) : (stryCov_9fa48("326"), this.#inner.outlived?.(call, now));
        }
      } catch {
        // Not heard.
      }
    }
  }
  succeeded(call: CallFacts, now: number, perTokenMs?: number): void {
    if (stryMutAct_9fa48("327")) {
      {}
    } else {
      stryCov_9fa48("327");
      try {
        if (stryMutAct_9fa48("328")) {
          {}
        } else {
          stryCov_9fa48("328");
          this.#inner.succeeded(call, now, perTokenMs);
        }
      } catch {
        // Not heard.
      }
    }
  }
  failed(call: CallFacts, verdict: FailureVerdict, now: number): void {
    if (stryMutAct_9fa48("329")) {
      {}
    } else {
      stryCov_9fa48("329");
      try {
        if (stryMutAct_9fa48("330")) {
          {}
        } else {
          stryCov_9fa48("330");
          this.#inner.failed(call, verdict, now);
        }
      } catch {
        // Not heard.
      }
    }
  }
  dropped(call: CallFacts, now: number): void {
    if (stryMutAct_9fa48("331")) {
      {}
    } else {
      stryCov_9fa48("331");
      try {
        if (stryMutAct_9fa48("332")) {
          {}
        } else {
          stryCov_9fa48("332");
          stryMutAct_9fa48("333") ? this.#inner.dropped(call, now) : (stryCov_9fa48("333"), this.#inner.dropped?.(call, now));
        }
      } catch {
        // Not heard.
      }
    }
  }
  trip(now: number): Trip | undefined {
    if (stryMutAct_9fa48("334")) {
      {}
    } else {
      stryCov_9fa48("334");
      try {
        if (stryMutAct_9fa48("335")) {
          {}
        } else {
          stryCov_9fa48("335");
          return this.#inner.trip(now);
        }
      } catch {
        if (stryMutAct_9fa48("336")) {
          {}
        } else {
          stryCov_9fa48("336");
          return undefined;
        }
      }
    }
  }
  slowness(now: number): number {
    if (stryMutAct_9fa48("337")) {
      {}
    } else {
      stryCov_9fa48("337");
      try {
        if (stryMutAct_9fa48("338")) {
          {}
        } else {
          stryCov_9fa48("338");
          const slowness: unknown = stryMutAct_9fa48("339") ? this.#inner.slowness(now) : (stryCov_9fa48("339"), this.#inner.slowness?.(now));
          return (stryMutAct_9fa48("342") ? typeof slowness === "number" || slowness > 0 : stryMutAct_9fa48("341") ? false : stryMutAct_9fa48("340") ? true : (stryCov_9fa48("340", "341", "342"), (stryMutAct_9fa48("344") ? typeof slowness !== "number" : stryMutAct_9fa48("343") ? true : (stryCov_9fa48("343", "344"), typeof slowness === "number")) && (stryMutAct_9fa48("348") ? slowness <= 0 : stryMutAct_9fa48("347") ? slowness >= 0 : stryMutAct_9fa48("346") ? true : (stryCov_9fa48("346", "347", "348"), slowness > 0)))) ? slowness : 0;
        }
      } catch {
        if (stryMutAct_9fa48("349")) {
          {}
        } else {
          stryCov_9fa48("349");
          return 0;
        }
      }
    }
  }
  meters(now: number): readonly Meter[] {
    if (stryMutAct_9fa48("350")) {
      {}
    } else {
      stryCov_9fa48("350");
      try {
        if (stryMutAct_9fa48("351")) {
          {}
        } else {
          stryCov_9fa48("351");
          return this.#inner.meters(now);
        }
      } catch {
        if (stryMutAct_9fa48("352")) {
          {}
        } else {
          stryCov_9fa48("352");
          return stryMutAct_9fa48("353") ? ["Stryker was here"] : (stryCov_9fa48("353"), []);
        }
      }
    }
  }
  reset(now: number): void {
    if (stryMutAct_9fa48("354")) {
      {}
    } else {
      stryCov_9fa48("354");
      try {
        if (stryMutAct_9fa48("355")) {
          {}
        } else {
          stryCov_9fa48("355");
          this.#inner.reset(now);
        }
      } catch {
        // Not heard.
      }
    }
  }
  save(now: number): unknown {
    if (stryMutAct_9fa48("356")) {
      {}
    } else {
      stryCov_9fa48("356");
      try {
        if (stryMutAct_9fa48("357")) {
          {}
        } else {
          stryCov_9fa48("357");
          return stryMutAct_9fa48("358") ? this.#inner.save(now) : (stryCov_9fa48("358"), this.#inner.save?.(now));
        }
      } catch {
        if (stryMutAct_9fa48("359")) {
          {}
        } else {
          stryCov_9fa48("359");
          return undefined;
        }
      }
    }
  }
  restore(saved: unknown, now: number): void {
    if (stryMutAct_9fa48("360")) {
      {}
    } else {
      stryCov_9fa48("360");
      try {
        if (stryMutAct_9fa48("361")) {
          {}
        } else {
          stryCov_9fa48("361");
          stryMutAct_9fa48("362") ? this.#inner.restore(saved, now) : (stryCov_9fa48("362"), this.#inner.restore?.(saved, now));
        }
      } catch {
        if (stryMutAct_9fa48("363")) {
          {}
        } else {
          stryCov_9fa48("363");
          // It starts afresh instead, with whatever it had taken up.
          this.reset(now);
        }
      }
    }
  }
}