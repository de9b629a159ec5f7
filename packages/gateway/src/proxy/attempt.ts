import type { ServerResponse } from "node:http";
import type { Failed, Verdict } from "recloser";
import { type AnswerReader, type ErrorFacts, errorEvent, Seen } from "recloser/wire";
import type { Dispatcher } from "undici";
import type { CallRecord } from "../journal/recorder.js";
import type { Pass } from "../routes/scopes.js";
import type { Aim, Call, Named } from "./call.js";
import { brokenBy, type Ended, factsOf, factsOfVerdict, givenUp } from "./facts.js";
import { type Head, headOf } from "./head.js";
import type { Held } from "./held.js";
import { type AttemptLimits, type Overdue, Patience } from "./patience.js";
import { Relay, type RelayOwner } from "./relay.js";
import { Settlement } from "./settlement.js";
import type { Upstream } from "./upstream.js";

/** Until when an answer is kept from its caller: not at all, to its first token, to its last byte. */
export type Holding = "no" | "first-token" | "whole";

/** An answer that nobody has seen, all of it. */
export interface Kept {
  readonly head: Head;
  readonly held: Held;
}

/** How an attempt ended of which the caller has seen nothing. */
export interface Conclusion extends Ended {
  /** The provider's own answer, where it may be passed on. */
  readonly kept?: Kept | undefined;
  /** The call may take no longer, whatever this attempt came to. */
  readonly late?: boolean;
}

/** The call that an attempt is made for. */
export interface AttemptOwner {
  readonly call: Call;
  readonly res: ServerResponse;
  holding(kind: AnswerReader["kind"]): Holding;
  newHeld(): Held;
  /** The head as its caller gets it; `whole`: with the whole answer behind it. */
  headers(head: Head, whole: boolean): string[];
  /** The caller has seen nothing of the attempt, and what becomes of the call is the owner's to decide. */
  concluded(conclusion: Conclusion): void;
  /** Runs what nobody above would catch. */
  guarded(work: () => void): void;
}

export interface AttemptParts {
  readonly aim: Aim;
  readonly upstream: Upstream;
  /** Undefined where no circuit guards the call. */
  readonly pass: Pass | undefined;
  readonly limits: AttemptLimits;
  readonly record: CallRecord | undefined;
  /** How long the call had been going on when this attempt was made. */
  readonly spentMs: number;
}

/**
 * One request to one provider: sent, answered, passed on, settled once. Everything that can end it (the provider, the
 * client, the circuit, a limit, a shutdown, a bug of ours) goes through `#end`, and only the first one counts.
 */
export class Attempt implements Dispatcher.DispatchHandler, RelayOwner {
  readonly #owner: AttemptOwner;
  readonly #parts: AttemptParts;
  readonly #patience: Patience;
  readonly #settlement: Settlement;
  readonly #named: Named;
  #controller: Dispatcher.DispatchController | undefined;
  #head: Head | undefined;
  #held: Held | undefined;
  #holding: Holding = "no";
  #relay: Relay | undefined;
  #over = false;

  /** The pass belongs to this attempt from here on. */
  constructor(owner: AttemptOwner, parts: AttemptParts) {
    this.#owner = owner;
    this.#parts = parts;
    this.#settlement = new Settlement(parts, owner.call.log);
    this.#named = { circuit: parts.pass?.circuit, provider: parts.aim.provider };
    this.#patience = new Patience(parts.limits, owner.call.streaming, (what) =>
      owner.guarded(() => this.#overdue(what)),
    );
  }

  send(): void {
    this.#parts.upstream.send(this.#parts.aim.request, this);
  }

