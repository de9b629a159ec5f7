import { randomUUID } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import type { Config } from "../config/load.js";
import type { Log } from "../log.js";
import { bodyOf, signedHeaders } from "./message.js";
import type { Notification } from "./notification.js";

export type Webhook = Config["notifications"]["webhooks"][number];

/** What has become of notifications. */
export interface Fates {
  delivered: number;
  /** Given up after the last attempt, or refused. */
  failed: number;
  /** Never sent, because too many waited. */
  dropped: number;
}

export interface CourierOptions {
  readonly webhook: Webhook;
  readonly pageUrl: string | undefined;
  readonly log: Log;
  readonly fates: Fates;
  /** Before the second attempt; doubles with each. */
  readonly firstWaitMs?: number;
}

const MOST_WAITING = 100;
const LONGEST_WAIT_MS = 60_000;

/** Takes notifications to one webhook, one after the other, in order. */
export class Courier {
  readonly #options: CourierOptions;
  /** All that a log may say of the address: the path of some is a secret. */
  readonly #where: string;
  readonly #waiting: Notification[] = [];
  readonly #stop = new AbortController();
  #isClosed = false;
  #working: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#where = new URL(options.webhook.url).origin;
  }

  /** Never waits and never throws. */
  send(notification: Notification): void {
    if (this.#isClosed || !this.#options.webhook.on.includes(notification.kind)) return;
    this.#waiting.push(notification);
    const oldest = this.#waiting.length > MOST_WAITING ? this.#waiting.shift() : undefined;
    if (oldest !== undefined) this.#drop(oldest, `more than ${MOST_WAITING} wait for ${this.#where}`);
    this.#work();
  }

  /** Takes nothing more, and waits at most so long for what is on its way. */
  async close(drainMs: number): Promise<void> {
    this.#isClosed = true;
    const limit = after(drainMs, undefined, { ref: false, signal: this.#stop.signal }).catch(() => {});
    await Promise.race([this.#working, limit]);
    this.#stop.abort();
  }

  #work(): void {
    this.#working ??= this.#deliverAll().finally(() => {
      this.#working = undefined;
      if (this.#waiting.length > 0) this.#work();
    });
  }

  async #deliverAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#deliver(next);
    }
  }

  async #deliver(notification: Notification): Promise<void> {
    const { webhook, pageUrl, fates, log, firstWaitMs = 1_000 } = this.#options;
    const { kind, circuit } = notification;
    const id = `msg_${randomUUID()}`;
    const body = bodyOf(notification, webhook.format, pageUrl);
    for (let attempt = 1; !this.#stop.signal.aborted; attempt++) {
      const { outcome, why } = await this.#attempt(id, body);
      if (outcome === "delivered") {
        fates.delivered++;
        return;
      }
      if (outcome === "refused" || attempt >= webhook.attempts) {
        fates.failed++;
        const times = attempt === 1 ? "" : ` after ${attempt} attempts`;
        log.warn(
          { to: this.#where, id, kind, circuit },
          `${this.#where} did not take a notification${times}: ${why}.`,
        );
        return;
      }
      const waitMs = Math.min(firstWaitMs * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
      await after(waitMs, undefined, { ref: false, signal: this.#stop.signal }).catch(() => {});
    }
    this.#drop(notification, `${this.#where} was not told of it before the gateway stopped`);
  }

  #drop({ kind, circuit }: Notification, why: string): void {
    const { fates, log } = this.#options;
    fates.dropped++;
    log.warn({ to: this.#where, kind, circuit }, `A notification is dropped: ${why}.`);
  }

  async #attempt(
    id: string,
    body: string,
  ): Promise<{ outcome: "delivered" | "again" | "refused"; why: string }> {
    const { url, secret, timeoutMs } = this.#options.webhook;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": "recloser",
          ...signedHeaders({ id, at: Date.now(), body }, secret),
        },
        // It could lead anywhere.
        redirect: "manual",
        signal: AbortSignal.any([this.#stop.signal, late]),
      });
      const { status } = response;
      void response.body?.cancel().catch(() => {});
      if (response.ok) return { outcome: "delivered", why: "" };
      const again = status >= 500 || status === 408 || status === 429;
      const moved = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
      return { outcome: again ? "again" : "refused", why: `it answered ${status}${moved}` };
    } catch (error) {
      const why = late.aborted ? `no answer within ${timeoutMs} ms` : causeOf(error);
      return { outcome: "again", why };
    }
  }
}

/** A code such as ECONNREFUSED: messages may hold the address. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined;
  return typeof cause?.code === "string" ? cause.code : "the connection failed";
}
