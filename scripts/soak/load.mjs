// Callers: as many at once as the plan says, one call after the other, some of whom leave before they have been answered.
// Nothing is kept of a call but one more in a count.
import { Agent, request } from "node:http";

/** Longer than every limit of the gateway's. A call that takes this long hangs. */
const HANG_MS = 10_000;
export const FAULTS = [
  "error-500",
  "error-503",
  "overloaded",
  "throttled",
  "quota",
  "bad-request",
  "unauthorized",
  "context-length",
  "content-filter",
  "hang",
  "slow-first-token@600",
  "stall",
  "cut",
  "reset",
  "stream-error",
  "malformed",
  "empty",
];
const PATHS = ["/v1/chat/completions", "/v1/responses", "/v1/messages"];
/** What befalls the healthy models, one after the other, with good weather in between. */
const SPELLS = [
  { kind: "error-503", share: 0.5 },
  { kind: "throttled", share: 0.6, retryAfterMs: 100 },
  { kind: "cut", share: 0.5 },
  { kind: "hang", share: 0.05 },
  { kind: "reset", share: 0.5 },
  { kind: "error-500", share: 0.02 },
  { kind: "stall", share: 0.05 },
  { kind: "stream-error", share: 0.1 },
  { kind: "malformed", share: 0.1 },
  { kind: "slow-first-token", share: 0.05, times: 600 },
  { kind: "overloaded", share: 0.1 },
];
/** Not 0, so that a factor makes a first token slow. */
const FIRST_TOKEN_MS = 1;
const WEATHER = SPELLS.flatMap((fault) => [[], [{ ...fault, model: "model-*" }]]).map((faults) => ({
  firstTokenMs: FIRST_TOKEN_MS,
  faults,
}));
const CALLS_A_SPELL = 2_000;
/** One caller in so many leaves, at some moment within these milliseconds. */
const LEAVING = { share: 0.02, withinMs: 15 };
const question = [{ role: "user", content: "Is the line up?" }];

export function createLoad({ url, mock, plan }) {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: plan.concurrency });
  const random = seeded(plan.seed);
  const outcomes = {};
  let done = 0;
  let streams = 0;
  let sent = 0;

  function one(body, leaveAfterMs) {
    return new Promise((resolve) => {
      let over = false;
      const end = (outcome) => {
        if (over) return;
        over = true;
        clearTimeout(hang);
        clearTimeout(leave);
        resolve(outcome);
      };
      const text = JSON.stringify(body.json);
      const req = request({
        agent,
        hostname,
        port,
        path: body.path,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
          authorization: `Bearer key-${sent % 7}`,
        },
      });
      const hang = setTimeout(() => {
        end("hang");
        req.destroy();
      }, HANG_MS);
      const leave =
        leaveAfterMs === undefined
          ? undefined
          : setTimeout(() => {
              end("left");
              req.destroy();
            }, leaveAfterMs);
      req.on("response", (res) => {
        let tail = "";
        res.on("data", (chunk) => {
          tail = (tail + chunk).slice(-8_192);
        });
        res.on("end", () => end(wordFor(res, tail, body)));
        res.on("error", () => {});
        res.on("close", () => end("broken off"));
      });
      req.on("error", (error) => end(`no answer (${error.code})`));
      sent++;
      req.end(text);
    });
  }

  function body(streaming) {
    const path = PATHS[Math.floor(random() * PATHS.length)];
    const faulty = random() < 0.15;
    const model = faulty
      ? `mock-fault:${FAULTS[Math.floor(random() * FAULTS.length)]}`
      : `model-${Math.floor(random() * 5)}`;
    const json = { model, stream: streaming, messages: question, input: question, max_tokens: 16 };
    return { path, model, streaming, json };
  }

  async function caller(left) {
    while (left.calls > 0) {
      // A little more often than evenly, so that the last calls are not all streams.
      const streaming = random() < (1.2 * left.streams) / left.calls;
      left.calls--;
      if (streaming) left.streams--;
      if (left.calls % CALLS_A_SPELL === 0)
        mock.setBehaviour(WEATHER[(left.calls / CALLS_A_SPELL) % WEATHER.length]);
      const leaves = random() < LEAVING.share;
      const outcome = await one(body(streaming), leaves ? random() * LEAVING.withinMs : undefined);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      done++;
      // One that never got to the provider is no stream.
      if (streaming && outcome === REJECTED) left.streams++;
      else if (streaming) streams++;
    }
  }

  async function all(calls, most) {
    const left = { calls, streams: most };
    await Promise.all(Array.from({ length: plan.concurrency }, () => caller(left)));
  }

  return {
    get done() {
      return done;
    },
    async warmUp() {
      await all(Math.min(plan.requests, 2_000), 200);
      done = 0;
      for (const key of Object.keys(outcomes)) delete outcomes[key];
    },
    async run() {
      const streamsBefore = streams;
      // Some callers leave before their stream gets to the provider.
      await all(plan.requests, Math.min(plan.requests, Math.ceil(plan.streams * 1.01)));
      return { outcomes, sent, streams: streams - streamsBefore };
    },
    async close() {
      agent.destroy();
    },
  };
}

/** A circuit or a limit said no, and nothing was sent. */
const REJECTED = "rejected 503";

/** What came, in a word. A stream that ends properly without its marker or an error is a truncated success. */
function wordFor(res, tail, { path, streaming, model }) {
  const { statusCode, headers } = res;
  if (statusCode !== 200)
    return headers["x-recloser-reason"] === undefined ? `status ${statusCode}` : `rejected ${statusCode}`;
  if (!streaming || !String(headers["content-type"]).includes("text/event-stream")) return "answered";
  const whole =
    path === "/v1/chat/completions"
      ? tail.includes("[DONE]")
      : path === "/v1/responses"
        ? /response\.(completed|incomplete|failed)/.test(tail)
        : tail.includes("message_stop");
  if (whole) return "streamed";
  return tail.includes("error") || model.includes("empty") ? "error in the stream" : "truncated success";
}

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
