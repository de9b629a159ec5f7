import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault, Provider } from "./provider.js";

const WORDS = ["The ", "line ", "is ", "up."];
const usage = { tokens: { input_tokens: 4, output_tokens: WORDS.length } };

/** Cohere's v2 chat on loopback, as far as its client looks. */
export async function startCohere(): Promise<Provider> {
  let fault: Fault | undefined;
  let sent = 0;
  let waiting: (() => void)[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      sent++;
      for (const resolve of waiting) resolve();
      waiting = [];
      const { stream } = JSON.parse(Buffer.concat(chunks).toString()) as { stream?: boolean };
      if (fault === "hang") return;
      if (fault === "error-500") reply(res, 500, { id: "1", message: "internal server error" });
      else if (stream === true) answerStream(res, fault);
      else answerWhole(res, fault);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behave: (next) => {
      fault = next;
      sent = 0;
    },
    sent: () => sent,
    asked: () => (sent > 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function reply(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function answerWhole(res: ServerResponse, fault: Fault | undefined): void {
  const message = { role: "assistant", content: [{ type: "text", text: WORDS.join("") }] };
  const body = JSON.stringify({ id: "1", finish_reason: "COMPLETE", message, usage });
  switch (fault) {
    case "cut":
      res.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      res.write(body.slice(0, body.length >> 1), () => res.destroy());
      return;
    case "stream-error":
      reply(res, 200, { error: { message: "internal server error" } });
      return;
    default:
      reply(res, 200, JSON.parse(body) as object);
  }
}

function answerStream(res: ServerResponse, fault: Fault | undefined): void {
  res.writeHead(200, { "content-type": "text/event-stream" });
  const event = (data: { readonly type: string }) =>
    res.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  const text = (words: readonly string[]) => {
    for (const word of words) {
      const delta = { message: { content: { text: word } } };
      event(Object.assign({ type: "content-delta", index: 0 }, { delta }));
    }
  };
  event(Object.assign({ type: "message-start", id: "1" }, { delta: { message: { role: "assistant" } } }));
  const content = { type: "text", text: "" };
  event(Object.assign({ type: "content-start", index: 0 }, { delta: { message: { content } } }));
  switch (fault) {
    case "cut":
      text(WORDS.slice(0, 3));
      break;
    case "stall":
      text(WORDS.slice(0, 3));
      return;
    case "stream-error": {
      text(WORDS.slice(0, 3));
      const delta = { error: "internal server error", finish_reason: "ERROR" };
      event(Object.assign({ type: "message-end" }, { delta }));
      break;
    }
    default:
      text(WORDS);
      event(Object.assign({ type: "content-end", index: 0 }));
      event(Object.assign({ type: "message-end" }, { delta: { finish_reason: "COMPLETE", usage } }));
  }
  res.end();
}
