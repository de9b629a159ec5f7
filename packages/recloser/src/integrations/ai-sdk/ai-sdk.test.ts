import { type MockServer, startMock } from "@recloser/mock-llm";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CircuitError } from "../../outcome/circuit-error.js";
import { thrownBy, watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitMiddleware, failureOf } from "./index.js";
import { type Api, type Client, MAJORS, type StreamPart } from "./testing/majors.js";

let mock: MockServer;
beforeAll(async () => {
  vi.stubGlobal("AI_SDK_LOG_WARNINGS", false);
  mock = await startMock();
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await mock.close();
});
beforeEach(() => {
  mock.setBehaviour(undefined);
  mock.clear();
});

const APIS: readonly Api[] = ["chat", "responses", "messages"];
const SDKS = MAJORS.flatMap((major) =>
  APIS.map((api) => ({ name: `${major.name}, ${api}`, client: major.client, api })),
);

/** Reads a stream to its end: what it threw, and its parts. */
async function partsOf(stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
const errorsIn = (parts: readonly StreamPart[]) =>
  parts.filter(({ type }) => type === "error").map(({ error }) => error);

describe.each(SDKS)("$name", ({ client, api }) => {
  const watched = (options: Parameters<typeof watchedCircuit>[0] = {}) => {
    const watching = watchedCircuit(options);
    const asking: Client = client(mock.url, api, circuitMiddleware(watching.circuit));
    return { ...watching, ...asking };
  };

  it("H3: a rejection sends nothing, is not retried, and reaches the caller as it is", async () => {
    const { circuit, generate, stream, inFlight } = watched();
    circuit.force("open", { forMs: 30_000, reason: "test" });
    const rejected = vi.fn();
    circuit.on("rejected", rejected);
    const error = await thrownBy(generate());
    expect(error).toBeInstanceOf(CircuitError);
    const streaming = stream();
    const [inBand] = errorsIn(await partsOf(streaming.fullStream));
    expect(inBand).toBeInstanceOf(CircuitError);
    expect(streaming.errors).toEqual([inBand]);
    for (const each of [error, inBand])
      expect(failureOf(each)).toMatchObject({ kind: "rejected", reason: "forced-open", attempts: 0 });
    expect(rejected).toHaveBeenCalledTimes(2);
    expect(mock.attempts()).toEqual([]);
    expect(inFlight()).toBe(0);
  });

  it("an answer in one piece, and a stream, settle with their tokens", async () => {
    const { generate, stream, verdicts, inFlight } = watched();
    expect((await generate()).text.split(" ")).toHaveLength(16);
    let text = "";
    for await (const delta of stream().textStream) text += delta;
    expect(text.split(" ")).toHaveLength(16);
    expect(verdicts).toEqual([
      { verdict: "success", outputTokens: 16 },
      { verdict: "success", outputTokens: 16 },
    ]);
    expect(inFlight()).toBe(0);
  });

  it("a 5xx that goes on opens the circuit; the SDK's retries are attempts, and the rejection ends them", async () => {
    mock.setBehaviour({ faults: [{ kind: "error-503", retryAfterMs: 1 }] });
    const { generate, stream, said, inFlight, circuit } = watched();
    const first = await thrownBy(generate({ maxRetries: 0 }));
    expect(first).toMatchObject({ name: "AI_APICallError", statusCode: 503 });
    expect(failureOf(first)).toMatchObject({ kind: "failed", reason: "overloaded" });
    expect(errorsIn(await partsOf(stream({ maxRetries: 0 }).fullStream))).toHaveLength(1);
    const last = await thrownBy(generate({ maxRetries: 2 }));
    expect(said()).toEqual(Array(3).fill("failure overloaded"));
    expect(circuit.state).toBe("open");
    expect(mock.attempts()).toHaveLength(3);
    expect(failureOf(last)).toMatchObject({ kind: "rejected", reason: "open" });
    expect(inFlight()).toBe(0);
  });

  it("A1: a caller's abort is neutral before a token, and closes the connection", async () => {
    mock.setBehaviour({ faults: [{ kind: "hang" }] });
    const { generate, stream, said, inFlight } = watched();
    const controller = new AbortController();
    const pending = thrownBy(generate({ signal: controller.signal }));
    const streaming = partsOf(stream({ signal: controller.signal }).fullStream);
    await mock.waitForAttempts(2);
    controller.abort();
    expect(await pending).toMatchObject({ name: "AbortError" });
    expect(errorsIn(await streaming)).toEqual([]);
    expect(said()).toEqual(["neutral cancelled", "neutral cancelled"]);
    expect(inFlight()).toBe(0);
    await vi.waitFor(() =>
      expect(mock.attempts().map(({ end }) => end)).toEqual(["client-gone", "client-gone"]),
    );
  });

  it("A1: a caller's abort after a token is a success, and closes the connection", async () => {
    mock.setBehaviour({ faults: [{ kind: "stall" }] });
    const { stream, said, inFlight } = watched();
    const controller = new AbortController();
    const types = [];
    for await (const { type } of stream({ signal: controller.signal }).fullStream) {
      types.push(type);
      if (type === "text-delta") controller.abort();
    }
    expect(types.at(-1)).toBe("abort");
    expect(said()).toEqual(["success"]);
    expect(inFlight()).toBe(0);
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("client-gone"));
  });

  it("E2: an error after a 200 is the provider's own part, and the failure can be read from it", async () => {
    mock.setBehaviour({ faults: [{ kind: "stream-error" }] });
    const { stream, generate, verdicts, inFlight } = watched();
    const streaming = stream();
    const [error, ...more] = errorsIn(await partsOf(streaming.fullStream));
    expect(more).toEqual([]);
    expect(error).not.toBeInstanceOf(CircuitError);
    const reason = api === "messages" ? "overloaded" : "stream-error";
    expect(verdicts).toMatchObject([{ verdict: "failure", reason }]);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason });
    expect(failureOf(streaming.errors[0])).toMatchObject({ kind: "failed", reason });
    const whole = await thrownBy(generate({ maxRetries: 0 }));
    expect(verdicts[1]).toMatchObject({ verdict: "failure", reason: "stream-error" });
    expect(failureOf(whole)).toMatchObject({ kind: "failed", reason: "stream-error" });
    expect(inFlight()).toBe(0);
  });

  it("E3: a stream that is cut shows an error before it finishes, where the SDK shows none", async () => {
    mock.setBehaviour({ faults: [{ kind: "cut" }] });
    const { stream, said, inFlight } = watched();
    const streaming = stream();
    const parts = await partsOf(streaming.fullStream);
    expect(parts.map(({ type }) => type)).toContain("text-delta");
    const [error] = errorsIn(parts);
    expect(error).toBeInstanceOf(CircuitError);
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "truncated" });
    expect(streaming.errors).toEqual([error]);
    expect(said()).toEqual(["failure truncated"]);
    expect(inFlight()).toBe(0);
  });

  it.each([
    ["reset", "connection"],
    ["malformed", "malformed"],
    ["empty", "malformed"],
  ] as const)("an answer in one piece that is no answer: %s", async (kind, reason) => {
    mock.setBehaviour({ faults: [{ kind, afterTokens: 3 }] });
    const { generate, said, inFlight } = watched();
    const error = await thrownBy(generate({ maxRetries: 0 }));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason });
    expect(said()).toEqual([`failure ${reason}`]);
    expect(inFlight()).toBe(0);
  });

  it("a connection that breaks under a stream is a failure", async () => {
    mock.setBehaviour({ faults: [{ kind: "reset", afterTokens: 3 }] });
    const { stream, said, inFlight } = watched();
    const error = await thrownBy(partsOf(stream({ maxRetries: 0 }).fullStream));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "connection" });
    expect(said()).toEqual(["failure connection"]);
    expect(inFlight()).toBe(0);
  });

  it("what the caller did wrong is neutral", async () => {
    mock.setBehaviour({ faults: [{ kind: "bad-request" }] });
    const { generate, said } = watched();
    const error = await thrownBy(generate());
    expect(error).toMatchObject({ statusCode: 400 });
    expect(failureOf(error)).toMatchObject({ kind: "refused", reason: "invalid-request" });
    expect(said()).toEqual(["neutral invalid-request"]);
  });

  it("E4: limits of the circuit end calls that hang or stall, and the connection", async () => {
    mock.setBehaviour({ faults: [{ kind: "hang", model: "hang" }, { kind: "stall" }] });
    const whole = watched({ timeoutMs: 100 });
    const error = await thrownBy(whole.generate({ model: "hang" }));
    expect(failureOf(error)).toMatchObject({ kind: "failed", reason: "timeout" });
    const silent = watched({ firstTokenTimeoutMs: 100 });
    const [hung] = errorsIn(await partsOf(silent.stream({ model: "hang" }).fullStream));
    expect(failureOf(hung)).toMatchObject({ kind: "failed", reason: "no-first-token" });
    const stuck = watched({ stallTimeoutMs: 100 });
    const [stalled] = errorsIn(await partsOf(stuck.stream().fullStream));
    expect(stalled).toBeInstanceOf(CircuitError);
    expect(failureOf(stalled)).toMatchObject({ kind: "failed", reason: "stalled" });
    for (const { said, inFlight } of [whole, silent, stuck]) {
      expect(said()).toHaveLength(1);
      expect(inFlight()).toBe(0);
    }
    expect(mock.attempts()).toHaveLength(3);
    await vi.waitFor(() => expect(mock.attempts().every(({ end }) => end === "client-gone")).toBe(true));
  });
});
