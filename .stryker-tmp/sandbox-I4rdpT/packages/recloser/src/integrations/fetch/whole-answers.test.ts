// @ts-nocheck
import { describe, expect, it, vi } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import { circuitFetch, failureOf } from "./index.js";
import { Body, chatAnswer, chatRequest, thrownBy, URL_CHAT, watchedCircuit } from "./testing/upstream.js";

describe("answers in one piece", () => {
  const answer = (body: BodyInit | null, type = "application/json", status = 200): Response =>
    new Response(body, { status, headers: { "content-type": type } });

  it.each([
    ["A10: an error inside a 200", "failure stream-error", answer('{"error":{"code":502,"message":"x"}}')],
    ["A10: a web page", "failure malformed", answer("<html>down</html>", "text/html")],
    ["A10: a web page instead of a stream", "failure malformed", answer("<html>down</html>", "text/html")],
    ["A10: an empty body", "failure malformed", answer("")],
    ["A10: no body", "failure malformed", answer(null)],
    ["A10: broken JSON", "failure malformed", answer('{"id":"ch')],
    [
      "A9: the caller's fault inside a 200",
      "neutral invalid-request",
      answer('{"error":{"type":"invalid_request_error"}}'),
    ],
    ["204", "success", answer(null, "", 204)],
    ["an answer", "success", answer(JSON.stringify(chatAnswer))],
  ])("%s is %s", async (name, verdict, response) => {
    const { circuit, said, inFlight } = watchedCircuit();
    const text = await response.clone().text();
    const guarded = circuitFetch(circuit, { fetch: async () => response });
    const got = await guarded(URL_CHAT, chatRequest(name.includes("stream")));
    expect(await got.text()).toBe(text);
    expect(said()).toEqual([verdict]);
    expect(inFlight()).toBe(0);
  });

  it("settles when the answer is complete, also if nobody reads it", async () => {
    const { circuit, settled, said } = watchedCircuit();
    const body = new Body();
    const guarded = circuitFetch(circuit, { fetch: async () => answer(body.stream) });
    const response = await guarded(URL_CHAT, chatRequest());
    body.write(JSON.stringify(chatAnswer));
    body.close();
    await settled(1);
    expect(said()).toEqual(["success"]);
    expect(await response.json()).toEqual(chatAnswer);
  });

  it("reads at most about 1 MiB ahead of its caller", async () => {
    const { circuit, said } = watchedCircuit();
    let pulled = 0;
    const source = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++pulled > 64) controller.close();
          else controller.enqueue(new Uint8Array(65_536).fill(pulled));
        },
      },
      { highWaterMark: 0 },
    );
    const guarded = circuitFetch(circuit, { fetch: async () => answer(source, "audio/mpeg") });
    const response = await guarded(URL_CHAT, chatRequest());
    await vi.waitFor(() => expect(pulled).toBe(16));
    // It has shown life: whatever happens now, it is not a provider that hangs.
    expect(circuit.snapshot().inFlight.waiting).toBe(0);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes.length).toBe(64 * 65_536);
    expect(said()).toEqual(["success"]);
  });

  it("the answer keeps its address, status, headers and type, and so do its clones", async () => {
    const { circuit } = watchedCircuit();
    const original = Response.json(chatAnswer, {
      status: 201,
      statusText: "Made",
      headers: { "x-request-id": "r" },
    });
    Object.defineProperties(original, { url: { value: URL_CHAT }, redirected: { value: true } });
    const { headers } = original;
    const response = await circuitFetch(circuit, { fetch: async () => original })(URL_CHAT, chatRequest());
    for (const each of [response, response.clone()]) {
      expect(each).toBeInstanceOf(Response);
      expect(each).toMatchObject({
        status: 201,
        statusText: "Made",
        ok: true,
        url: URL_CHAT,
        redirected: true,
      });
      expect(each.headers).toBe(headers);
      expect(each.type).toBe(original.type);
      expect(await each.json()).toEqual(chatAnswer);
    }
    expect(response.bodyUsed).toBe(true);
  });

  it("a reader that takes the bytes away changes nothing", async () => {
    const { circuit, said, settled } = watchedCircuit();
    const text = JSON.stringify(chatAnswer);
    const body = new Body();
    const guarded = circuitFetch(circuit, { fetch: async () => answer(body.stream) });
    const reader = (await guarded(URL_CHAT, chatRequest())).body?.getReader();
    body.write(text.slice(0, 20));
    const chunk = (await reader?.read())?.value;
    if (chunk !== undefined) structuredClone(chunk, { transfer: [chunk.buffer] });
    expect(chunk?.length).toBe(0);
    body.write(text.slice(20));
    body.close();
    await settled(1);
    expect(said()).toEqual(["success"]);
  });

  it("one that breaks off throws a CircuitError at its reader", async () => {
    const { circuit, said } = watchedCircuit();
    const body = new Body();
    const response = await circuitFetch(circuit, { fetch: async () => answer(body.stream) })(
      URL_CHAT,
      chatRequest(),
    );
    body.write('{"id":');
    const cause = new TypeError("terminated", {
      cause: Object.assign(new Error(), { code: "UND_ERR_SOCKET" }),
    });
    body.fail(cause);
    const error = await thrownBy(response.json());
    expect(error).toBeInstanceOf(CircuitError);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "connection", cause });
    expect(said()).toEqual(["failure connection"]);
  });
});
