/** A test below this is empty: it would otherwise decay for ever without starting a new run. */
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
const EMPTY = 0.05;
export const remains = stryMutAct_9fa48("108") ? () => undefined : (stryCov_9fa48("108"), (() => {
  const remains = (level: number): number => (stryMutAct_9fa48("112") ? level >= EMPTY : stryMutAct_9fa48("111") ? level <= EMPTY : stryMutAct_9fa48("110") ? false : stryMutAct_9fa48("109") ? true : (stryCov_9fa48("109", "110", "111", "112"), level < EMPTY)) ? 0 : level;
  return remains;
})());

/** The failure share of a dependency that is down. */
export const DOWN = 0.95;

/** What a test needs to know of a call. */
interface Admitted {
  readonly admittedAt: number;
}

/** What a success has paid back in a run of failures. */
export interface Paid {
  readonly nats: number;
  readonly run: number;
}
const NOTHING: Paid = stryMutAct_9fa48("113") ? {} : (stryCov_9fa48("113"), {
  nats: 0,
  run: stryMutAct_9fa48("114") ? +1 : (stryCov_9fa48("114"), -1)
});

/** A one-sided CUSUM between two failure shares, in nats, that knows when its current run of failures began. */
export class Cusum {
  level = 0;
  #tolerable: number;
  #runStartedAt = stryMutAct_9fa48("115") ? +Infinity : (stryCov_9fa48("115"), -Infinity);
  /** Counts the runs of failures. */
  #run = 0;
  constructor(tolerable: number) {
    if (stryMutAct_9fa48("116")) {
      {}
    } else {
      stryCov_9fa48("116");
      this.#tolerable = tolerable;
    }
  }
  decay(kept: number): void {
    if (stryMutAct_9fa48("117")) {
      {}
    } else {
      stryCov_9fa48("117");
      this.level = remains(stryMutAct_9fa48("118") ? this.level / kept : (stryCov_9fa48("118"), this.level * kept));
    }
  }

