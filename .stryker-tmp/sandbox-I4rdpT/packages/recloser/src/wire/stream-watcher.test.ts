// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failedStreams } from "../testing/failed-streams.js";
import { recordedStreams, terminalByte } from "../testing/streams.js";
import {
  createEventWatcher,
  createStreamWatcher,
  formatOf,
  Seen,
  type StreamEnd,
  type WatchOptions,
} from "./index.js";

const encoder = new TextEncoder();

interface Watched {
  readonly seen: number;
  readonly end: StreamEnd;
  readonly outputTokens: number | undefined;
  readonly payload: unknown;
  readonly format: string | undefined;
}

function watch(chunks: readonly Uint8Array[], options: WatchOptions): Watched {
  const watcher = createStreamWatcher(options);
  let seen = 0;
  let firsts = 0;
  let errors = 0;
  let ends = 0;
  for (const chunk of chunks) {
    const bits = watcher.push(chunk);
    if (bits & Seen.firstToken) firsts++;
    if (bits & Seen.error) errors++;
    if (bits & Seen.end) ends++;
    if (bits & Seen.firstToken) expect(bits & Seen.token).not.toBe(0);
    seen |= bits;
  }
  expect(firsts).toBeLessThanOrEqual(1);
  expect(errors + ends).toBeLessThanOrEqual(1);
  const { outputTokens, payload, format } = watcher;
  return { seen, end: watcher.finish(), outputTokens, payload, format };
}

function split(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((to, i) => bytes.slice(cuts[i], to));
}

/** One push for each event, so that tokens can be counted. */
function countTokens(text: string, options: WatchOptions): number {
  const watcher = createStreamWatcher(options);
  let tokens = 0;
  for (const part of text.split(/(?<=\n)/)) if (watcher.push(encoder.encode(part)) & Seen.token) tokens++;
  return tokens;
}