  /** The circuit has given this attempt up: it hangs, and the circuit has opened. */
  giveUp(failure: Failed): void {
    if (this.#over) return;
    const ended = givenUp(this.#named, failure);
    // The circuit has settled the permit itself; settled again, it passes that over.
    this.#settlement.settle(ended.verdict);
    this.#abandon(ended);
  }

  /** The gateway stops and has waited long enough. */
  shutDown(facts: ErrorFacts): void {
    const verdict: Verdict = { verdict: "neutral", reason: "cancelled" };
    this.#settlement.settle(verdict);
    this.#abandon({ verdict, facts });
  }

  /** The client has left. */
  clientLeft(): void {
    if (this.#over) return;
    this.#end();
    const { deadline, streaming } = this.#owner.call;
    const { limits, spentMs } = this.#parts;
    const streams = this.#head?.answer.kind === "stream";
    this.#settlement.left({
      limits,
      streaming,
      deadlineMs: streams && deadline.endsWithHead ? Infinity : deadline.ms - spentMs,
      held: this.#patience.held,
    });
    this.#held?.drop();
    this.#controller?.abort(new Error("the client left"));
  }

  /** A bug of ours is no evidence, and leaves no permit behind. */
  discard(): void {
    this.#settlement.settle({ verdict: "neutral", reason: "bug" });
    this.#end();
    this.#held?.drop();
    this.#controller?.abort(new Error("a bug in the gateway"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new Error("given up before it was sent"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (this.#over || status < 200) return;
    this.#owner.guarded(() => {
      const head = headOf(this.#owner.call, this.#named, status, controller.rawHeaders, message);
      this.#head = head;
      this.#settlement.answered(status);
      this.#holding = this.#owner.holding(head.answer.kind);
      if (this.#holding === "no") this.#show(head);
      else this.#held = this.#owner.newHeld();
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const head = this.#head;
    if (this.#over || head === undefined) return;
    this.#owner.guarded(() => this.#take(chunk, head));
  }

  #take(chunk: Buffer, head: Head): void {
    const { answer } = head;
    const token = (answer.push(chunk) & Seen.token) !== 0;
    if (token) {
      this.#patience.token();
      this.#settlement.token();
      if (this.#over) return;
    }
    this.#settlement.bytes(chunk.length);
    const room = this.#relay === undefined ? (this.#held?.push(chunk) ?? true) : this.#relay.write(chunk);
    const { verdict } = answer;
    if (verdict !== undefined && !this.#settlement.settled) {
      this.#patience.said();
      this.#settlement.settle(verdict);
    }
    if (this.#relay !== undefined) return;
    if (verdict?.verdict === "failure") {
      this.#abandon({ verdict, facts: factsOfVerdict(this.#named, verdict) });
    } else if (verdict !== undefined || !room || (token && this.#flows(answer))) {
      this.#show(head);
    }
  }

  #flows(answer: AnswerReader): boolean {
    return this.#holding === "first-token" && answer.kind === "stream";
  }

  /** From here on the caller sees the answer as it comes. */
  #show(head: Head): void {
    const controller = this.#controller;
    if (controller === undefined) throw new Error("an answer without a connection");
    const { res } = this.#owner;
    this.#patience.shown();
    this.#relay = new Relay(res, controller, this);
    const whole = head.answer.verdict !== undefined;
    this.#relay.begin(head.status, head.message, this.#owner.headers(head, whole), head.open);
    const held = this.#held;
    if (held === undefined) return;
    // What is held counts until it has left.
    res.once("close", () => held.drop());
    for (const chunk of held.take()) this.#relay.write(chunk);
  }

  paused(): void {
    this.#patience.pause();
  }

  resumed(): void {
    this.#patience.resume();
  }

  guarded(work: () => void): void {
    this.#owner.guarded(work);
  }

  onResponseEnd(): void {
    const head = this.#head;
    if (this.#over || head === undefined) return;
    this.#owner.guarded(() => {
      this.#end();
      const { verdict, whole } = head.answer.finish();
      this.#settlement.settle(verdict);
      if (whole && this.#relay !== undefined) {
        this.#relay.end();
        return;
      }
      const facts = factsOfVerdict(this.#named, verdict);
      if (this.#relay !== undefined) this.#tell({ verdict, facts });
      else this.#conclude({ verdict, facts, kept: whole ? this.#kept(head, verdict) : undefined });
    });
  }

  /** Who waits for a whole answer does not get one with status 200 that is none. */
  #kept(head: Head, { verdict }: Verdict): Kept | undefined {
    const held = this.#held;
    const good = this.#holding !== "whole" || verdict !== "failure" || head.status >= 300;
    return held !== undefined && good ? { head, held } : undefined;
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#owner.guarded(() => {
      this.#end();
      const answer = this.#head?.answer;
      if (answer?.verdict !== undefined) {
        this.#stopRelay();
        return;
      }
      const verdict = answer?.kind === "error" ? answer.finish().verdict : undefined;
      const ended =
        verdict === undefined
          ? brokenBy(this.#named, error, answer !== undefined)
          : { verdict, facts: factsOfVerdict(this.#named, verdict) };
      this.#settlement.settle(ended.verdict);
      this.#tell(ended);
    });
  }

  #overdue(what: Overdue): void {
    if (this.#over) return;
    const reason = what === "attempt" ? "timeout" : what;
    // A call that its client held up says nothing about its provider.
    const held = what === "timeout" && this.#patience.held;
    const verdict: Verdict = held
      ? { verdict: "neutral", reason: "deadline" }
      : { verdict: "failure", reason };
    this.#settlement.settle(verdict);
    this.#abandon({ verdict, facts: factsOf(this.#named, reason), late: what === "timeout" });
  }

  /** Stops the attempt from our side. */
  #abandon(conclusion: Conclusion): void {
    if (this.#over) return;
    this.#end();
    this.#controller?.abort(new Error("given up"));
    if (this.#relay?.begun && this.#head?.answer.verdict !== undefined) this.#stopRelay();
    else this.#tell(conclusion);
  }

  /** The provider had said its last word, so nothing of ours belongs behind it. */
  #stopRelay(): void {
    if (this.#head?.answer.verdict?.verdict === "success") this.#relay?.end();
    else this.#relay?.breakOff();
  }

  /** Ends with an error of ours; where the provider's answer has begun, inside it if there is a way. */
  #tell(conclusion: Conclusion): void {
    const answer = this.#head?.answer;
    if (!this.#relay?.begun) this.#conclude(conclusion);
    else {
      const format = answer?.format ?? this.#owner.call.format;
      this.#relay.breakOff(answer?.events ? errorEvent(format, conclusion.facts) : undefined);
    }
  }

  #conclude(conclusion: Conclusion): void {
    this.#relay?.forget();
    if (conclusion.kept === undefined) this.#held?.drop();
    this.#owner.concluded(conclusion);
  }

  #end(): void {
    this.#over = true;
    this.#patience.stop();
    this.#settlement.ended();
  }
}