  /** `tolerable` is frozen when a run begins: a fresh outage must not dilute its own test. */
  fail(call: Admitted, tolerable: number, cost: number): void {
    if (stryMutAct_9fa48("119")) {
      {}
    } else {
      stryCov_9fa48("119");
      if (stryMutAct_9fa48("122") ? this.level !== 0 : stryMutAct_9fa48("121") ? false : stryMutAct_9fa48("120") ? true : (stryCov_9fa48("120", "121", "122"), this.level === 0)) {
        if (stryMutAct_9fa48("123")) {
          {}
        } else {
          stryCov_9fa48("123");
          stryMutAct_9fa48("124") ? this.#run-- : (stryCov_9fa48("124"), this.#run++);
          this.#runStartedAt = call.admittedAt;
          this.#tolerable = tolerable;
        }
      }
      this.level = stryMutAct_9fa48("125") ? Math.min(0, this.level + Math.log(DOWN * cost / this.#tolerable)) : (stryCov_9fa48("125"), Math.max(0, stryMutAct_9fa48("126") ? this.level - Math.log(DOWN * cost / this.#tolerable) : (stryCov_9fa48("126"), this.level + Math.log(stryMutAct_9fa48("127") ? DOWN * cost * this.#tolerable : (stryCov_9fa48("127"), (stryMutAct_9fa48("128") ? DOWN / cost : (stryCov_9fa48("128"), DOWN * cost)) / this.#tolerable)))));
    }
  }

  /**
   * Pays back `share` of a success; gives what was paid, for `revoke`. A call that was admitted before this run of failures says nothing
   * about what came after.
   */
  succeed(call: Admitted, share = 1): Paid {
    if (stryMutAct_9fa48("129")) {
      {}
    } else {
      stryCov_9fa48("129");
      if (stryMutAct_9fa48("132") ? this.level === 0 && call.admittedAt < this.#runStartedAt : stryMutAct_9fa48("131") ? false : stryMutAct_9fa48("130") ? true : (stryCov_9fa48("130", "131", "132"), (stryMutAct_9fa48("134") ? this.level !== 0 : stryMutAct_9fa48("133") ? false : (stryCov_9fa48("133", "134"), this.level === 0)) || (stryMutAct_9fa48("137") ? call.admittedAt >= this.#runStartedAt : stryMutAct_9fa48("136") ? call.admittedAt <= this.#runStartedAt : stryMutAct_9fa48("135") ? false : (stryCov_9fa48("135", "136", "137"), call.admittedAt < this.#runStartedAt)))) return NOTHING;
      const tolerable = stryMutAct_9fa48("138") ? Math.max(this.#tolerable, DOWN) : (stryCov_9fa48("138"), Math.min(this.#tolerable, DOWN));
      const before = this.level;
      this.level = stryMutAct_9fa48("139") ? Math.min(0, before + share * Math.log((1 - DOWN) / (1 - tolerable))) : (stryCov_9fa48("139"), Math.max(0, stryMutAct_9fa48("140") ? before - share * Math.log((1 - DOWN) / (1 - tolerable)) : (stryCov_9fa48("140"), before + (stryMutAct_9fa48("141") ? share / Math.log((1 - DOWN) / (1 - tolerable)) : (stryCov_9fa48("141"), share * Math.log(stryMutAct_9fa48("142") ? (1 - DOWN) * (1 - tolerable) : (stryCov_9fa48("142"), (stryMutAct_9fa48("143") ? 1 + DOWN : (stryCov_9fa48("143"), 1 - DOWN)) / (stryMutAct_9fa48("144") ? 1 + tolerable : (stryCov_9fa48("144"), 1 - tolerable)))))))));
      return stryMutAct_9fa48("145") ? {} : (stryCov_9fa48("145"), {
        nats: stryMutAct_9fa48("146") ? before + this.level : (stryCov_9fa48("146"), before - this.level),
        run: this.#run
      });
    }
  }

  /** Takes back what `succeed` paid, if its run is not over. */
  revoke({
    nats,
    run
  }: Paid): void {
    if (stryMutAct_9fa48("147")) {
      {}
    } else {
      stryCov_9fa48("147");
      if (stryMutAct_9fa48("150") ? run !== this.#run : stryMutAct_9fa48("149") ? false : stryMutAct_9fa48("148") ? true : (stryCov_9fa48("148", "149", "150"), run === this.#run)) stryMutAct_9fa48("151") ? this.level -= nats : (stryCov_9fa48("151"), this.level += nats);
    }
  }
  reset(): void {
    if (stryMutAct_9fa48("152")) {
      {}
    } else {
      stryCov_9fa48("152");
      this.level = 0;
      stryMutAct_9fa48("153") ? this.#run-- : (stryCov_9fa48("153"), this.#run++);
    }
  }
  save(now: number): SavedCusum {
    if (stryMutAct_9fa48("154")) {
      {}
    } else {
      stryCov_9fa48("154");
      const {
        level
      } = this;
      return stryMutAct_9fa48("155") ? {} : (stryCov_9fa48("155"), {
        level,
        tolerable: this.#tolerable,
        runMs: (stryMutAct_9fa48("158") ? level !== 0 : stryMutAct_9fa48("157") ? false : stryMutAct_9fa48("156") ? true : (stryCov_9fa48("156", "157", "158"), level === 0)) ? 0 : stryMutAct_9fa48("159") ? now + this.#runStartedAt : (stryCov_9fa48("159"), now - this.#runStartedAt)
      });
    }
  }
  restore({
    level,
    tolerable,
    runMs
  }: SavedCusum, now: number): void {
    if (stryMutAct_9fa48("160")) {
      {}
    } else {
      stryCov_9fa48("160");
      this.level = level;
      this.#tolerable = tolerable;
      this.#runStartedAt = stryMutAct_9fa48("161") ? now + runMs : (stryCov_9fa48("161"), now - runMs);
    }
  }
}
export interface SavedCusum {
  readonly level: number;
  readonly tolerable: number;
  /** How long ago the run began. */
  readonly runMs: number;
}