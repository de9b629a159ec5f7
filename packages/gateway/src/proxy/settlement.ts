import { patienceMs, type Verdict } from "recloser";
import type { CallRecord } from "../journal/recorder.js";
import type { Log } from "../log.js";
import type { Pass } from "../routes/scopes.js";
import { verdictOfLeaving } from "./leaving.js";
import type { Limits } from "./patience.js";

export interface SettlementParts {
  /** Undefined where no circuit guards the call. */
  readonly pass: Pass | undefined;
  readonly record: CallRecord | undefined;
}

/** What one attempt tells its circuits, the journal and the log; its verdict once, and only the first. */
export class Settlement {
  readonly #parts: SettlementParts;
  readonly #log: Log;
  /** The provider's; 0 until it has answered. */
  #status = 0;
  #tokens = false;
  settled = false;

  constructor(parts: SettlementParts, log: Log) {
    this.#parts = parts;
    this.#log = log;
  }

  answered(status: number): void {
    this.#status = status;
    if (status < 300) this.#parts.pass?.begun();
  }

  /** The circuit may give up any call here, even this one. */
  token(): void {
    this.#tokens = true;
    this.#parts.record?.token();
    this.#parts.pass?.progress();
  }

  bytes(count: number): void {
    this.#parts.record?.bytes(count);
  }

  settle(verdict: Verdict): void {
    if (this.settled) return;
    this.settled = true;
    const { pass, record } = this.#parts;
    record?.settled(verdict, this.#status);
    if (pass === undefined) return;
    pass.settle(verdict);
    this.#log.debug({ circuit: pass.circuit.name, status: this.#status, ...verdict }, "call settled");
  }

  /** The client left: after a token that is a success; before, its user gave up, or its own deadline passed. */
  left(leaving: {
    readonly limits: Limits;
    readonly streaming: boolean;
    readonly deadlineMs: number;
    readonly held: boolean;
  }): void {
    const { pass } = this.#parts;
    if (this.#tokens) this.settle({ verdict: "success" });
    else if (pass === undefined) this.settle({ verdict: "neutral", reason: "cancelled" });
    else {
      const { policy } = pass.circuit;
      const { timeoutMs = Infinity, firstTokenTimeoutMs = Infinity } = leaving.limits;
      const waiting = { streaming: leaving.streaming, firstToken: false };
      const verdict = verdictOfLeaving({
        waitedMs: policy.clock.now() - pass.admittedAt,
        deadlineMs: leaving.deadlineMs,
        patienceMs: patienceMs({ ...policy, timeoutMs, firstTokenTimeoutMs }, waiting),
        held: leaving.held,
      });
      this.settle(verdict);
    }
  }

  ended(): void {
    this.#parts.record?.ended();
  }
}
