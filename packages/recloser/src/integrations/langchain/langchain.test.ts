import { type MockServer, startMock } from "@recloser/mock-llm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Circuits } from "../../circuits.js";
import { CircuitError } from "../../outcome/circuit-error.js";
import { circuitFetch } from "../fetch/index.js";
import { itemsOf, thrownBy, watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitCallbacks, failureOf, onFailedAttempt } from "./index.js";
import { type ChatOptions, MAJORS } from "./testing/majors.js";

const realTimeout = globalThis.setTimeout;

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());
beforeEach(() => {
  mock.setBehaviour(undefined);
  mock.clear();
  // LangChain reports what its handlers raise.
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => vi.restoreAllMocks());

describe.each(MAJORS)("$name", ({ chat }) => {
  describe.each([false, true])("a circuitFetch with onFailedAttempt, Responses API %s", (useResponsesApi) => {
    const guarded = (
      options: Parameters<typeof watchedCircuit>[0] = {},
      onReject: "respond" | "throw" = "respond",
      more: ChatOptions = {},
    ) => {
      const watched = watchedCircuit(options);
      const fetch = vi.fn(circuitFetch(watched.circuit, { onReject }));
      return {
        ...watched,
        fetch,
        model: chat(mock.url, { fetch, onFailedAttempt, useResponsesApi, ...more }),
      };
    };

    it.each(["respond", "throw"] as const)(
      "H3: a rejection is one attempt, no request (%s)",
      async (onReject) => {
        const { circuit, model, fetch, inFlight } = guarded({}, onReject);
        circuit.force("open", { forMs: 30_000, reason: "test" });
        for (const ask of [
          () => model.invoke("hi"),
          () => model.stream("hi").then((items) => itemsOf(items)),
        ]) {
          fetch.mockClear();
          const error = await thrownBy(ask());
          expect(error).toBeInstanceOf(CircuitError);
          expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "forced-open" });
          expect(fetch).toHaveBeenCalledTimes(1);
        }
        expect(mock.attempts()).toEqual([]);
        expect(inFlight()).toBe(0);
      },
    );

    it("answers and streams settle with their tokens", async () => {
      const { model, verdicts, inFlight } = guarded();
      expect(String((await model.invoke("hi")).content ?? "")).not.toBe("");
      expect((await itemsOf(await model.stream("hi"))).length).toBeGreaterThan(10);
      expect(verdicts).toEqual(Array(2).fill({ verdict: "success", outputTokens: 16 }));
      expect(inFlight()).toBe(0);
    });

    it("LangChain's retries are attempts, and the breaker ends them", async () => {
      mock.setBehaviour({ faults: [{ kind: "error-500" }] });
      vi.spyOn(globalThis, "setTimeout").mockImplementation(immediately());
      const { model, said, circuit, inFlight } = guarded();
      const error = await thrownBy(model.invoke("hi"));
      expect(error).toBeInstanceOf(CircuitError);
      expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "open" });
      expect(said()).toEqual(Array(3).fill("failure server-error"));
      expect(mock.attempts()).toHaveLength(3);
      expect(circuit.state).toBe("open");
      expect(inFlight()).toBe(0);
    });

    it.each([
      ["bad-request", "refused", "invalid-request"],
      ["quota", "failed", "quota"],
      ["throttled-bare", "failed", "throttled"],
    ] as const)("%s is not retried", async (kind, failed, reason) => {
      mock.setBehaviour({ faults: [{ kind }] });
      const { model } = guarded();
      const error = await thrownBy(model.invoke("hi"));
      expect(failureOf(error)).toMatchObject({ kind: failed, reason });
      expect(mock.attempts()).toHaveLength(1);
    });

    it("A1: a caller's abort is neutral before a token, and a success after", async () => {
      mock.setBehaviour({ faults: [{ kind: "hang" }] });
      const { model, said, inFlight } = guarded();
      const one = new AbortController();
      const pending = thrownBy(model.invoke("hi", { signal: one.signal }));
      await mock.waitForAttempts(1);
      one.abort();
      expect(await pending).toMatchObject({ name: "AbortError" });
      mock.setBehaviour({ faults: [{ kind: "stall" }] });
      const two = new AbortController();
      for await (const chunk of await model.stream("hi", { signal: two.signal }).catch(() => []))
        if (chunk.content) break;
      expect(said()).toEqual(["neutral cancelled", "success"]);
      expect(inFlight()).toBe(0);
    });

    it.each([
      ["E2", "stream-error", "stream-error"],
      ["E3", "cut", "truncated"],
    ] as const)("%s: %s settles as a failure", async (_trap, kind, reason) => {
      mock.setBehaviour({ faults: [{ kind }] });
      const { model, said, inFlight } = guarded();
      const thrown = await model
        .stream("hi")
        .then((items) => itemsOf(items))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      // The Responses API's error event is data to openai 6, and LangChain looks past it.
      if (kind === "cut") expect(failureOf(thrown)).toMatchObject({ kind: "failed", reason });
      expect(said()).toEqual([`failure ${reason}`]);
      expect(inFlight()).toBe(0);
    });
  });

  describe("circuitCallbacks", () => {
    const guarded = (options: Parameters<typeof watchedCircuit>[0] = {}, more: ChatOptions = {}) => {
      const watched = watchedCircuit(options);
      const callbacks = [circuitCallbacks(watched.circuit)];
      return { ...watched, model: chat(mock.url, { callbacks, maxRetries: 0, ...more }) };
    };

    it("H3: a rejection reaches the caller as it is, before anything is sent", async () => {
      const { circuit, model, inFlight } = guarded();
      circuit.force("open", { forMs: 30_000, reason: "test" });
      for (const ask of [
        () => model.invoke("hi"),
        () => model.stream("hi").then((items) => itemsOf(items)),
      ]) {
        const error = await thrownBy(ask());
        expect(error).toBeInstanceOf(CircuitError);
        expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "forced-open" });
      }
      expect(mock.attempts()).toEqual([]);
      expect(inFlight()).toBe(0);
    });

    it("answers and streams settle with their tokens; parallel runs are kept apart", async () => {
      const { model, verdicts, inFlight, circuit } = guarded();
      const firstTokens: unknown[] = [];
      circuit.on("settled", ({ firstTokenMs }) => firstTokens.push(firstTokenMs));
      await Promise.all([
        model.invoke("a"),
        model.batch(["b", "c"]),
        model.stream("d").then((s) => itemsOf(s)),
      ]);
      expect(verdicts).toEqual(Array(4).fill({ verdict: "success", outputTokens: 16 }));
      expect(firstTokens.filter((ms) => ms !== undefined)).toHaveLength(1);
      expect(inFlight()).toBe(0);
    });

    it("5xx opens it; one call with its retries is one run", async () => {
      mock.setBehaviour({ faults: [{ kind: "error-503", model: "down" }] });
      const { model, said, inFlight, circuit } = guarded({}, { model: "down" });
      const [first] = await Promise.all([1, 2, 3].map(() => thrownBy(model.invoke("hi"))));
      expect(failureOf(first)).toMatchObject({ kind: "failed", reason: "overloaded" });
      expect(said()).toEqual(Array(3).fill("failure overloaded"));
      expect(circuit.state).toBe("open");
      expect(failureOf(await thrownBy(model.invoke("hi")))).toMatchObject({ kind: "rejected" });
      expect(mock.attempts()).toHaveLength(3);
      expect(inFlight()).toBe(0);
    });

    it("several prompts in one call: when one is rejected, none is sent and no permit is held", async () => {
      const { model, said, inFlight } = guarded({ maxConcurrent: 2 });
      const error = await thrownBy(model.generatePrompts(["a", "b", "c", "d"]));
      expect(failureOf(error)).toMatchObject({ kind: "rejected", reason: "saturated" });
      expect(said()).toEqual(["neutral cancelled", "neutral cancelled"]);
      expect(mock.attempts()).toEqual([]);
      expect(inFlight()).toBe(0);
      await model.generatePrompts(["a", "b"]);
      expect(said().slice(2)).toEqual(["success", "success"]);
    });

    it("A1: a caller's abort is neutral before a token, and a success after, also where LangChain tells nobody", async () => {
      mock.setBehaviour({ faults: [{ kind: "hang" }] });
      const { model, said, inFlight } = guarded();
      const one = new AbortController();
      const pending = thrownBy(model.invoke("hi", { signal: one.signal }));
      await mock.waitForAttempts(1);
      one.abort();
      await pending;
      mock.setBehaviour({ faults: [{ kind: "stall" }] });
      const two = new AbortController();
      let chunks = 0;
      const reading = async () => {
        for await (const _chunk of await model.stream("hi", { signal: two.signal }))
          if (++chunks === 3) two.abort();
      };
      await thrownBy(reading());
      expect(said()).toEqual(["neutral cancelled", "success"]);
      expect(inFlight()).toBe(0);
    });

    it("A6: a deadline of the caller's own, shorter than our patience, is no evidence", async () => {
      mock.setBehaviour({ faults: [{ kind: "hang" }] });
      const { model, said } = guarded();
      await thrownBy(model.invoke("hi", { timeout: 50 }));
      expect(said()).toEqual(["neutral deadline"]);
    });

    it("E2: an error after a 200 is a failure", async () => {
      mock.setBehaviour({ faults: [{ kind: "stream-error" }] });
      const { model, said, inFlight } = guarded();
      const error = await thrownBy(model.stream("hi").then((items) => itemsOf(items)));
      expect(failureOf(error)).toMatchObject({ kind: "failed" });
      expect(said()).toMatchObject([expect.stringMatching(/^failure /)]);
      expect(inFlight()).toBe(0);
    });

    it("passes the circuit of its provider and model; a cached answer says nothing", async () => {
      const circuits = new Circuits();
      const verdicts: unknown[] = [];
      circuits.on("settled", ({ verdict }) => verdicts.push(verdict.verdict));
      const model = chat(mock.url, { callbacks: [circuitCallbacks(circuits)], cache: true });
      await model.invoke("the same");
      await model.invoke("the same");
      expect([...circuits].map(({ name }) => name)).toEqual(["openai/m"]);
      expect(mock.attempts()).toHaveLength(1);
      expect(verdicts[0]).toBe("success");
      expect(verdicts.filter((verdict) => verdict === "success")).toHaveLength(1);
    });
  });
});

/** LangChain's waits between attempts end at once: timers of one to ten seconds. */
function immediately(): typeof setTimeout {
  return ((fn: () => void, ms = 0) =>
    realTimeout(fn, ms >= 1000 && ms <= 10_000 ? 0 : ms)) as typeof setTimeout;
}
