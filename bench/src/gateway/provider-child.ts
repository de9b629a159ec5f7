/**
 * A provider that does as little as one can: what is measured is what stands before it. `provider-child.js` prints its
 * port. The model's name says what to answer: `unary`; `stream-<chunks>-<gapMs>`, whose chunks carry the time at which they
 * were sent; `fixed`, a stream that is the same each time.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const HEAD = { "content-type": "text/event-stream", "cache-control": "no-cache" };
const UNARY = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "unary",
  choices: [{ index: 0, message: { role: "assistant", content: "x".repeat(400) }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 100, total_tokens: 110 },
});

function chunk(content: string, finish: string | null = null): string {
  const choices = [{ index: 0, delta: { content }, finish_reason: finish }];
  const event = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices };
  return `data: ${JSON.stringify(event)}\n\n`;
}

const now = (): string => String(process.hrtime.bigint());

function stream(res: ServerResponse, chunks: number, gapMs: number): void {
  res.writeHead(200, HEAD);
  let sent = 0;
  const step = (): void => {
    if (!res.destroyed) res.write(chunk(now()));
    if (++sent < chunks && !res.destroyed) return;
    clearInterval(timer);
    res.end(`${chunk("", "stop")}data: [DONE]\n\n`);
  };
  const timer = setInterval(step, gapMs);
  step();
}

const server = createServer((req, res) => {
  let body = "";
  req.setEncoding("utf8");
  req.on("data", (text: string) => {
    body += text;
  });
  req.on("end", () => {
    const model = /"model"\s*:\s*"([^"]+)"/.exec(body)?.[1] ?? "unary";
    const [kind, chunks, gapMs] = model.split("-");
    if (kind === "stream") return stream(res, Number(chunks), Number(gapMs));
    if (kind === "fixed") {
      res.writeHead(200, HEAD);
      for (let i = 0; i < 100; i++) res.write(`: ping\n\n${chunk(`token ${i} é☕\\n`)}`);
      return res.end(`${chunk("", "stop")}data: [DONE]\n\n`);
    }
    res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(UNARY) });
    res.end(UNARY);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
