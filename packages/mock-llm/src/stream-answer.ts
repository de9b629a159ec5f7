import { finishOf, headers, type Job } from "./job.js";
import { tokensBefore } from "./plan.js";

/** Real time between two looks at what is due: tokens that are due together leave in one write. */
const shortestTickMs = 4;
const largestBatch = 64;

/** Sends an answer as server-sent events: one timer a stream, however many tokens. */
export function streamAnswer(job: Job): void {
  const { exchange, dialect, call, stamp, plan } = job;
  const { clock, res } = exchange;
  const { fault } = plan;
  const text = dialect.stream(call, stamp);
  const midway = fault !== undefined && fault.kind !== "slow-first-token";
  const stopAt = midway ? tokensBefore(fault) : plan.tokens;
  let sent = 0;
  let firstAt: number | undefined;
  let opened = false;
  let spoke = false;

  if (text.opensAtOnce) open();
  if (job.keepAliveMs !== undefined) keepAlive(job.keepAliveMs);
  exchange.after(plan.firstTokenMs, tick);

  function head(): void {
    if (res.headersSent) return;
    const type = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" };
    exchange.head(200, { ...headers(job), ...type });
    res.flushHeaders();
  }

  function open(): void {
    if (opened) return;
    opened = true;
    head();
    if (text.opening !== "") res.write(text.opening);
  }

  function tick(): void {
    if (exchange.ended) return;
    open();
    const now = clock.now();
    firstAt ??= now;
    const due = plan.perTokenMs === 0 ? stopAt : Math.floor((now - firstAt) / plan.perTokenMs) + 1;
    while (sent < Math.min(due, stopAt)) {
      const count = Math.min(largestBatch, due - sent, stopAt - sent);
      let batch = "";
      for (let i = 0; i < count; i++) batch += text.token(job.nextWord());
      sent += count;
      spoke = true;
      exchange.ledger.tokenOut(exchange.attempt, count);
      if (!res.write(batch)) {
        // A slow reader is waited for, not buffered for.
        res.once("drain", tick);
        return;
      }
    }
    if (sent >= stopAt) {
      stop();
      return;
    }
    const nextMs = firstAt + sent * plan.perTokenMs - now;
    exchange.after(Math.max(nextMs, shortestTickMs * job.speed), tick);
  }

  function stop(): void {
    switch (midway ? fault.kind : undefined) {
      case "stall":
        exchange.hang();
        return;
      case "cut":
        exchange.finish("", "cut");
        return;
      case "reset":
        exchange.reset();
        return;
      case "stream-error":
        exchange.finish(text.error(fault?.shape === "failed" ? "failed" : "event"), "error");
        return;
      default:
        exchange.finish(text.closing(finishOf(plan)), "complete");
    }
  }

  function keepAlive(everyMs: number): void {
    exchange.after(
      everyMs,
      () => {
        if (!spoke && !res.writableNeedDrain) {
          head();
          res.write(dialect.keepAlive);
        }
        spoke = false;
        keepAlive(everyMs);
      },
      "ping",
    );
  }
}
