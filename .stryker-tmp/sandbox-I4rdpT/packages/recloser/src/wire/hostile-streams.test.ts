// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStreamWatcher, formatOf, Seen, type StreamEnd, type WatchOptions } from "./index.js";

const encoder = new TextEncoder();

function finishOf(chunks: readonly Uint8Array[], options: WatchOptions): StreamEnd {
  const watcher = createStreamWatcher(options);
  for (const chunk of chunks) watcher.push(chunk);
  return watcher.finish();
}

describe("text that looks like something else", () => {
  const hostile = [
    '"error"',
    '{"error":{"message":"x"}}',
    "[DONE]",
    "data: [DONE]\n\n",
    '"},"finish_reason":"stop"}]}',
    '","finish_reason":"stop","x":"',
    "event: error\ndata: {}\n\n",
    "\\",
    '\\"',
    '\\\\"',
    "\u2028\u0000\r\n",
    "response.completed",
    '"type":"message_stop"',
    '"done":true',
    '"finishReason":"STOP"',
  ];
  const makers: readonly [string, (text: string) => string][] = [
    [
      "chat",
      (content) => `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }] })}\n\n`,
    ],
    [
      "responses",
      (delta) =>
        `event: response.output_text.delta\ndata: ${JSON.stringify({ type: "response.output_text.delta", delta, sequence_number: delta.length })}\n\n`,
    ],
    [
      "messages",
      (text) =>
        `event: content_block_delta\ndata: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })}\n\n`,
    ],
    [
      "gemini",
      (text) => `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] } }] })}\r\n\r\n`,
    ],
    ["ollama", (content) => `${JSON.stringify({ message: { content }, done: false })}\n`],
  ];

  it.each(makers)("%s: is still a token, before and after a template was learned", (format, make) => {
    const token = fc.oneof(fc.constantFrom(...hostile), fc.string({ minLength: 1, unit: "binary" }));
    fc.assert(
      fc.property(fc.array(token, { minLength: 1, maxLength: 20 }), (texts) => {
        const watcher = createStreamWatcher({ format: formatOf({ path: "" }) });
        texts.forEach((text, i) => {
          const bits = watcher.push(encoder.encode(make(text)));
          expect(bits, text).toBe(
            i === 0 ? Seen.alive | Seen.token | Seen.firstToken : Seen.alive | Seen.token,
          );
        });
        expect(watcher.format).toBe(format);
        expect(watcher.finish().kind).toBe("truncated");
      }),
      { numRuns: 300 },
    );
  });

  it("sees the end and the error among look-alikes", () => {
    const token = (content: string) =>
      `{"choices":[{"delta":{"content":${JSON.stringify(content)}},"finish_reason":null}]}`;
    const learned = [token("a"), token("b"), token("[DONE]")].map((event) => `data: ${event}\n\n`).join("");
    const looksAlike: readonly [string, number][] = [
      [
        'data: {"choices":[{"delta":{"content":"c"},"finish_reason":"stop"}]}\n\n',
        Seen.alive | Seen.token | Seen.finish,
      ],
      ['data: {"choices":[{"delta":{"content":""},"finish_reason":null}]}\n\n', Seen.alive],
      [
        'data: {"choices":[{"delta":{"content":"c"},"finish_reason":null}],"error":{"message":"x"}}\n\n',
        Seen.alive | Seen.error,
      ],
      [`event: error\ndata: ${token("c")}\n\n`, Seen.alive | Seen.error],
      [`data: ${token("c")}\nevent: error\n\n`, Seen.alive | Seen.error],
      [`data: ${token("c")}\ndata: x\n\n`, Seen.alive],
      ["data: [DONE]\n\n", Seen.alive | Seen.end],
    ];
    for (const [text, expected] of looksAlike) {
      const watcher = createStreamWatcher({ format: "chat" });
      watcher.push(encoder.encode(learned));
      expect(watcher.push(encoder.encode(text)), text).toBe(expected);
    }
  });
});

