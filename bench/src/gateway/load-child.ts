/** Makes load: `load-child.js <job as JSON>`. Prints its result as one line of JSON. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Pool } from "undici";
import { quantile } from "../stats.js";
import type { BytesResult, HoldResult, Job, StreamResult, UnaryResult } from "./job.js";

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const pool = new Pool(job.origin, {
  connections: "connections" in job ? job.connections : "streams" in job ? job.streams : 1,
  pipelining: 1,
  headersTimeout: 60_000,
  bodyTimeout: 60_000,
});
const PROMPT = "a prompt of the usual kind, which is longer than its question. ".repeat(16);
const headers = { "content-type": "application/json", authorization: "Bearer sk-bench", ...job.headers };

function post(model: string, streaming: boolean) {
  const body = JSON.stringify({
    model,
    messages: [{ role: "user", content: PROMPT }],
    ...(streaming ? { stream: true } : {}),
  });
  return pool.request({ method: "POST", path: "/v1/chat/completions", headers, body });
}

async function unary(connections: number, seconds: number): Promise<UnaryResult> {
  const took: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1_000;
  const loop = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const from = performance.now();
      const { statusCode, body } = await post("unary", false);
      await body.text();
      if (statusCode === 200) took.push(performance.now() - from);
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return {
    requests: took.length,
    perSecond: took.length / ((performance.now() - startedAt) / 1_000),
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
    failed,
  };
}

const SENT_AT = /"content":"(\d+)"/g;

async function streams(job: Extract<Job, { kind: "stream" }>): Promise<StreamResult> {
  const first: number[] = [];
  const later: number[] = [];
  let left = job.streams;
  let failed = 0;
  const loop = async (): Promise<void> => {
    while (left-- > 0) {
      const { statusCode, body } = await post(`stream-${job.chunks}-${job.gapMs}`, true);
      let seen = 0;
      for await (const bytes of body) {
        const now = process.hrtime.bigint();
        for (const [, sentAt] of (bytes as Buffer).toString("latin1").matchAll(SENT_AT)) {
          const delayMs = Number(now - BigInt(sentAt ?? 0)) / 1e6;
          (seen++ === 0 ? first : later).push(delayMs);
        }
      }
      if (statusCode !== 200 || seen !== job.chunks) failed++;
    }
  };
  await Promise.all(Array.from({ length: job.connections }, loop));
  return {
    streams: job.streams,
    failed,
    firstP50Ms: quantile(first, 0.5),
    firstP99Ms: quantile(first, 0.99),
    chunkP50Ms: quantile(later, 0.5),
    chunkP99Ms: quantile(later, 0.99),
  };
}

async function hold(count: number): Promise<HoldResult> {
  let open = 0;
  const bodies = Array.from({ length: count }, async () => {
    const { statusCode, body } = await post("stream-600-1000", true);
    body.on("error", () => {});
    const [bytes] = (await once(body, "data")) as [Buffer];
    if (statusCode === 200 && bytes.includes("content")) open++;
    return body;
  });
  const all = await Promise.all(bodies);
  process.stdout.write("open\n");
  await once(process.stdin, "data");
  for (const body of all) body.destroy();
  return { open };
}

async function bytes(): Promise<BytesResult> {
  const hash = createHash("sha256");
  const { body } = await post("fixed", true);
  for await (const piece of body) hash.update(piece as Buffer);
  return { sha256: hash.digest("hex") };
}

async function run(): Promise<object> {
  switch (job.kind) {
    case "unary":
      return unary(job.connections, job.seconds);
    case "stream":
      return streams(job);
    case "hold":
      return hold(job.streams);
    case "bytes":
      return bytes();
  }
}

const result = await run();
process.stdout.write(`${JSON.stringify(result)}\n`);
await pool.destroy();
process.exit(0);
