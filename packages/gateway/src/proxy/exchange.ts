import type { ServerResponse } from "node:http";
import { classify, type Failed, type FailureReason, type Permit, patienceMs, type Verdict } from "recloser";
import { type AnswerReader, type ErrorFacts, errorEvent, failedFacts, Seen } from "recloser/wire";
import type { Dispatcher } from "undici";
import { bugOf } from "../bug.js";
import type { Call } from "./call.js";
import { headOf } from "./head.js";
import { verdictOfLeaving } from "./leaving.js";
import { flawOf } from "./malformed.js";
import { type Overdue, Patience } from "./patience.js";
import { gatewayFacts, sendAnswer, sendBug } from "./reject.js";
import { Relay } from "./relay.js";
import type { UpstreamRequest } from "./upstream.js";

/** Errors of undici's that mean the caller's own request cannot be sent. */
const UNSENDABLE = new Set(["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"]);

/**
 * One call's life behind the gateway: sent, answered, passed on, settled once. Everything that can end it (the provider,
 * the client, the circuit, a limit, a shutdown, a bug of ours) goes through `#over`, and only the first one counts.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: Call;
  readonly #res: ServerResponse;
  #permit: Permit | undefined;
  #patience: Patience | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: AnswerReader | undefined;
  #relay: Relay | undefined;
  #status = 0;
  #over = false;
  #settled = false;
  #tokens = false;
  /** What came is no HTTP. */
  #malformed = false;

  constructor(call: Call, res: ServerResponse) {
    this.#call = call;
    this.#res = res;
    res.once("close", () => this.#clientLeft());
  }

  /** Sends the call. The permit belongs to this exchange from here on. */
  start(permit: Permit | undefined, request: UpstreamRequest): void {
    this.#permit = permit;
    const { limits, streaming, upstream } = this.#call;
    this.#patience = new Patience(limits, streaming, (what) => this.#guarded(() => this.#overdue(what)));
    this.#guarded(() => upstream.send(request, this));
  }

  /** The circuit has given this call up: it hangs, and the circuit has opened. */
  giveUp(failure: Failed): void {
    this.#guarded(() => {
      this.#settled = true;
      const retryAfterMs = this.#call.circuit?.snapshot().endsInMs ?? undefined;
      this.#abandon({ ...this.#failed("stalled"), message: failure.message, retryAfterMs, final: true });
    });
  }

  /** The gateway stops and has waited long enough. */
  shutDown(): void {
    this.#guarded(() => {
      this.#settle({ verdict: "neutral", reason: "cancelled" });
      this.#abandon(gatewayFacts(503, "gateway_stopping", "The gateway is stopping; send the call again."));
    });
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
    this.#guarded(() => {
      const head = headOf(this.#call, status, controller.rawHeaders, message);
      this.#status = status;
      this.#answer = head.answer;
      this.#relay = new Relay(this.#res, controller, {
        pause: () => this.#patience?.pause(),
        resume: () => this.#patience?.resume(),
        guarded: (work) => this.#guarded(work),
      });
      this.#relay.begin(status, head.message, head.headers, head.open);
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const answer = this.#answer;
    if (this.#over || answer === undefined) return;
    this.#guarded(() => {
      const seen = answer.push(chunk);
      if ((seen & Seen.token) !== 0) {
        this.#tokens = true;
        this.#patience?.token();
        // The circuit may give up any call here, even this one.
        this.#permit?.progress();
        if (this.#over) return;
      }
      this.#relay?.write(chunk);
      if (answer.verdict === undefined || this.#settled) return;
      this.#patience?.said();
      this.#settle(answer.verdict);
    });
  }

  onResponseEnd(): void {
    const answer = this.#answer;
    if (this.#over || answer === undefined) return;
    this.#guarded(() => {
      this.#end();
      const { verdict, whole } = answer.finish();
      this.#settle(verdict);
      if (whole) this.#relay?.end();
      else this.#breakOff(verdict);
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#guarded(() => {
      this.#end();
      const answer = this.#answer;
      if (answer === undefined) {
        this.#unanswered(error);
      } else if (answer.verdict !== undefined) {
        this.#stopRelay();
      } else {
        const verdict = answer.kind === "error" ? answer.finish().verdict : this.#brokenBy(error);
        this.#settle(verdict);
        this.#breakOff(verdict);
      }
    });
  }

  /** No answer at all. */
  #unanswered(error: Error): void {
    const { format } = this.#call;
    if (UNSENDABLE.has((error as NodeJS.ErrnoException).code ?? "")) {
      this.#settle({ verdict: "neutral", reason: "invalid-request" });
      const message = "The request has a path or a header that cannot be sent on; send it without.";
      sendAnswer(this.#res, format, gatewayFacts(400, "bad_request", message));
      return;
    }
    const verdict = this.#brokenBy(error);
    this.#settle(verdict);
    const reason = verdict.verdict === "failure" ? verdict.reason : "connection";
    const detail = verdict.verdict === "success" ? undefined : verdict.detail;
    sendAnswer(this.#res, format, this.#failed(reason, detail));
  }

  #brokenBy(error: Error): Verdict {
    const flaw = flawOf(error, this.#answer !== undefined);
    if (flaw === undefined) return classify(error);
    this.#malformed = flaw === "malformed";
    return { verdict: "failure", reason: this.#malformed ? "malformed" : "connection" };
  }

  #overdue(what: Overdue): void {
    // A call that its client held up says nothing about its provider.
    const held = what === "timeout" && this.#patience?.held === true;
    const verdict: Verdict = held
      ? { verdict: "neutral", reason: "deadline" }
      : { verdict: "failure", reason: what };
    this.#settle(verdict);
    this.#abandon(this.#failed(what));
  }

  #clientLeft(): void {
    if (this.#over) return;
    this.#end();
    this.#settle(this.#tokens ? { verdict: "success" } : this.#gaveUp());
    this.#controller?.abort(new Error("the client left"));
  }

  /** The client left before any token: its user, or its own deadline. */
  #gaveUp(): Verdict {
    const { circuit, deadline, limits, streaming } = this.#call;
    const permit = this.#permit;
    if (circuit === undefined || permit === undefined) return { verdict: "neutral", reason: "cancelled" };
    const streams = this.#answer?.kind === "stream";
    const { timeoutMs = Infinity, firstTokenTimeoutMs = Infinity } = limits;
    const policy = { ...circuit.policy, timeoutMs, firstTokenTimeoutMs };
    return verdictOfLeaving({
      waitedMs: circuit.policy.clock.now() - permit.admittedAt,
      deadlineMs: streams && deadline.endsWithHead ? Infinity : deadline.ms,
      patienceMs: patienceMs(policy, { streaming, firstToken: false }),
      held: this.#patience?.held === true,
    });
  }

  /** Stops the call from our side, and tells the client. */
  #abandon(facts: ErrorFacts): void {
    if (this.#over) return;
    this.#end();
    this.#controller?.abort(new Error("given up"));
    if (this.#relay?.begun && this.#answer?.verdict !== undefined) this.#stopRelay();
    else this.#tell(facts);
  }

  #breakOff(verdict: Verdict): void {
    const failed = verdict.verdict === "failure";
    this.#tell(this.#failed(failed ? verdict.reason : "truncated", failed ? verdict.detail : undefined));
  }

  /** The provider had said its last word, so nothing of ours belongs behind it. */
  #stopRelay(): void {
    if (this.#answer?.verdict?.verdict === "success") this.#relay?.end();
    else this.#relay?.breakOff();
  }

  /** Answers with an error of ours; where the provider's answer has begun, inside it if there is a way. */
  #tell(facts: ErrorFacts): void {
    const { format } = this.#call;
    const answer = this.#answer;
    if (!this.#relay?.begun) sendAnswer(this.#res, format, facts);
    else this.#relay.breakOff(answer?.events ? errorEvent(answer.format ?? format, facts) : undefined);
  }

  #failed(reason: FailureReason, detail?: string): ErrorFacts {
    const { circuit, upstream } = this.#call;
    const name = circuit?.name ?? upstream.provider.name;
    const facts = failedFacts({ reason, name, state: circuit?.state, detail });
    if (!this.#malformed) return facts;
    return {
      ...facts,
      code: "upstream_malformed",
      message: `${name}: the provider's answer is not valid HTTP.`,
    };
  }

  #end(): void {
    this.#over = true;
    this.#patience?.stop();
  }

  #settle(verdict: Verdict): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#permit === undefined) return;
    this.#permit.settle(verdict);
    this.#call.log.debug(
      { circuit: this.#call.circuit?.name, status: this.#status, ...verdict },
      "call settled",
    );
  }

  /** A bug of ours is no evidence, leaves no permit behind, and harms one call at most. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#call.log.error(
        { bug: bugOf(error) },
        "A call failed because of a bug in the gateway; please report it.",
      );
      this.#settle({ verdict: "neutral", reason: "bug" });
      this.#end();
      this.#controller?.abort(new Error("a bug in the gateway"));
      sendBug(this.#res, this.#call.format);
      if (!this.#res.writableEnded) this.#res.destroy();
    }
  }
}
