import { exponential, lognormal, type Random } from "../attempts/random.js";

/** What calls look like while the provider is well. */
export interface Traffic {
  readonly streaming: boolean;
  /** Coefficient of variation of the gaps between calls: 1 is Poisson, more is bursts. */
  readonly gapCv: number;
  readonly firstTokenS: number;
  readonly firstTokenSigma: number;
  /** The share of calls whose first token takes `stalls.from`–`stalls.to` times as long. */
  readonly stalls: { readonly share: number; readonly from: number; readonly to: number };
  /** Tokens of an answer: median and sigma of a lognormal. */
  readonly tokens: number;
  readonly tokensSigma: number;
  readonly tokenS: number;
  /** The share of calls that fails although nothing is wrong. */
  readonly failing: number;
  /** The share of calls that is rate-limited although nothing is wrong. */
  readonly throttled: number;
  /** The client gives up after this long. */
  readonly timeoutS: number;
}

export const USUAL: Traffic = {
  streaming: true,
  gapCv: 1,
  firstTokenS: 0.8,
  firstTokenSigma: 0.45,
  stalls: { share: 0.02, from: 3, to: 8 },
  tokens: 150,
  tokensSigma: 0.95,
  tokenS: 0.02,
  failing: 0.01,
  throttled: 0,
  timeoutS: 60,
};

/** A reasoning model: answers of minutes, and now and then a first token that takes many times as long as usual.
 * Its clients wait the SDKs' 600 s: at 60 s one healthy answer in eight would be cut. */
export const HEAVY_TAILED: Traffic = {
  ...USUAL,
  stalls: { share: 0.05, from: 3, to: 15 },
  tokens: 595,
  tokensSigma: 1.4,
  timeoutS: 600,
};

/** How long a call of a healthy provider takes, on average. */
export function meanHoldS(traffic: Traffic): number {
  const { stalls } = traffic;
  const stall = 1 + stalls.share * ((stalls.from + stalls.to) / 2 - 1);
  const firstTokenS = lognormalMean(traffic.firstTokenS, traffic.firstTokenSigma) * stall;
  return firstTokenS + lognormalMean(traffic.tokens, traffic.tokensSigma) * traffic.tokenS;
}

function lognormalMean(median: number, sigma: number): number {
  return median * Math.exp(sigma ** 2 / 2);
}

/** Everything that chance decides about one call. It is drawn whatever the provider does, so all policies meet the same calls. */
export interface Luck {
  /** Uniform: below the share that fails, the call does. */
  readonly failing: number;
  readonly throttled: number;
  readonly firstTokenS: number;
  readonly tokens: number;
}

export function draw(traffic: Traffic, uniform: Random): Luck {
  const { stalls } = traffic;
  const failing = uniform();
  const throttled = uniform();
  const stalled = uniform() < stalls.share;
  const stall = stalls.from + (stalls.to - stalls.from) * uniform();
  const firstTokenS =
    lognormal(uniform, traffic.firstTokenS, traffic.firstTokenSigma) * (stalled ? stall : 1);
  const tokens = Math.max(1, Math.round(lognormal(uniform, traffic.tokens, traffic.tokensSigma)));
  return { failing, throttled, firstTokenS, tokens };
}

/**
 * The gap to the next call. Above a coefficient of variation of 1 it is hyper-exponential with balanced means: mostly short
 * gaps, now and then a long one.
 */
export function gapS(uniform: Random, perSecond: number, cv: number): number {
  if (cv <= 1) return exponential(uniform, 1 / perSecond);
  const squared = cv ** 2;
  const short = (1 + Math.sqrt((squared - 1) / (squared + 1))) / 2;
  const share = uniform() < short ? short : 1 - short;
  return exponential(uniform, 1 / (2 * share * perSecond));
}