describe("bounds", () => {
  it("reads an event of megabytes by its structure: an image with its finish reason, the echo of a whole answer", () => {
    const image = "iVBORw0K".repeat(1_300_000);
    const gemini = `data: {"candidates":[{"content":{"parts":[{"inlineData":{"data":"${image}"}}]},"finishReason":"STOP"}],"usageMetadata":{"candidatesTokenCount":1290}}\r\n\r\n`;
    const completed = `event: response.completed\ndata: {"type":"response.completed","response":{"error":null,"instructions":"${'\\"error\\": \\u00e4'.repeat(90_000)}","usage":{"output_tokens":7}}}\n\n`;
    for (const [text, outputTokens] of [
      [gemini, 1290],
      [completed, 7],
    ] as const) {
      const bytes = encoder.encode(text);
      const chunks = Array.from({ length: Math.ceil(bytes.length / 16_384) }, (_, i) =>
        bytes.subarray(i * 16_384, (i + 1) * 16_384),
      );
      for (const pieces of [chunks, [bytes]])
        expect(finishOf(pieces, {})).toEqual({ kind: "complete", outputTokens });
      expect(finishOf(chunks.slice(0, -1), {}).kind).toBe("truncated");
    }
  });

  it("takes an event that is too long to read for progress, and its name for what it says", () => {
    const numbers = Array.from({ length: 100_000 }, (_, i) => i).join(",");
    const huge = encoder.encode(`data: {"choices":[{"logprobs":[${numbers}],"delta":{"content":"x"}}]}\n\n`);
    expect(createStreamWatcher({ format: "chat" }).push(huge)).toBe(
      Seen.alive | Seen.token | Seen.firstToken,
    );
    const end = encoder.encode(
      `event: response.completed\ndata: {"type":"response.completed","x":[${numbers}]}\n\n`,
    );
    expect(finishOf([end], { format: "responses" })).toEqual({ kind: "complete" });
    expect(finishOf([end.subarray(0, -9)], { format: "responses" }).kind).toBe("truncated");
    const created = encoder.encode(`event: response.created\ndata: {"x":[${numbers}]}\n\n`);
    expect(createStreamWatcher({ format: "responses" }).push(created)).toBe(Seen.alive);
  });

  it("keeps little of a line of 10 MB that never ends", () => {
    const watcher = createStreamWatcher({ format: "chat" });
    const chunk = new Uint8Array(64 * 1024).fill(0x61);
    watcher.push(encoder.encode("data: {"));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 160; i++) watcher.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(watcher.finish()).toEqual({ kind: "truncated", finished: false });
  });

  it("joins many data lines within the limit, and in linear time", () => {
    const many = encoder.encode(`${"data: \n".repeat(100_000)}\n`);
    expect(createStreamWatcher({ format: "chat" }).push(many) & Seen.token).not.toBe(0);
    const pretty = JSON.stringify({ choices: [{ delta: { content: "x" } }] }, null, 1).replaceAll(
      "\n",
      "\ndata: ",
    );
    expect(createStreamWatcher().push(encoder.encode(`data: ${pretty}\n\n`)) & Seen.firstToken).not.toBe(0);
  });

  it("never throws, whatever the bytes", () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .constantFrom(
          "data: ",
          "event: error",
          "\n",
          "\r",
          "\n\n",
          "{",
          '{"choices":',
          "[DONE]",
          "\uFEFF",
          "null",
          '"',
          "\\",
        )
        .map((text) => encoder.encode(text)),
    );
    fc.assert(
      fc.property(fc.array(pieces), fc.constantFrom("chat", "messages", undefined), (chunks, format) => {
        const watcher = createStreamWatcher({ format });
        for (const chunk of chunks) watcher.push(chunk);
        expect(watcher.finish().kind).toBeTypeOf("string");
      }),
      { numRuns: 500 },
    );
  });
});
