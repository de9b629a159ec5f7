const NO_BULKHEAD =
  "Without a bulkhead LLM calls take the slots of other work: see other %. With the bulkhead alone it is as here, or nearly.";
const SHORT_COOL_DOWN =
  "The first cool-down is 5 s and grows to 30 s; five in a row waits 30 s each time. More probes, without closing sooner by more than the noise here; after hangs it does. Tried, in dead: no growth; it closes sooner and sends about three times as much.";
const PARTIAL =
  "It goes on using a provider that answers in part. Each of its answers costs as many failures as with no breaker; policies that send less answer less.";
const BROWN_OUT =
  "The servers answer no more than half in any case: see during %, where all are equal. What others answer beyond that has waited up to a minute in the provider's queue and comes after the drop; slot-s is what that costs, and regain s how long the queue outlives the drop. Recloser refuses what would have waited. Tried, with retries: no slowness meter; more is answered late, and more is wasted.";

const FIVE =
  "Five failures in a row are enough for it at any rate; Recloser asks for about one more here. What five in a row costs is in 30 % and 60 % errors. Nothing was tried.";
const FIXED_COOL_DOWN =
  "Hystrix's and Polly's defaults wait 5 s each time, so they close sooner, and send several times as much to the dead provider: see wasted. Tried, in dead: no growth of the cool-down; the same exchange.";
const SHARES =
  "Adaptive throttling refuses a growing share from the first failures on, and goes on refusing long after the provider is well: see recover s and refused after. Nothing was tried.";
const DRIFT =
  "First tokens that are slower for good are slow until they are learned anew, so the slowness meter limits for a while. Nothing was tried here; what the meter is for is in the brown-outs.";

/** Why Recloser is not best in a cell, and what was tried. Keys are `scenario/figure`; `*` is any scenario. */
const WHY: Readonly<Record<string, string>> = {
  "slow-first-token-5/ok":
    "A worker cannot tell a model that is slow by itself from its fleet's own queue, and limits in both cases. Tried: AIMD and gradient limits, wider limits; they lose more here, or let the queue grow again in the brown-out. Against no breaker the bulkhead costs half of it.",
  "flapping-20/ok":
    "Its up-times are about as short as a cool-down. Tried: no growth of the cool-down; more is answered here, and about three times as much is sent to a provider that stays dead.",
  "flapping-60/ok":
    "A grown cool-down takes it past up-times; adaptive throttling lets a share through all the time. No growth of the cool-down was tried in flapping-20 only.",
  "flapping-20/wasted": PARTIAL,
  "flapping-60/wasted": PARTIAL,
  "dead/wasted": SHORT_COOL_DOWN,
  "dead/slotS": SHORT_COOL_DOWN,
  "dead-cold/wasted": SHORT_COOL_DOWN,
  "dead-cold/slotS": SHORT_COOL_DOWN,
  "dead-retries/wasted": SHORT_COOL_DOWN,
  "dead-retries/slotS": SHORT_COOL_DOWN,
  "one-of-three/wasted": SHORT_COOL_DOWN,
  "hang-600/wasted":
    "Attempts, not time: probes go on at the pace of the cool-down, while others wait ten minutes for each attempt. See slot-s. Tried: no growth; it closes sooner and sends nearly twice as much.",
  "hang-600-unary/wasted": "As in hang-600; nothing was tried here.",
  "hang-60/ok": NO_BULKHEAD,
  "hang-600/ok": NO_BULKHEAD,
  "hang-600-unary/ok": NO_BULKHEAD,
  "stalls/ok": NO_BULKHEAD,
  "slow-2/ok": NO_BULKHEAD,
  "slow-5/ok": NO_BULKHEAD,
  "slow-10/ok": NO_BULKHEAD,
  "slow-tokens-5/ok": NO_BULKHEAD,
  "*/okAll": NO_BULKHEAD,
  "hang-40/ok":
    "Most of it is the bulkhead, see there. The rest: a call that hangs counts three times, so it opens, which halves the slot-seconds.",
  "errors-30/wasted": PARTIAL,
  "errors-30-unary/wasted": PARTIAL,
  "errors-60/wasted": PARTIAL,
  "cuts/wasted": PARTIAL,
  "cuts/slotS": PARTIAL,
  "errors-60/ok": "It opens until it has learned that 60 % failures are usual here.",
  "dead-retries/open": FIVE,
  "dead-retries/timesBound": FIVE,
  "dead-retries/recover": FIXED_COOL_DOWN,
  "dead-retries/refusedHealed": FIXED_COOL_DOWN,
  "one-of-three/recover": FIXED_COOL_DOWN,
  "dead-slow-traffic/wasted": SHARES,
  "dead-slow-traffic/slotS": SHARES,
  "flapping-60/recover":
    "Hystrix's defaults hardly open here, as wasted shows, so there is little to close. Nothing was tried.",
  "drift/limits": DRIFT,
  "drift/refusedWell": DRIFT,
  "brown-out/ok": BROWN_OUT,
  "brown-out-retries/ok": BROWN_OUT,
  "brown-out-noticed/ok": BROWN_OUT,
};

/** What is known of a cell; `undefined` where nobody has explained it yet. */
export function whyOf(scenario: string, figure: string): string | undefined {
  return WHY[`${scenario}/${figure}`] ?? WHY[`*/${figure}`];
}
