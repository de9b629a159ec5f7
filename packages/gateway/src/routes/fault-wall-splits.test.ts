import type { ServerResponse } from "node:http";
import { request } from "node:http";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayFor, settled, upstreamFor } from "../testing/gateway.js";

/** One whole answer as a provider would stream it: its events, and how it writes them. */
interface Recorded {
  readonly path: string;
  readonly type: string;
  /** Each with its name, where the format has names. */
  readonly events: readonly (readonly [name: string | undefined, data: object | string])[];
}

const EVENTS = "text/event-stream; charset=utf-8";
const words = ["Grüße", "漢字", "🎉👩‍👩‍👧", '"\\ \u2028 data: [DONE]', "x".repeat(3_000), '{"error":{}}'];

const recorded: readonly Recorded[] = [
  {
    path: "/v1/chat/completions",
    type: EVENTS,
    events: [
      ...words.map(
        (content) =>
          [undefined, { choices: [{ index: 0, delta: { content }, finish_reason: null }] }] as const,
      ),
      [undefined, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }],
      [undefined, "[DONE]"],
    ],
  },
  {
    path: "/v1/responses",
    type: EVENTS,
    events: [
      { type: "response.created", response: { id: "r", status: "in_progress" } },
      ...words.map((delta) => ({ type: "response.output_text.delta", item_id: "i", delta })),
      { type: "response.completed", response: { id: "r", status: "completed", usage: { output_tokens: 6 } } },
    ].map((event) => [event.type, event] as const),
  },
  {
    path: "/v1/messages",
    type: EVENTS,
    events: [
      { type: "message_start", message: { id: "m", usage: { output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      ...words.map((text) => ({
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text },
      })),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 6 } },
      { type: "message_stop" },
    ].map((event) => [event.type, event] as const),
  },
  {
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    type: "text/event-stream",
    events: words.map((text, index) => [
      undefined,
      {
        candidates: [
          {
            content: { role: "model", parts: [{ text }] },
            ...(index === words.length - 1 ? { finishReason: "STOP" } : {}),
          },
        ],
      },
    ]),
  },
  {
    path: "/api/chat",
    type: "application/x-ndjson",
    events: [
      ...words.map(
        (content) => [undefined, { message: { role: "assistant", content }, done: false }] as const,
      ),
      [undefined, { message: { content: "" }, done: true, done_reason: "stop", eval_count: 6 }],
    ],
  },
];

/** How a stream is written: all of it is allowed, and some provider does it. */
interface Style {
  readonly lineEnd: string;
  readonly marked: boolean;
  readonly space: string;
  readonly comments: boolean;
  /** Data over several lines. */
  readonly pretty: boolean;
  /** Without its last line ends. */
  readonly unterminated: boolean;
}

function written({ type, events }: Recorded, style: Style): Buffer {
  const { lineEnd, marked, space, comments, pretty, unterminated } = style;
  const parts = events.map(([name, data]) => {
    if (!type.startsWith("text/event-stream")) return JSON.stringify(data) + lineEnd;
    const text = typeof data === "string" ? data : JSON.stringify(data, null, pretty ? 1 : 0);
    const lines = [
      ...(comments ? [": keep-alive", ""] : []),
      ...(name === undefined ? [] : [`event:${space}${name}`]),
      ...text.split("\n").map((line) => `data:${space}${line}`),
      ...(comments ? [": still the same event"] : []),
      "",
    ];
    return lines.map((line) => line + lineEnd).join("");
  });
  const whole = (marked ? "\uFEFF" : "") + parts.join("");
  return Buffer.from(unterminated && !comments ? whole.trimEnd() : whole);
}

const style = fc.record({
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  marked: fc.boolean(),
  space: fc.constantFrom("", " "),
  comments: fc.boolean(),
  pretty: fc.boolean(),
  unterminated: fc.boolean(),
});
const call = fc.record({
  which: fc.constantFrom(...recorded),
  style,
  cuts: fc.array(fc.nat(), { maxLength: 12 }),
  complete: fc.boolean(),
});

interface Seen {
  readonly status: number;
  readonly clean: boolean;
  readonly body: Buffer;
}

function asked(url: string, path: string, complete: boolean): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const headers = complete ? { "x-recloser-delivery": "complete" } : {};
    const req = request(url + path, { method: "POST", headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", () => {});
      res.on("close", () =>
        resolve({ status: res.statusCode ?? 0, clean: res.complete, body: Buffer.concat(chunks) }),
      );
    });
    req.on("error", reject);
    req.end(JSON.stringify({ model: "m", stream: true }));
  });
}

/** A gateway, and a provider that writes what it is told to, in pieces. */
async function pair() {
  let next: { type: string; pieces: readonly Buffer[]; end: (res: ServerResponse) => void };
  const upstream = await upstreamFor(async (req, res) => {
    req.resume();
    const { type, pieces, end } = next;
    res.writeHead(200, { "content-type": type });
    res.flushHeaders();
    for (const piece of pieces) await new Promise((resolve) => res.write(piece, resolve));
    end(res);
  });
  // Broken answers are what is asked for here; none of them may open the circuit.
  const gateway = await gatewayFor(upstream, { circuit: { mode: "observe" } });
  return { gateway, will: (plan: typeof next) => (next = plan) };
}

function pieces(bytes: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).flatMap((to, i) => (to === cuts[i] ? [] : [bytes.subarray(cuts[i], to)]));
}

describe("a stream, however it is written and wherever it is split", () => {
  it("arrives byte for byte, and is a success", async () => {
    const { gateway, will } = await pair();
    await fc.assert(
      fc.asyncProperty(call, async ({ which, style, cuts, complete }) => {
        const bytes = written(which, style);
        will({ type: which.type, pieces: pieces(bytes, cuts), end: (res) => res.end() });
        const verdict = settled(gateway, "p/m");
        const { status, clean, body } = await asked(gateway.url, which.path, complete);
        expect([status, clean, await verdict]).toEqual([200, true, "success"]);
        expect(body.equals(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("E3: cut before its end, it never ends cleanly, and nothing that came is lost", async () => {
    const { gateway, will } = await pair();
    const cut = fc.record({ call, at: fc.double({ min: 0, max: 1, noNaN: true }), politely: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(cut, async ({ call: { which, style, cuts, complete }, at, politely }) => {
        const whole = written(which, { ...style, comments: false });
        // Without the last character of its last line it is not whole.
        const most = Buffer.from(whole.toString().trimEnd()).length - 1;
        const bytes = whole.subarray(0, Math.round(at * most));
        will({
          type: which.type,
          pieces: pieces(bytes, cuts),
          end: (res) => (politely ? res.end() : res.destroy()),
        });
        const verdict = settled(gateway, "p/m");
        const { status, clean, body } = await asked(gateway.url, which.path, complete);
        expect(["truncated", "connection"]).toContain(await verdict);
        if (complete || status !== 200) {
          expect(status).toBe(502);
          return;
        }
        expect(clean).toBe(false);
        expect(body.subarray(0, bytes.length).equals(bytes)).toBe(true);
        expect(body.subarray(bytes.length).toString()).toMatch(/^\n.*upstream_/s);
      }),
      { numRuns: 150 },
    );
  });
});
