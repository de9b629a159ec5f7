import type { Fault, Scenario } from "./world.js";

/** Calls a second. */
export const RATES = [0.25, 1, 5] as const;
/** Shares of attempts that fail: worth using, and hardly. */
export const SHARES = [0.3, 0.6] as const;

const PLAIN: Scenario = {
  warmS: 300,
  faultS: 60,
  perSecond: 1,
  arrivals: "poisson",
  streaming: true,
  sdkRetries: 0,
  fault: { kind: "dead" },
};

const HANG: Fault = { kind: "hang", timeoutS: 600 };

/** The provider is dead for a minute and gets a request each four seconds: fifteen. */
export function deadSlow(warm: boolean, sdkRetries: number): Scenario {
  return { ...PLAIN, warmS: warm ? 300 : 0, perSecond: 0.25, arrivals: "even", sdkRetries };
}

/** One request each twenty seconds; one of them fails, and so do both of its retries. */
export function oneRequestFails(): Scenario {
  return { ...PLAIN, faultS: 20, perSecond: 0.05, arrivals: "even", sdkRetries: 2 };
}

export function dead(perSecond: number, streaming = true): Scenario {
  return { ...PLAIN, perSecond, streaming };
}

/** Long enough for a client's limit of 600 s to pass and be counted. */
export function hang(streaming: boolean): Scenario {
  return { ...PLAIN, faultS: 700, streaming, fault: HANG };
}

/** A hang of a minute that meets fifteen requests, one each four seconds. */
export function hangSlow(streaming: boolean): Scenario {
  return { ...PLAIN, perSecond: 0.25, arrivals: "even", streaming, fault: HANG };
}

export function errorsFor300s(share: number, perSecond: number, streaming: boolean): Scenario {
  return { ...PLAIN, faultS: 300, perSecond, streaming, fault: { kind: "errors", share } };
}

/** Nothing is wrong for so many days: a small, steady share of calls fails, as it always does. */
export function healthyDays(days: number, failing: number, perSecond: number): Scenario {
  const fault: Fault = { kind: "errors", share: failing };
  return { ...PLAIN, warmS: 0, faultS: days * 86_400, perSecond, fault };
}
