const NO_BULKHEAD =
  "Without a bulkhead LLM calls take the slots of other work: see other %. With the bulkhead alone it is as here, or nearly.";
const SHORT_COOL_DOWN =
  "The first cool-down is 5 s and grows to 30 s; five in a row and opossum wait 30 s each time. More probes, without closing sooner by more than the noise here; after hangs it does. Tried, in dead: no growth; it closes sooner and sends about three times as much.";
const PARTIAL =
  "It goes on using a provider that answers in part. Each of its answers costs as many failures as with no breaker; policies that send less answer less.";
const BROWN_OUT =
  "The servers answer no more than half in any case: see during %, where all are equal. What others answer beyond that has waited up to a minute in the provider's queue and comes after the drop; slot-s is what that costs, and regain s how long the queue outlives the drop. Recloser refuses what would have waited. Tried, with retries: no slowness meter; more is answered late, and more is wasted.";

const FIVE =
  "Five failures in a row are enough for it at any rate; Recloser asks for about one more here. What five in a row costs is in 30 % and 60 % errors. Tried: errorThreshold 0.1; it opens after 2.6 instead of 3.2 s, and opens by mistake 0.7 times an hour where 10 % always fail.";
const FIXED_COOL_DOWN =
  "Hystrix's and Polly's defaults wait 5 s each time, so they close sooner, and send several times as much to the dead provider: see wasted. Tried: no growth of the cool-down; it closes after 4 instead of 17 s, and wastes 53 attempts instead of 18.";
const SHARES =
  "Adaptive throttling refuses a growing share from the first failures on, and goes on refusing long after the provider is well: see recover s and refused after. Tried: cool-downs from 15 s, growing to 60 s; they waste 13 attempts instead of 19, and close after 47 instead of 21 s.";
const DRIFT =
  "First tokens that are slower for good are slow until they are learned anew, so the slowness meter limits for a while, about once a worker-hour, and 0.2 % of requests are refused. Tried: no slowness meter; neither happens, but see the brown-outs. A tenth of the false opens a day: 0.6 limits an hour.";

const OPOSSUM =
  "opossum opens when half of the calls of its last ten seconds failed, however few they were. So it sends less to what is slow or fails in part, and answers less: 40 instead of 69 % in 30 % errors; and where 10 % always fail a worker opens by mistake every half hour. Tried: errorThreshold 0.1; 2 s sooner in dead, and a mistake every 80 minutes there.";
const OPOSSUM_RARE =
  "One failure is enough for opossum when there was no other call in ten seconds. That is sooner than one false open a day allows (below 1 × bound). Nothing was tried: it is what the bound is for.";
const COCKATIEL =
  "cockatiel tries again each 10 s however long it lasts, so it closes sooner, and sends nearly twice as much to a dead provider: see wasted. Tried: no growth of the cool-down; with retries it closes after 4 instead of 17 s, and wastes three times as much.";

/** Why Recloser is not best in a cell, and what was tried. Keys are `scenario/figure`; `*` is any scenario. */
const WHY: Readonly<Record<string, string>> = {
  "slow-first-token-5/ok":
    "A worker cannot tell a model that is slow by itself from its fleet's own queue, and limits in both cases. Tried: AIMD and gradient limits, wider limits; they lose more here, or let the queue grow again in the brown-out. Against no breaker the bulkhead costs half of it.",
  "flapping-20/ok":
    "Its up-times are about as short as a cool-down. Tried: no growth of the cool-down; more is answered here, and about three times as much is sent to a provider that stays dead.",
  "flapping-60/ok":
    "A grown cool-down takes it past up-times; adaptive throttling lets a share through all the time. Tried: no growth of the cool-down; 29 instead of 19 % are answered, but a provider that stays dead gets three times as much. At most 10 s: 25 %.",
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
  "hang-600-unary/wasted":
    "Attempts, not time, as in hang-600. Tried: cool-downs that double up to 60 s; 20.5 instead of 22.1 attempts, and it closes 11 s later.",
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
  "dead/refusedHealed": COCKATIEL,
  "dead-unary/refusedHealed": COCKATIEL,
  "dead-cold/recover": COCKATIEL,
  "dead-cold/refusedHealed": COCKATIEL,
  "dead-slow-traffic/refusedHealed": COCKATIEL,
  "hang-600-unary/recover": COCKATIEL,
  "hang-600-unary/refusedHealed": COCKATIEL,
  "dead-slow-traffic/open": OPOSSUM_RARE,
  "dead-slow-traffic/timesBound": OPOSSUM_RARE,
  "dead-unary/wasted": SHORT_COOL_DOWN,
  "dead-unary/slotS": SHORT_COOL_DOWN,
  "hang-60/wasted": OPOSSUM,
  "hang-40/wasted": OPOSSUM,
  "stalls/wasted": OPOSSUM,
  "stalls/slotS": OPOSSUM,
  "slow-5/slotS": OPOSSUM,
  "slow-10/slotS": OPOSSUM,
  "slow-tokens-5/slotS": OPOSSUM,
  "quota/throttled": OPOSSUM,
  "dead-retries/open": FIVE,
  "dead-retries/timesBound": FIVE,
  "dead-retries/recover": FIXED_COOL_DOWN,
  "dead-retries/refusedHealed": FIXED_COOL_DOWN,
  "one-of-three/recover": FIXED_COOL_DOWN,
  "dead-slow-traffic/wasted": SHARES,
  "dead-slow-traffic/slotS": SHARES,
  "flapping-60/recover":
    "Hystrix's defaults hardly open here, as wasted shows, so there is little to close. Tried: no growth of the cool-down; it closes after 5 instead of 9 s, and see flapping-60's ok %.",
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
