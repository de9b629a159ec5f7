import type { ServerResponse } from "node:http";
import type { Failed, Rejected } from "recloser";
import type { AnswerReader, ErrorFacts } from "recloser/wire";
import { bugOf } from "../bug.js";
import type { CallRecord } from "../journal/recorder.js";
import { credentialOf } from "../routes/credentials.js";
import { nextStep, type Step } from "../routes/next-step.js";
import type { ScopedAdmission } from "../routes/scopes.js";
import type { Target } from "../routes/table.js";
import { aimAt, firstAim } from "./aim.js";
import { headersWith, rejectedByAll, type Sent, sendKept, whoAnswers } from "./answering.js";
import { Attempt, type AttemptOwner, type Conclusion, type Holding, type Kept } from "./attempt.js";
import type { Aim, Call } from "./call.js";
import type { Head } from "./head.js";
import { Held } from "./held.js";
import { type AttemptLimits, limitsOf } from "./patience.js";
import { gatewayFacts, sendAnswer, sendBug } from "./reject.js";
import type { Serving } from "./serving.js";

/** What is held of an answer that is to be passed on at its first token, at most. */
const FIRST_TOKEN_BYTES = 65_536;

/** What the caller gets if nothing better comes. */
interface Parting {
  readonly facts: ErrorFacts;
  readonly kept: Kept | undefined;
  readonly by: Sent;
}

/**
 * One call's life behind the gateway: attempts, one after the other, until the caller has an answer. As soon as it has
 * seen the first byte of one, that is its answer.
 */
export class Exchange implements AttemptOwner {
  readonly call: Call;
  readonly res: ServerResponse;
  readonly #serving: Serving;
  readonly #startedAt = performance.now();
  /** Where else the call may go. */
  #queue: readonly Target[];
  #larger: Target | undefined;
  /** The attempt that was made last; `#attempt` while it is out. */
  #sent: Sent | undefined;
  #attempt: Attempt | undefined;
  #attempts = 0;
  readonly #rejections: Rejected[] = [];
  #parting: Parting | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** Nothing more will be sent. */
  #over = false;

  constructor(call: Call, serving: Serving, res: ServerResponse) {
    this.call = call;
    this.res = res;
    this.#serving = serving;
    this.#queue = call.plan.fallbacks;
    this.#larger = call.plan.larger;
  }

  start(): void {
    this.guarded(() => this.#send(firstAim(this.call), 1) || this.#next());
  }

  /** The gateway stops and has waited long enough. */
  shutDown(): void {
    this.guarded(() => {
      const facts = gatewayFacts(503, "gateway_stopping", "The gateway is stopping; send the call again.");
      const waiting = !this.#over && this.#attempt === undefined;
      this.#stop();
      if (waiting) sendAnswer(this.res, this.call.format, facts, this.#tells(this.#sent, true));
      else this.#attempt?.shutDown(facts);
    });
  }

  /** The response has closed: the answer has left, or its client has. */
  clientLeft(): void {
    this.guarded(() => {
      this.#stop();
      this.#parting?.kept?.held.drop();
      this.#attempt?.clientLeft();
    });
  }

  #stop(): void {
    this.#over = true;
    clearTimeout(this.#pause);
  }

  /** Asks the next target that takes the call; without one, the caller gets what there is. */
  #next(): void {
    for (;;) {
      const [target, ...rest] = this.#queue;
      if (target === undefined) break;
      this.#queue = rest;
      const aim = aimAt(this.call, target, this.#serving);
      if (aim !== undefined && this.#send(aim, 1)) return;
    }
    this.#deliver();
  }

  /** False: a circuit said no. */
  #send(aim: Aim, tries: number): boolean {
    const { provider, model, request } = aim;
    const upstream = this.#serving.upstreams.get(provider.name);
    if (upstream === undefined) throw new Error("a provider without an upstream");
    let attempt: Attempt | undefined;
    const admission = this.call.guarded
      ? this.#serving.scopes.admit({
          provider: provider.name,
          model,
          credential: () => credentialOf(request),
          streaming: this.call.streaming,
          fallback: this.#queue.length > 0,
          onAbort: (failure: Failed) => this.guarded(() => attempt?.giveUp(failure)),
        })
      : undefined;
    const record = this.#recordOf(aim, admission);
    if (admission?.ok === false) {
      record?.rejected(admission.failure.reason);
      this.#rejections.push(admission.failure);
      return false;
    }
    const pass = admission?.pass;
    this.#sent = { aim, pass, tries };
    this.#attempts++;
    const spentMs = this.#spentMs();
    const limits = this.#limits(spentMs);
    attempt = new Attempt(this, { aim, upstream, pass, limits, record, spentMs });
    this.#attempt = attempt;
    attempt.send();
    return true;
  }

