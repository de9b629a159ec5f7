// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import { failedStreams } from "../../testing/failed-streams.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { recordedStreams, terminalByte } from "../../testing/streams.js";
import { circuitFetch, failureOf } from "./index.js";
import {
  bytesOf,
  CHAT_END,
  chatChunk,
  chatRequest,
  chunked,
  events,
  streaming,
  thrownBy,
  URL_CHAT,
  watchedCircuit,
} from "./testing/upstream.js";

async function readAll(response: Response): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  return chunks;
}

/** Cuts `bytes` at the given places. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [...new Set([0, ...places.map((place) => place % bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  return edges.slice(1).map((edge, i) => bytes.slice(edges[i], edge));
}

const requestTo = (path: string, contentType: string, chunks: readonly Uint8Array[]) => {
  const watched = watchedCircuit();
  const source = chunked(chunks);
  const upstream = async () => new Response(source, { headers: { "content-type": contentType } });
  const guarded = circuitFetch(watched.circuit, { fetch: upstream });
  return { ...watched, response: guarded(`https://provider.test${path}`, chatRequest(true)) };
};

describe("streams", () => {
  it.each(recordedStreams)("$name: the same chunks, whatever they are, and a success", async (stream) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), async (places) => {
        const chunks = cutAt(bytesOf(stream.text), places);
        const { response, verdicts, inFlight } = requestTo(stream.path, stream.contentType, chunks);
        const got = await readAll(await response);
        expect(got.length).toBe(chunks.length);
        // The very same objects: nothing was copied, joined or cut.
        for (const [i, chunk] of got.entries()) expect(chunk).toBe(chunks[i]);
        const { outputTokens } = stream;
        expect(verdicts).toEqual([
          outputTokens === undefined ? { verdict: "success" } : { verdict: "success", outputTokens },
        ]);
        expect(inFlight()).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it.each(recordedStreams)("E3: $name, cut anywhere before its end: never a clean end", async (stream) => {
    const bytes = bytesOf(stream.text);
    const marker = terminalByte(stream);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: marker - 1 }), async (cut) => {
        const { response, said, inFlight } = requestTo(stream.path, stream.contentType, [
          bytes.slice(0, cut),
        ]);
        const error = await thrownBy((await response).text());
        expect(error).toBeInstanceOf(CircuitError);
        expect((error as Error).name).not.toMatch(/abort/i);
        expect(said()).toEqual(["failure truncated"]);
        expect(inFlight()).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  it.each(failedStreams)("E2: $name: the error event passes and is classified", async (stream) => {
    const { response, verdicts, inFlight } = requestTo(stream.path, stream.contentType, [
      bytesOf(stream.text),
    ]);
    const got = await response;
    expect(await got.text()).toBe(stream.text);
    expect(verdicts).toHaveLength(1);
    expect(verdicts[0]?.verdict).not.toBe("success");
    expect(failureOf(got)?.reason).toBe((verdicts[0] as { reason: string }).reason);
    expect(inFlight()).toBe(0);
  });

  it("E1: settles at its terminal marker, not at its beginning", async () => {
    const { body, response, said, settled, inFlight } = await streaming();
    const text = response.text();
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(body.pulls).toBe(2));
    expect(said()).toEqual([]);
    expect(inFlight()).toBe(1);
    body.write(CHAT_END);
    await settled(1);
    body.close();
    expect(await text).toBe(chatChunk("a") + CHAT_END);
    expect(said()).toEqual(["success"]);
  });

  it("asks upstream only when its reader asks, once tokens flow", async () => {
    const chunks = Array.from({ length: 50 }, (_, i) => bytesOf(chatChunk(`${i}`)));
    const source = chunked([bytesOf(": hello\n\n"), ...chunks, bytesOf(CHAT_END)]);
    const { circuit } = watchedCircuit();
    const guarded = circuitFetch(circuit, { fetch: async () => events(source) });
    const reader = (await guarded(URL_CHAT, chatRequest(true))).body?.getReader();
    // The comment and the first token are timed by the provider, not by the reader.
    await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    expect(source.pulled()).toBe(2);
    for (let read = 1; read <= 10; read++) {
      await reader?.read();
      expect(source.pulled()).toBe(Math.max(2, read));
    }
  });

  it("a first token that nobody reads is still a sign of life", async () => {
    const clock = fakeClock();
    const { body, circuit, response } = await streaming({ clock });
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    clock.advance(600_000);
    expect(circuit.snapshot().inFlight).toMatchObject({ total: 1, stalled: 0 });
    body.write(CHAT_END);
    body.close();
    expect(await response.text()).toContain("[DONE]");
  });

  it("a stream of a form that nobody knows is as good as its end", async () => {
    const { response, said } = requestTo("/v1/other", "text/event-stream", [bytesOf("data: anything\n\n")]);
    expect(await (await response).text()).toBe("data: anything\n\n");
    expect(said()).toEqual(["success"]);
  });

  it("finishIsEnd: a stream without [DONE] is whole where the provider leaves it out", async () => {
    const text = chatChunk("a") + CHAT_END.replace("data: [DONE]\n\n", "");
    for (const [finishIsEnd, verdict] of [
      [true, "success"],
      [false, "failure truncated"],
    ] as const) {
      const { circuit, said } = watchedCircuit();
      const guarded = circuitFetch(circuit, { fetch: async () => events(text), finishIsEnd });
      const read = (await guarded(URL_CHAT, chatRequest(true))).text();
      if (finishIsEnd) expect(await read).toBe(text);
      else await thrownBy(read);
      expect(said()).toEqual([verdict]);
    }
  });

  it("an answer in one piece to a request for a stream is read as one", async () => {
    const text =
      '[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},{"candidates":[{"finishReason":"STOP"}]}]';
    const { response, said } = requestTo("/v1beta/models/g:streamGenerateContent", "application/json", [
      bytesOf(text),
    ]);
    expect(await (await response).text()).toBe(text);
    expect(said()).toEqual(["success"]);
  });

  it("what arrived before a break is read before the error", async () => {
    const { body, response, said } = await streaming();
    const reader = response.body?.getReader();
    body.write(chatChunk("a"));
    expect((await reader?.read())?.done).toBe(false);
    body.write(chatChunk("b"));
    body.close();
    expect((await reader?.read())?.value).toEqual(bytesOf(chatChunk("b")));
    const error = await thrownBy(reader?.read() ?? Promise.resolve());
    expect(failureOf(error)?.reason).toBe("truncated");
    expect(failureOf(response)?.reason).toBe("truncated");
    expect(said()).toEqual(["failure truncated"]);
  });

  it("a connection that breaks is never a clean end, even if its error is called AbortError", async () => {
    const { body, response, said } = await streaming();
    const read = thrownBy(response.text());
    body.write(chatChunk("a"));
    await vi.waitFor(() => expect(body.pulls).toBe(2));
    body.fail(new DOMException("gone", "AbortError"));
    const error = await read;
    expect(error).toBeInstanceOf(CircuitError);
    expect(said()).toEqual(["failure connection"]);
  });

  it.each([
    ["before the first token", [], "neutral cancelled"],
    ["after it", [chatChunk("a")], "success"],
  ])("E10: a reader that leaves %s", async (_when, parts, verdict) => {
    const { body, response, said, inFlight, circuit } = await streaming();
    for (const part of parts) body.write(part);
    if (parts.length > 0) await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    await response.body?.cancel("enough");
    expect(said()).toEqual([verdict]);
    expect(body.cancelled).toEqual({ reason: "enough" });
    expect(inFlight()).toBe(0);
  });

  it.each([
    ["before the first token", [], "neutral cancelled"],
    ["after it", [chatChunk("a")], "success"],
  ])("E10: a caller that aborts %s", async (_when, parts, verdict) => {
    const controller = new AbortController();
    const { body, response, said, inFlight, circuit } = await streaming({}, { signal: controller.signal });
    for (const part of parts) body.write(part);
    if (parts.length > 0) await vi.waitFor(() => expect(circuit.snapshot().inFlight.waiting).toBe(0));
    controller.abort();
    expect(await thrownBy(response.text())).toBe(controller.signal.reason);
    expect(said()).toEqual([verdict]);
    expect(body.cancelled).toBeDefined();
    expect(inFlight()).toBe(0);
  });
});
