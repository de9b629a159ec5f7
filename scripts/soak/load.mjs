// Callers: as many at once as the plan says, one call after the other, some of whom leave before they have been answered.
import { Agent, request } from "node:http";

/** Longer than every limit of the gateway's. A call that takes this long hangs. */
const HANG_MS = 10_000;
const FAULTS = [
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
  "slow-first-token",
  "stall",
  "cut",
  "reset",
  "stream-error",
  "malformed",
  "empty",
];
const PATHS = ["/v1/chat/completions", "/v1/responses", "/v1/messages"];
/** Bad spells of the healthy models, one after the other. */
const WEATHER = [
  {},
  { faults: [{ kind: "error-503", share: 0.5, model: "model-*" }] },
  {},
  { faults: [{ kind: "throttled", share: 0.6, model: "model-*", retryAfterMs: 100 }] },
  {},
  { faults: [{ kind: "cut", share: 0.5, model: "model-*" }] },
  {},
  { faults: [{ kind: "hang", share: 0.05, model: "model-*" }] },
  {},
  { faults: [{ kind: "reset", share: 0.5, model: "model-*" }] },
];
const CALLS_A_SPELL = 2_000;
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
      left.calls--;
      const streaming = left.streams > 0 && random() < plan.streams / plan.requests + 0.02;
      if (streaming) {
        left.streams--;
        streams++;
      }
      if (left.calls % CALLS_A_SPELL === 0)
        mock.setBehaviour(WEATHER[(left.calls / CALLS_A_SPELL) % WEATHER.length]);
      const outcome = await one(body(streaming), random() < 0.01 ? random() * 30 : undefined);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      done++;
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
      await all(plan.requests, plan.streams);
      return { outcomes, sent, streams: streams - streamsBefore };
    },
    async close() {
      agent.destroy();
    },
  };
}

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
