import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answer } from "./answer.js";
import { parseObject, readBody, sendJson } from "./body.js";
import { check, MockConfigError } from "./check.js";
import { compressed, systemClock } from "./clock.js";
import { control } from "./control.js";
import { Exchange } from "./exchange.js";
import { Ledger } from "./ledger.js";
import { Bucket, Slots } from "./limits.js";
import { listen } from "./listen.js";
import { faultOfModel } from "./model-fault.js";
import { decide, type FullBehaviour, fill, type Plan } from "./plan.js";
import { type Random, randomFor, randomId } from "./random.js";
import { dialectFor, modelList } from "./routes.js";
import { behaviourSchema, optionsSchema, scriptSchema } from "./schema.js";
import { words } from "./text.js";
import { Timeline } from "./timeline.js";
import type { Behaviour, Fault, MockOptions, MockServer } from "./types.js";
import { type Call, type Dialect, isInvalid, type Stamp } from "./wire/dialect.js";

/** What the Messages API takes at most. */
const largestBody = 32 * 2 ** 20;
const longestModelName = 200;
/** Keeps the ids apart from the decisions, which start again with the script. */
const idSeedOffset = 7919;

/**
 * Starts a mock provider on loopback. Throws {@link MockConfigError} for options that cannot be used and for a
 * port that cannot be had.
 */
