import type { FailureVerdict } from "recloser";
import type { Agenda } from "../attempts/agenda.js";
import type { Call } from "./call.js";
import { conditions } from "./fault.js";
import type { Backend, Scenario } from "./scenario.js";

/** Takes a call and plans what will come of it. */
export type Provider = (call: Call) => void;

const REFUSES_AFTER_S = 0.3;
const SERVER_ERROR: FailureVerdict = { verdict: "failure", reason: "server-error", detail: "500" };
const TIMEOUT: FailureVerdict = { verdict: "failure", reason: "timeout" };
/** What a 429 of a healthy provider asks for. */
const USUAL_RETRY_AFTER_MS = 10_000;

export function provider(scenario: Scenario, agenda: Agenda, onsetS: number): Provider {
  const separate = separately(scenario, agenda, onsetS);
  switch (scenario.backend.kind) {
    case "separate":
      return separate;
    case "quota":
      return withinQuota(scenario.backend, agenda, onsetS, separate);
    case "queue":
      return queueing(scenario, scenario.backend, agenda, onsetS);
  }
}

/** Each call fares by its own luck and the condition of the moment it was sent. */
function separately({ traffic, fault }: Scenario, agenda: Agenda, onsetS: number): Provider {
  const conditionAt = conditions(fault);
  const throttled = throttling(USUAL_RETRY_AFTER_MS);
  return (call) => {
    const { luck } = call;
    const condition = conditionAt(agenda.now - onsetS);
    if (condition.hangs) agenda.plan(traffic.timeoutS, () => call.end(TIMEOUT));
    else if (luck.failing < Math.max(condition.failing, traffic.failing))
      agenda.plan(REFUSES_AFTER_S, () => call.end(SERVER_ERROR));
    else if (luck.throttled < traffic.throttled) agenda.plan(REFUSES_AFTER_S, () => call.end(throttled));
    else answer(call, luck.firstTokenS * condition.firstToken, traffic.tokenS * condition.token);
  };

  function answer(call: Call, firstTokenS: number, tokenS: number): void {
    const { tokens } = call.luck;
    const { streaming, timeoutS } = traffic;
    const answerS = firstTokenS + tokens * tokenS;
    if (streaming && firstTokenS < timeoutS) agenda.plan(firstTokenS, () => call.firstToken());
    if (answerS > timeoutS) agenda.plan(timeoutS, () => call.end(TIMEOUT));
    else agenda.plan(answerS, () => call.end({ verdict: "success", outputTokens: tokens }));
  }
}

function throttling(retryAfterMs: number | undefined): FailureVerdict {
  const verdict = { verdict: "failure", reason: "throttled", detail: "429" } as const;
  return retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs };
}

function withinQuota(
  { perSecond, burst, retryAfterMs }: Extract<Backend, { kind: "quota" }>,
  agenda: Agenda,
  onsetS: number,
  serve: Provider,
): Provider {
  const throttled = throttling(retryAfterMs);
  let left = burst;
  let filledS = onsetS;
  return (call) => {
    if (agenda.now < onsetS) return serve(call);
    left = Math.min(burst, left + (agenda.now - filledS) * perSecond);
    filledS = agenda.now;
    if (left < 1) return agenda.plan(REFUSES_AFTER_S, () => call.end(throttled));
    left--;
    serve(call);
  };
}

/** First come, first served, by servers that each hold one call from its start to its last token. */
function queueing(
  { traffic }: Scenario,
  { servers, dropTo, dropS }: Extract<Backend, { kind: "queue" }>,
  agenda: Agenda,
  onsetS: number,
): Provider {
  let waiting: Call[] = [];
  let next = 0;
  let busy = 0;

  const working = (): number => {
    const dropped = agenda.now >= onsetS && agenda.now < onsetS + dropS;
    return dropped ? Math.round(servers * dropTo) : servers;
  };
  const serve = (call: Call): void => {
    busy++;
    const { firstTokenS, tokens } = call.luck;
    if (traffic.streaming) agenda.plan(firstTokenS, () => call.firstToken());
    agenda.plan(firstTokenS + tokens * traffic.tokenS, () => {
      busy--;
      call.end({ verdict: "success", outputTokens: tokens });
      serveWaiting();
    });
  };
  const serveWaiting = (): void => {
    while (busy < working()) {
      const call = waiting[next];
      if (call === undefined) {
        waiting = [];
        next = 0;
        return;
      }
      next++;
      serve(call);
    }
  };
  agenda.plan(onsetS + dropS, serveWaiting);
  return (call) => {
    if (call.luck.failing < traffic.failing)
      return agenda.plan(REFUSES_AFTER_S, () => call.end(SERVER_ERROR));
    agenda.plan(traffic.timeoutS, () => call.end(TIMEOUT));
    waiting.push(call);
    serveWaiting();
  };
}