describe("recorded streams", () => {
  it.each(recordedStreams)("$name: complete, with its tokens and usage", (stream) => {
    for (const options of [
      { format: stream.format, contentType: stream.contentType },
      { format: formatOf(stream) },
      {},
    ]) {
      const watched = watch([encoder.encode(stream.text)], options);
      const usage = stream.outputTokens === undefined ? {} : { outputTokens: stream.outputTokens };
      expect(watched.end).toEqual({ kind: "complete", ...usage });
      expect(watched.format).toBe(stream.format);
      expect((watched.seen & Seen.firstToken) !== 0).toBe(stream.tokens > 0);
      expect(watched.seen & Seen.end).not.toBe(0);
      expect(countTokens(stream.text, options)).toBe(stream.tokens);
    }
  });

  it.each([...recordedStreams, ...failedStreams])("$name: any split into chunks says the same", (stream) => {
    const bytes = encoder.encode(stream.text);
    const options = { contentType: stream.contentType };
    const whole = watch([bytes], options);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (at) => {
        expect(watch(split(bytes, at), options)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
    expect(watch(split(bytes, [...bytes.keys()]), options)).toEqual(whole);
  });

  it.each(recordedStreams)(
    "E3: $name, cut at any byte, is never complete before its terminal marker",
    (stream) => {
      const bytes = encoder.encode(stream.text);
      const marker = terminalByte(stream);
      for (let k = 0; k <= bytes.length; k++) {
        const cut = [bytes.subarray(0, k)];
        const known = watch(cut, { format: stream.format, contentType: stream.contentType }).end.kind;
        if (k >= marker) expect(known, `at ${k}`).toBe("complete");
        else expect(["truncated", "empty"], `at ${k}`).toContain(known);
        const unknown = watch(cut, { contentType: stream.contentType }).end.kind;
        if (k >= marker) expect(unknown, `at ${k}`).toBe("complete");
        else expect(["truncated", "empty"], `at ${k}, format unknown`).toContain(unknown);
      }
    },
  );

  it.each(failedStreams)("E2: $name: an error after two tokens is an error", (stream) => {
    for (const options of [{ format: stream.format, contentType: stream.contentType }, {}]) {
      const watched = watch([encoder.encode(stream.text)], options);
      expect(watched.end.kind).toBe("error");
      expect(watched.seen & Seen.error).not.toBe(0);
      expect(JSON.stringify(watched.payload)).toContain(stream.payloadHas);
      expect(countTokens(stream.text, options)).toBe(stream.tokens);
    }
  });
});

it("keeps nothing of a chunk after push, so the caller may use the buffer again", () => {
  for (const stream of recordedStreams) {
    const whole = encoder.encode(stream.text);
    for (const parts of [
      stream.text.split(/(?<=\n)/).map((line) => encoder.encode(line)),
      split(whole, [40, 100, 333]),
    ]) {
      const watcher = createStreamWatcher({});
      for (const part of parts) {
        watcher.push(part);
        part.fill(0x0a);
      }
      expect(watcher.finish().kind, stream.name).toBe("complete");
    }
  }
});

describe("what does not count", () => {
  it("takes keep-alives for signs of life only", () => {
    const keepAlives = [
      ": OPENROUTER PROCESSING\n\n",
      "\n",
      "event: ping\ndata: {}\n\n",
      'event: ping\ndata: {"type": "ping"}\n\n',
      'data: {"type":"keepalive","sequence_number":3}\n\n',
      "retry: 3000\n\n",
      "id: 7\n\n",
      "event: heartbeat\n\n",
    ];
    for (const format of ["chat", "responses", "messages", undefined] as const) {
      const watcher = createStreamWatcher({ format });
      for (const text of keepAlives) expect(watcher.push(encoder.encode(text)), text).toBe(Seen.alive);
    }
  });

  it("says nothing of half an event", () => {
    const watcher = createStreamWatcher({ format: "chat" });
    expect(watcher.midEvent).toBe(false);
    expect(watcher.push(encoder.encode('data: {"choices":[{"del'))).toBe(0);
    expect(watcher.midEvent).toBe(true);
    expect(watcher.push(encoder.encode('ta":{"content":"x"}}]}\n'))).toBe(0);
    expect(watcher.midEvent).toBe(true);
    expect(watcher.push(encoder.encode("\n"))).toBe(Seen.alive | Seen.token | Seen.firstToken);
    expect(watcher.midEvent).toBe(false);
    expect(watcher.push(new Uint8Array(0))).toBe(0);
  });

  it("ignores what follows the end", () => {
    const [chat] = recordedStreams;
    const text = `${chat?.text}data: {"error":{"message":"late"}}\n\ndata: {"choices":[{"delta":{"content":"late"}}]}\n\n`;
    expect(watch([encoder.encode(text)], { format: "chat" }).end).toEqual({
      kind: "complete",
      outputTokens: 4,
    });
  });

  it("tells that the model had finished when only the marker is missing", () => {
    const text =
      'data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"usage":{"completion_tokens":1}}\n\n';
    const bytes = [encoder.encode(text)];
    expect(watch(bytes, { format: "chat" }).end).toEqual({
      kind: "truncated",
      finished: true,
      outputTokens: 1,
    });
    expect(watch(bytes, { format: "chat", finishIsEnd: true }).end).toEqual({
      kind: "complete",
      outputTokens: 1,
    });
  });
});

describe("formats that nobody here knows", () => {
  it("takes any data for a token and a clean end for all there is to know", () => {
    const audio = watch([new Uint8Array([1, 2, 3])], { contentType: "audio/mpeg" });
    expect(audio).toMatchObject({ seen: Seen.alive | Seen.token | Seen.firstToken, end: { kind: "opaque" } });
    const events = watch([encoder.encode('data: {"step":1}\n\ndata: {"step":2}\n\n')], {
      contentType: "text/event-stream",
    });
    expect(events).toMatchObject({
      seen: Seen.alive | Seen.token | Seen.firstToken,
      end: { kind: "opaque" },
    });
    expect(watch([], {}).end).toEqual({ kind: "empty" });
    expect(watch([], { contentType: "audio/mpeg" }).end).toEqual({ kind: "empty" });
  });

  it("A10: takes a page of HTML where a chat stream should be for no answer", () => {
    const page = encoder.encode("<!doctype html>\n<html><body>Please log in</body></html>\n");
    expect(watch([page], { format: "chat", contentType: "text/html" }).end).toEqual({ kind: "empty" });
  });
});

it("what it holds between chunks is its own: Node's Buffer gives views, and its owner may use it again", () => {
  const watcher = createStreamWatcher({ format: "chat" });
  const event = 'data: {"choices":[{"delta":{"content":"x"}}]}\n';
  const seen = [event, `\n${event}`, "\n", `${event}\n`, "data: [DO", "NE]\n\n"].map((text) => {
    const chunk = Buffer.from(text);
    const bits = watcher.push(chunk);
    chunk.fill("?");
    return (bits & Seen.token) !== 0;
  });
  expect(seen).toEqual([false, true, true, true, false, false]);
  expect(watcher.finish().kind).toBe("complete");
});

describe("events that an SDK has parsed", () => {
  it("takes a finish reason for the end, because SDKs hide the marker", () => {
    const watcher = createEventWatcher();
    expect(watcher.push({ choices: [{ delta: { role: "assistant", content: "" } }] })).toBe(Seen.alive);
    expect(watcher.push({ choices: [{ delta: { content: "x" } }] }) & Seen.firstToken).not.toBe(0);
    expect(watcher.finish()).toEqual({ kind: "truncated", finished: false });
    watcher.push({ choices: [{ delta: {}, finish_reason: "stop" }] });
    watcher.push({ choices: [], usage: { completion_tokens: 5 } });
    expect(watcher.finish()).toEqual({ kind: "complete", outputTokens: 5 });
  });

  it("sees Responses errors, which the OpenAI SDK yields before version 7", () => {
    const watcher = createEventWatcher({ format: "responses" });
    expect(watcher.push({ type: "error", code: "server_error", message: "x" }) & Seen.error).not.toBe(0);
    expect(watcher.payload).toMatchObject({ code: "server_error" });
    expect(watcher.finish().kind).toBe("error");
  });
});