export async function startMock(options: MockOptions = {}): Promise<MockServer> {
  check(optionsSchema, options, "options");
  const script = options.script === undefined ? undefined : check(scriptSchema, options.script, "script");
  const speed = options.speed ?? 1;
  const realClock = options.clock ?? systemClock;
  const clock = compressed(realClock, speed);
  const seed = options.seed ?? script?.seed ?? 1;
  const profile = options.profile ?? "quick";
  const phases = (script?.phases ?? []).map((phase) => fill(profile, script?.defaults, phase));
  const rest = fill(profile, script?.defaults);
  const startedAt = realClock.now();
  const slots = new Slots(() => inForce().capacity);
  const bucket = new Bucket();
  const exchanges = new Set<Exchange>();
  /** The visit of the phase each call belongs to; an override's and a model name's calls belong to none. */
  const visits = new Map<Exchange, number>();
  let override: { given: Behaviour; full: FullBehaviour } | undefined;
  let requests = 0;
  let ids = 0;

  const timeline = script === undefined ? undefined : new Timeline(script, clock, leavePhase);
  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      process.stderr.write(`recloser-mock-llm: ${error instanceof Error ? error.stack : String(error)}\n`);
      res.destroy();
    });
  });
  // Longer than any client keeps an idle connection, so that it is never the server that closes it under a request.
  server.keepAliveTimeout = 120_000;
  const address = await listen(server, options.host ?? "127.0.0.1", options.port ?? 0);
  const ledger = new Ledger(() => realClock.now() - startedAt, options.log);
  timeline?.start();

  function inForce(): FullBehaviour {
    if (override !== undefined) return override.full;
    const place = timeline?.place();
    return (place === undefined ? undefined : phases[place.index]) ?? rest;
  }

  /** A restarted load balancer drops what hung behind it. */
  function leavePhase(): void {
    for (const exchange of visits.keys()) dropIfOver(exchange);
    slots.pump();
  }

  function dropIfOver(exchange: Exchange): void {
    if (exchange.hung && visits.get(exchange) !== timeline?.place()?.visit) exchange.reset();
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const target = req.url ?? "/";
    if (!URL.canParse(target, "http://mock")) {
      sendJson(res, 400, { error: { message: "The request's address is not one." } });
      return;
    }
    const url = new URL(target, "http://mock");
    if (url.pathname.startsWith("/mock/")) {
      await control(controlled, req, res, url);
      return;
    }
    if (req.method === "GET" && url.pathname === "/v1/models") {
      sendJson(res, 200, modelList(req));
      return;
    }
    const dialect = dialectFor(url.pathname);
    if (dialect === undefined || req.method !== "POST") {
      const message = `Invalid URL (${req.method} ${url.pathname})`;
      sendJson(res, 404, { error: { message, type: "invalid_request_error", param: null, code: null } });
      return;
    }
    await takeCall(dialect, req, res, url);
  }

  async function takeCall(
    dialect: Dialect,
    req: IncomingMessage,
    res: ServerResponse,
    url: URL,
  ): Promise<void> {
    const retry = Number(req.headers["x-stainless-retry-count"] ?? 0);
    const attempt = ledger.open(url.pathname, Number.isSafeInteger(retry) ? retry : 0);
    const exchange = new Exchange(res, attempt, ledger, clock);
    exchanges.add(exchange);
    exchange.onEnd(() => {
      exchanges.delete(exchange);
      visits.delete(exchange);
    });
    const random = randomFor(seed, requests++);
    const stamp = { id: randomId(48, randomFor(seed + idSeedOffset, ids++)), wallMs: Date.now() };
    const arrivedAt = clock.now();
    const bytes = await readBody(req, largestBody);
    if (exchange.ended) return;
    const place = timeline?.place();
    if (place !== undefined) attempt.phase = place.name;
    const refuse = (message: string, param: string | null, status = 400) =>
      exchange.reply(
        dialect.invalid({ message, param, status }, stamp),
        dialect.headers(stamp, (clock.now() - arrivedAt) / speed),
        "error",
      );
    if (bytes === "too-large") {
      refuse("Request exceeds the maximum size", null, 413);
      return;
    }
    const body = parseObject(bytes);
    if (typeof body === "string") {
      refuse(body, null);
      return;
    }
    const call = dialect.parse(body, url.pathname, url.searchParams);
    if (isInvalid(call)) {
      refuse(call.message, call.param, call.status);
      return;
    }
    // Kept for a hundred thousand attempts, so not as long as a request may make it.
    attempt.model = call.model.slice(0, longestModelName);
    attempt.stream = call.stream;
    let forced: Fault | undefined;
    try {
      forced = faultOfModel(call.model);
    } catch (error) {
      if (!(error instanceof MockConfigError)) throw error;
      refuse(error.message, null, 404);
      return;
    }
    const behaviour = inForce();
    const fault = forced ?? overRate(behaviour);
    const plan = decide(behaviour, call, fault, random);
    attempt.fault = plan.fault?.kind ?? "none";
    ledger.decided(attempt);
    if (place !== undefined && override === undefined && forced === undefined) {
      visits.set(exchange, place.visit);
      exchange.onHang(() => dropIfOver(exchange));
    }
    run(exchange, dialect, call, stamp, plan, random, arrivedAt, behaviour.keepAliveMs);
  }

  /** The 429 of a spent bucket, if it is spent. */
  function overRate(behaviour: FullBehaviour): Fault | undefined {
    const limit = behaviour.rateLimit;
    if (limit === undefined) return undefined;
    const burst = limit.burst ?? Math.max(1, Math.round(limit.perSecond));
    const taken = bucket.take(clock.now(), limit.perSecond, burst);
    if (taken.ok) return undefined;
    if (limit.retryAfter === false) return { kind: "throttled-bare" };
    return { kind: "throttled", retryAfterMs: Math.ceil(taken.waitMs / 1000) * 1000 };
  }

  function run(
    exchange: Exchange,
    dialect: Dialect,
    call: Call,
    stamp: Stamp,
    plan: Plan,
    random: Random,
    arrivedAt: number,
    keepAliveMs: number | undefined,
  ): void {
    const whenServed = (start: () => void) => exchange.onEnd(slots.take(start));
    const nextWord = words(random);
    answer({ exchange, dialect, call, stamp, plan, nextWord, speed, keepAliveMs, arrivedAt, whenServed });
  }

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    timeline?.stop();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const open = [...exchanges];
    for (const exchange of open) exchange.abandon();
    server.closeAllConnections();
    await closed;
    await ledger.close(
      open.map((exchange) => exchange.attempt).filter((attempt) => attempt.end === "pending"),
    );
  }

  const mock: MockServer = {
    url: `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`,
    port: address.port,
    attempts: () => ledger.list(),
    attemptsTotal: () => ledger.total,
    clear: () => ledger.clear(),
    setBehaviour(given) {
      if (given === undefined) override = undefined;
      else {
        const behaviour = check(behaviourSchema, given, "behaviour");
        override = { given: behaviour, full: fill(profile, script?.defaults, behaviour) };
      }
      slots.pump();
    },
    startScript() {
      requests = 0;
      timeline?.start();
    },
    phase() {
      const place = timeline?.place();
      return place && { name: place.name, index: place.index, elapsedMs: place.elapsedMs };
    },
    waitForAttempts: (n) => ledger.wait(n),
    close: () => (closing ??= close()),
  };
  const controlled = {
    server: mock,
    ledger,
    override: () => override?.given,
    load: () => ({ serving: slots.busy, queued: slots.waiting, open: exchanges.size }),
  };
  return mock;
}
