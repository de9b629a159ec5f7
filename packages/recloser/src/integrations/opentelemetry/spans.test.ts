import { trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Circuits } from "../../circuits.js";
import { consecutive } from "../../detect/consecutive.js";
import { http } from "../../testing/calls.js";
import { fakeClock } from "../../testing/fake-clock.js";
import { fail } from "../../testing/verdicts.js";
import { circuitFetch } from "../fetch/index.js";
import { instrument } from "./index.js";
import { spans } from "./testing/active-span.js";

function setUp() {
  const clock = fakeClock();
  const circuits = new Circuits({ clock, random: () => 0.5, detector: consecutive(2), timeoutMs: 30_000 });
  instrument(circuits, { trace });
  return { clock, circuits, circuit: circuits.get("openai/gpt-5") };
}

const failing = async (): Promise<never> => {
  await Promise.resolve();
  throw http(503);
};

describe("transitions become events of the span", () => {
  let tracing: ReturnType<typeof spans>;
  beforeEach(() => {
    tracing = spans();
  });
  afterEach(() => tracing.stop());

  it("whose call caused them, also after an await", async () => {
    const { circuit } = setUp();
    await Promise.all([
      tracing.call("first", () => circuit.call(failing)),
      tracing.call("second", () => circuit.call(failing)),
    ]);
    expect(tracing.ended("first").events).toEqual([]);
    expect(tracing.ended("second").events).toMatchObject([
      {
        name: "recloser.transition",
        attributes: {
          "recloser.circuit": "openai/gpt-5",
          "recloser.from": "closed",
          "recloser.to": "open",
          "recloser.message": expect.stringContaining("2 failures in a row, last: 503"),
        },
      },
    ]);
  });

  it("whose call was the first to notice them", async () => {
    const { clock, circuit } = setUp();
    fail(circuit, 2);
    clock.advance(60_000);
    await tracing.call("next", () => circuit.call(() => "fine"));
    expect(tracing.ended("next").events.map(({ attributes }) => attributes?.["recloser.to"])).toEqual([
      "half-open",
      "closed",
    ]);
  });

  it("that reads the stream whose end caused them", async () => {
    const { circuit } = setUp();
    fail(circuit);
    const outcome = await tracing.call("start", () =>
      circuit.stream(async function* cut() {
        yield "token";
        throw http(503);
      }),
    );
    if (!outcome.ok) throw new Error("it did not start");
    await tracing.call("read", async () => {
      const reader = outcome.value[Symbol.asyncIterator]();
      await reader.next();
      await expect(reader.next()).rejects.toThrow();
    });
    expect(tracing.ended("start").events).toEqual([]);
    expect(tracing.ended("read").events).toHaveLength(1);
  });

  it("that sent the request through a fetch, and for a stream the one that reads it", async () => {
    const { circuits } = setUp();
    // The rest of the body arrives when nobody's span is active.
    let rest = (): void => {};
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('data: {"choices":[{"delta":{"content":"a"}}]}\n\n'));
        rest = () => controller.close();
      },
    });
    const answers = [
      () => new Response("{}", { status: 503 }),
      () => new Response("{}", { status: 503 }),
      () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
    ];
    const guarded = circuitFetch(circuits, { fetch: async () => (answers.shift() ?? Response.error)() });
    const send = (model: string) =>
      guarded("https://api.openai.com/v1/chat/completions", {
        method: "POST",
        body: JSON.stringify({ model, stream: true }),
      });
    await send("a");
    await tracing.call("unary", () => send("a"));
    expect(tracing.ended("unary").events).toHaveLength(1);

    fail(circuits.get("openai/b"));
    const streamed = await tracing.call("start", () => send("b"));
    const read = tracing.call("read", () => streamed.text().catch(() => undefined));
    rest();
    await read;
    expect(circuits.get("openai/b").state).toBe("open");
    expect(tracing.ended("start").events).toEqual([]);
    expect(tracing.ended("read").events).toHaveLength(1);
  });

  it("and are lost to the trace where none is active", () => {
    const { circuit } = setUp();
    fail(circuit, 2);
    expect(circuit.state).toBe("open");
  });
});

it("a span that throws hurts no call", async () => {
  const circuits = new Circuits({ detector: consecutive(1) });
  instrument(circuits, {
    trace: {
      getActiveSpan: () => {
        throw new Error("no");
      },
    },
  });
  const outcome = await circuits.get("a").call(failing);
  expect(outcome).toMatchObject({ ok: false, failure: { reason: "overloaded" } });
  expect(circuits.get("a").state).toBe("open");
});
