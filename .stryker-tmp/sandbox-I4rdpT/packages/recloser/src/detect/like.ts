/** Throws unless `saved` has the fields of `own`, all of the same types: what somebody stored may be anything. */
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
export function requireLike(saved: unknown, own: unknown): void {
  if (stryMutAct_9fa48("364")) {
    {}
  } else {
    stryCov_9fa48("364");
    if (stryMutAct_9fa48("367") ? false : stryMutAct_9fa48("366") ? true : stryMutAct_9fa48("365") ? isLike(saved, own) : (stryCov_9fa48("365", "366", "367"), !isLike(saved, own))) throw new TypeError("This was not saved by a detector of this kind.");
  }
}
function isLike(saved: unknown, own: unknown): boolean {
  if (stryMutAct_9fa48("369")) {
    {}
  } else {
    stryCov_9fa48("369");
    if (stryMutAct_9fa48("372") ? typeof saved === typeof own : stryMutAct_9fa48("371") ? false : stryMutAct_9fa48("370") ? true : (stryCov_9fa48("370", "371", "372"), typeof saved !== typeof own)) return stryMutAct_9fa48("373") ? true : (stryCov_9fa48("373"), false);
    if (stryMutAct_9fa48("376") ? typeof saved !== "number" : stryMutAct_9fa48("375") ? false : stryMutAct_9fa48("374") ? true : (stryCov_9fa48("374", "375", "376"), typeof saved === "number")) return stryMutAct_9fa48("380") ? saved >= 0 || saved <= 4e12 : stryMutAct_9fa48("379") ? false : stryMutAct_9fa48("378") ? true : (stryCov_9fa48("378", "379", "380"), (stryMutAct_9fa48("383") ? saved < 0 : stryMutAct_9fa48("382") ? saved > 0 : stryMutAct_9fa48("381") ? true : (stryCov_9fa48("381", "382", "383"), saved >= 0)) && (stryMutAct_9fa48("386") ? saved > 4e12 : stryMutAct_9fa48("385") ? saved < 4e12 : stryMutAct_9fa48("384") ? true : (stryCov_9fa48("384", "385", "386"), saved <= 4e12)));
    if (stryMutAct_9fa48("389") ? typeof own !== "object" && own === null : stryMutAct_9fa48("388") ? false : stryMutAct_9fa48("387") ? true : (stryCov_9fa48("387", "388", "389"), (stryMutAct_9fa48("391") ? typeof own === "object" : stryMutAct_9fa48("390") ? false : (stryCov_9fa48("390", "391"), typeof own !== "object")) || (stryMutAct_9fa48("394") ? own !== null : stryMutAct_9fa48("393") ? false : (stryCov_9fa48("393", "394"), own === null)))) return stryMutAct_9fa48("395") ? false : (stryCov_9fa48("395"), true);
    if (stryMutAct_9fa48("398") ? (typeof saved !== "object" || saved === null) && Array.isArray(saved) : stryMutAct_9fa48("397") ? false : stryMutAct_9fa48("396") ? true : (stryCov_9fa48("396", "397", "398"), (stryMutAct_9fa48("400") ? typeof saved !== "object" && saved === null : stryMutAct_9fa48("399") ? false : (stryCov_9fa48("399", "400"), (stryMutAct_9fa48("402") ? typeof saved === "object" : stryMutAct_9fa48("401") ? false : (stryCov_9fa48("401", "402"), typeof saved !== "object")) || (stryMutAct_9fa48("405") ? saved !== null : stryMutAct_9fa48("404") ? false : (stryCov_9fa48("404", "405"), saved === null)))) || Array.isArray(saved))) return stryMutAct_9fa48("406") ? true : (stryCov_9fa48("406"), false);
    const given: Readonly<Record<string, unknown>> = stryMutAct_9fa48("407") ? {} : (stryCov_9fa48("407"), {
      ...saved
    });
    return stryMutAct_9fa48("408") ? Object.entries(own).some(([key, value]) => isLike(given[key], value)) : (stryCov_9fa48("408"), Object.entries(own).every(stryMutAct_9fa48("409") ? () => undefined : (stryCov_9fa48("409"), ([key, value]) => isLike(given[key], value))));
  }
}