  #spentMs(): number {
    return performance.now() - this.#startedAt;
  }

  #limits(spentMs: number): AttemptLimits {
    const { limits, plan } = this.call;
    return limitsOf(limits, this.#queue.length > 0 ? plan : {}, spentMs);
  }

  #recordOf(aim: Aim, admission: ScopedAdmission | undefined): CallRecord | undefined {
    if (admission === undefined) return undefined;
    return this.call.recorder?.({
      circuit: admission.ok ? admission.pass.circuit.name : admission.failure.circuit,
      provider: aim.provider.name,
      model: aim.model,
      streaming: this.call.streaming,
      requestBytes: aim.request.body.length,
      attempt: this.#attempts + 1,
    });
  }

  holding(kind: AnswerReader["kind"]): Holding {
    const { guarded, delivery } = this.call;
    if (!guarded) return "no";
    if (delivery === "complete") return "whole";
    const { tries = 1, pass } = this.#sent ?? {};
    const again = tries < (pass?.circuit.policy.retries?.attempts ?? 1);
    // Of an error there may be more to decide: a larger model, or that an earlier failure says more.
    const judged = kind === "error" && (this.#larger !== undefined || this.#parting !== undefined);
    return this.#queue.length > 0 || again || judged ? "first-token" : "no";
  }

  newHeld(): Held {
    const { maxHeldBytes } = this.#serving.config.limits;
    const most = this.call.delivery === "complete" ? maxHeldBytes : FIRST_TOKEN_BYTES;
    return new Held(most, this.#serving.heldBudget);
  }

  headers(head: Head, whole: boolean): string[] {
    return headersWith(head.headers, this.#sent, this.#tells(this.#sent, whole));
  }

  #tells(sent: Sent | undefined, whole: boolean): Record<string, string> {
    return whoAnswers(this.call, sent, this.#attempts, whole);
  }

  concluded(conclusion: Conclusion): void {
    const by = this.#sent;
    if (by === undefined) throw new Error("the conclusion of nothing");
    this.#attempt = undefined;
    const step = this.#stepAfter(conclusion, by);
    const { facts, kept } = conclusion;
    if (this.#parting === undefined || by.aim.first || !isRoutesMistake(conclusion)) {
      this.#parting?.kept?.held.drop();
      this.#parting = { facts, kept, by };
    } else {
      kept?.held.drop();
    }
    switch (step.kind) {
      case "deliver":
        this.#deliver();
        return;
      case "retry":
        this.#pause = setTimeout(
          () => this.guarded(() => this.#send(by.aim, by.tries + 1) || this.#next()),
          step.waitMs,
        );
        return;
      case "larger":
        this.#queue = this.#larger === undefined ? [] : [this.#larger];
        this.#larger = undefined;
        this.#next();
        return;
      case "next":
        this.#next();
    }
  }

  #stepAfter({ verdict, late = false }: Conclusion, { aim, pass, tries }: Sent): Step {
    if (this.#over || late || pass === undefined) return { kind: "deliver" };
    return nextStep({
      verdict,
      circuit: pass.circuit,
      delivery: this.call.delivery,
      tries,
      first: aim.first,
      more: this.#queue.length > 0,
      larger: this.#larger !== undefined,
      leftMs: (this.call.limits.timeoutMs ?? Infinity) - this.#spentMs(),
    });
  }

  #deliver(): void {
    this.#over = true;
    const { format } = this.call;
    const parting = this.#parting;
    if (parting === undefined) {
      const facts = rejectedByAll(this.#rejections, this.#serving.config.rejectStatus);
      sendAnswer(this.res, format, facts, this.#tells(undefined, true));
      return;
    }
    const { facts, kept, by } = parting;
    const tells = this.#tells(by, true);
    if (this.res.destroyed) kept?.held.drop();
    else if (kept === undefined) sendAnswer(this.res, format, facts, tells);
    else sendKept(this.res, kept, headersWith(kept.head.headers, by, tells));
  }

  /** A bug of ours is no evidence, leaves no permit behind, and harms one call at most. */
  guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.call.log.error(
        { bug: bugOf(error) },
        "A call failed because of a bug in the gateway; please report it.",
      );
      this.#stop();
      this.#attempt?.discard();
      sendBug(this.res, this.call.format);
      if (!this.res.writableEnded) this.res.destroy();
    }
  }
}

/** What another target than the caller's refuses is the route's mistake; its caller has nothing to mend. */
function isRoutesMistake({ verdict }: Conclusion): boolean {
  return verdict.verdict === "neutral" && (verdict.reason === "auth" || verdict.reason === "invalid-request");
}
