import type { Exchange } from "./exchange.js";
import { finishOf, headers, type Job } from "./job.js";
import { retryAfterOf, tokensBefore } from "./plan.js";
import { streamAnswer } from "./stream-answer.js";
import type { Fault } from "./types.js";
import type { ErrorKind, Reply } from "./wire/dialect.js";
import { jsonType } from "./wire/dialect.js";

/** Answers one call, well or badly. */
export function answer(job: Job): void {
  const { plan, exchange } = job;
  const { fault } = plan;
  if (fault === undefined) {
    job.whenServed(() => serve(job));
    return;
  }
  const { kind } = fault;
  const waitMs = fault.afterMs ?? 0;
  switch (kind) {
    case "hang":
      exchange.hang();
      return;
    case "reset":
      if (fault.afterTokens === undefined) exchange.after(waitMs, () => exchange.reset());
      else job.whenServed(() => serve(job));
      return;
    case "slow-first-token":
    case "stall":
    case "cut":
    case "stream-error":
      job.whenServed(() => serve(job));
      return;
    case "malformed":
      exchange.after(waitMs, () => exchange.reply(malformed(job, fault), headers(job), "error"));
      return;
    case "empty": {
      const contentType = job.call.stream ? "text/event-stream; charset=utf-8" : jsonType;
      const reply: Reply = { status: 200, contentType, headers: {}, body: "" };
      exchange.after(waitMs, () => exchange.reply(reply, headers(job), "error"));
      return;
    }
    default:
      exchange.after(waitMs, () => exchange.reply(errorReply(job, kind, fault), headers(job), "error"));
  }
}

function errorReply(job: Job, kind: ErrorKind, fault: Fault): Reply {
  const wait = retryAfterOf(fault);
  const retryAfterMs = wait === undefined ? undefined : wait / job.speed;
  return job.dialect.error(kind, job.call, job.stamp, { retryAfterMs, code: fault.code });
}

function malformed(job: Job, fault: Fault): Reply {
  if (fault.shape !== "json") {
    const body = "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body></body></html>\n";
    return { status: 200, contentType: "text/html; charset=utf-8", headers: {}, body };
  }
  if (job.call.stream) {
    const body = 'data: {"id":"broken","choices":[{"index":0,"del\n\n';
    return { status: 200, contentType: "text/event-stream; charset=utf-8", headers: {}, body };
  }
  return {
    status: 200,
    contentType: jsonType,
    headers: {},
    body: '{"id":"broken","choices":[{"index":0,"mess',
  };
}

function serve(job: Job): void {
  if (job.call.stream) streamAnswer(job);
  else job.exchange.after(job.plan.firstTokenMs + job.plan.tokens * job.plan.perTokenMs, () => whole(job));
}

function whole(job: Job): void {
  const { exchange, dialect, call, stamp, plan } = job;
  const { fault } = plan;
  if (fault?.kind === "stream-error") {
    // After 200 there is no status left to tell it by: some routers answer so when a provider breaks off.
    const reply = dialect.error("error-500", call, stamp, { retryAfterMs: undefined, code: undefined });
    exchange.reply({ ...reply, status: 200 }, headers(job), "error");
    return;
  }
  const tokens = Array.from({ length: plan.tokens }, job.nextWord);
  const body = dialect.whole(call, stamp, tokens, finishOf(plan));
  if (fault === undefined || fault.kind === "slow-first-token") {
    exchange.attempt.tokens = plan.tokens;
    exchange.reply({ status: 200, contentType: jsonType, headers: {}, body }, headers(job), "complete");
    return;
  }
  // Half of what the content-length promises.
  const bytes = Buffer.from(body);
  exchange.head(200, { ...headers(job), "content-type": jsonType, "content-length": String(bytes.length) });
  if (tokensBefore(fault) === 0) exchange.res.flushHeaders();
  else exchange.res.write(bytes.subarray(0, bytes.length >> 1));
  breakOff(exchange, fault);
}

/** The end of a body that is not whole. */
function breakOff(exchange: Exchange, fault: Fault): void {
  switch (fault.kind) {
    case "stall":
      exchange.hang();
      return;
    case "reset":
      exchange.reset();
      return;
    default:
      exchange.hangUp();
  }
}
