import { Attempt } from "../../attempt.js";
import { begin } from "../../call.js";
import type { Circuit } from "../../circuit.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { read } from "../../outcome/facts.js";
import type { SuccessVerdict } from "../../outcome/verdict.js";
import { remember } from "../fetch/failure-of.js";

/** A run that nobody has told the end of. As long as the lease of its permit. */
const FORGOTTEN_MS = 900_000;
const CANCELLED = { verdict: "neutral", reason: "cancelled" } as const;

interface Run {
  readonly attempt: Attempt;
  readonly unlink: () => void;
}

/** The runs that have started and not ended, by LangChain's id. */
export class Runs {
  /** In order of their start. */
  readonly #byId = new Map<string, Run>();
  /** The runs of one call with several prompts, by the object that they share; `null` once one was rejected. */
  readonly #batches = new WeakMap<object, string[] | null>();

  /** @throws CircuitError when it is rejected. */
  start(circuit: Circuit, runId: string, extraParams: Record<string, unknown> | undefined): void {
    this.#forget();
    const batch = extraParams && this.#batches.get(extraParams);
    // One prompt of the call was rejected, so LangChain makes none of them.
    if (batch === null) return;
    const signal = signalOf(extraParams);
    const attempt = this.#begin(circuit, runId, streams(extraParams), signal);
    if (!(attempt instanceof Attempt)) {
      for (const sibling of batch ?? []) this.#cancel(sibling);
      if (extraParams) this.#batches.set(extraParams, null);
      throw attempt;
    }
    if (extraParams) this.#batches.set(extraParams, [...(batch ?? []), runId]);
  }

  #begin(
    circuit: Circuit,
    runId: string,
    streaming: boolean,
    signal: AbortSignal | undefined,
  ): Attempt | CircuitError {
    // Before the attempt's own listener: after a token, a caller that gives up says that all was well.
    const onAbort = (): void => {
      if (this.#byId.get(runId)?.attempt.tokenSeen) this.#succeed(runId, { verdict: "success" });
    };
    const unlink = (): void => signal?.removeEventListener("abort", onAbort);
    signal?.addEventListener("abort", onAbort, { once: true });
    const onEnd = (): void => this.#take(runId)?.unlink();
    const attempt = begin(circuit, streaming, signal === undefined ? undefined : { signal }, onEnd);
    if (attempt instanceof Attempt) {
      // A stream's reader sets its pace, and callbacks do not tell when it is away.
      attempt.readerPaced = true;
      this.#byId.set(runId, { attempt, unlink });
      return attempt;
    }
    unlink();
    return new CircuitError(attempt);
  }

  token(runId: string): void {
    const attempt = this.#byId.get(runId)?.attempt;
    attempt?.progressed();
    attempt?.pause();
  }

  /** `cached`: LangChain had the answer already. */
  end(runId: string, output: unknown, cached: boolean): void {
    if (cached) this.#cancel(runId);
    else this.#succeed(runId, successOf(output));
  }

  error(runId: string, error: unknown): void {
    const attempt = this.#take(runId)?.attempt;
    if (attempt === undefined) return;
    // LangChain gives this name to what its callers abort.
    if (/^(Model)?AbortError$/.test(String(read(error, "name")))) {
      attempt.succeed(attempt.tokenSeen ? { verdict: "success" } : CANCELLED);
      return;
    }
    try {
      const failure = attempt.fail(error);
      if (failure !== undefined) remember(error, failure);
    } catch {
      // No failure of the dependency. LangChain throws it as it is.
    }
  }

  #succeed(runId: string, verdict: SuccessVerdict): void {
    this.#take(runId)?.attempt.succeed(verdict);
  }

  #cancel(runId: string): void {
    this.#take(runId)?.attempt.succeed(CANCELLED);
  }

  #take(runId: string): Run | undefined {
    const run = this.#byId.get(runId);
    this.#byId.delete(runId);
    run?.unlink();
    return run;
  }

  /** A stream whose reader leaves ends without a word. */
  #forget(): void {
    for (const [runId, { attempt }] of this.#byId) {
      if (attempt.elapsedMs < FORGOTTEN_MS) return;
      this.#cancel(runId);
    }
  }
}

function signalOf(extraParams: Record<string, unknown> | undefined): AbortSignal | undefined {
  const signal = read(extraParams?.options, "signal");
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Only what is asked for as a stream for certain: a call of `stream` does not say so. */
function streams(extraParams: Record<string, unknown> | undefined): boolean {
  return read(extraParams?.invocation_params, "stream") === true;
}

function successOf(output: unknown): SuccessVerdict {
  const message = read(read(read(read(output, "generations"), "0"), "0"), "message");
  const told =
    read(read(message, "usage_metadata"), "output_tokens") ??
    read(read(read(output, "llmOutput"), "tokenUsage"), "completionTokens");
  return typeof told === "number" && told >= 0
    ? { verdict: "success", outputTokens: told }
    : { verdict: "success" };
}
