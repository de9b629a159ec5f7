import { describe, expect, it } from "vitest";
import { anthropic, chat, entered, gatewayFor, mockFor, openai, post, question } from "../testing/gateway.js";

describe("what opens a circuit, and what never does", () => {
  it("A8: callers' own mistakes never do", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    for (const fault of ["bad-request", "unauthorized", "context-length", "content-filter"]) {
      mock.setBehaviour({ faults: [{ kind: fault as "bad-request" }] });
      for (let i = 0; i < 25; i++) expect((await chat(gateway, "m")).status).toBeLessThan(500);
    }
    expect(mock.attemptsTotal()).toBe(100);
    expect(gateway.circuits.get("p/m").snapshot()).toMatchObject({
      state: "closed",
      window: { neutral: 100, failures: 0 },
    });
  });

  it.each(["error-500", "error-502", "overloaded", "reset", "malformed"] as const)(
    "a run of %s does, and then fails fast",
    async (kind) => {
      const mock = await mockFor();
      mock.setBehaviour({ faults: [{ kind }] });
      const gateway = await gatewayFor(mock);
      let rejected = 0;
      for (let i = 0; i < 20; i++) {
        const answer = await chat(gateway, "m");
        await answer.arrayBuffer();
        if (answer.headers.get("x-recloser-reason") === "open") rejected++;
      }
      expect(gateway.circuits.get("p/m").state).toBe("open");
      expect(mock.attemptsTotal()).toBeLessThan(8);
      expect(rejected).toBe(20 - mock.attemptsTotal());
    },
  );

  it("one model's trouble leaves the others alone", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "error-500", model: "bad" }] });
    const gateway = await gatewayFor(mock);
    for (let i = 0; i < 10; i++) await chat(gateway, "bad");
    expect(gateway.circuits.get("p/bad").state).toBe("open");
    expect((await chat(gateway, "good")).status).toBe(200);
  });

  it("A17: hanging calls do, before any of them has finished, and are given up", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, { circuit: { stallDeadlineMs: { unary: 150, streaming: 150 } } });
    const open = entered(gateway, "p/mock-fault:hang", "open");
    const model = "mock-fault:hang";
    // The SDKs' own limit is 600 s.
    const calls = [
      ...[1, 2, 3].map(() => openai(gateway).chat.completions.create({ model, messages: question })),
      ...[1, 2, 3].map(() =>
        openai(gateway).chat.completions.create({ model, messages: question, stream: true }),
      ),
      ...[1, 2].map(() =>
        anthropic(gateway).messages.create({ model, max_tokens: 9, messages: question, stream: true }),
      ),
    ];
    const ends = Promise.allSettled(calls);
    await open;
    const errors = (await ends).map((end) =>
      end.status === "rejected" ? (end.reason as { status?: number; headers?: Headers }) : undefined,
    );
    expect(errors.map((error) => error?.status)).toEqual(Array.from({ length: 8 }, () => 504));
    expect(errors.map((error) => error?.headers?.get("x-recloser-reason"))).toEqual(
      Array.from({ length: 8 }, () => "stalled"),
    );
    // Given up for good: no SDK sent a call again, and the provider's side is closed.
    expect(mock.attemptsTotal()).toBe(8);
    await expect.poll(() => mock.attempts().every((attempt) => attempt.end === "client-gone")).toBe(true);
    expect((await chat(gateway, model)).headers.get("x-recloser-reason")).toBe("open");
  });

  it("a rejection by a gateway further on never does, and reaches the caller", async () => {
    const mock = await mockFor();
    const inner = await gatewayFor(mock);
    inner.circuits.get("p/m").force("open", { forMs: 60_000, reason: "a test" });
    const outer = await gatewayFor(inner);
    for (const path of ["/v1/chat/completions", "/api/chat"]) {
      for (let i = 0; i < 10; i++) {
        const answer = await post(outer, path, { model: "m", messages: question });
        expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([503, "false"]);
        expect(await answer.text()).toContain("forced-open");
      }
    }
    expect(outer.circuits.get("p/m").snapshot()).toMatchObject({
      state: "closed",
      window: { neutral: 20, failures: 0 },
    });
  });

  it("F: throttling and Retry-After reach the caller untouched", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    const answer = await chat(gateway, "mock-fault:throttled@7");
    expect([
      answer.status,
      answer.headers.get("retry-after"),
      answer.headers.get("x-recloser-state"),
    ]).toEqual([429, "7", "closed"]);
  });

  it("it closes again when the provider is well", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "error-500" }] });
    const gateway = await gatewayFor(mock, { circuit: { coolDown: { initialMs: 20, maxMs: 20 } } });
    const open = entered(gateway, "p/m", "open");
    for (let i = 0; i < 10; i++) await chat(gateway, "m");
    await open;
    mock.setBehaviour(undefined);
    await expect.poll(async () => (await chat(gateway, "m")).headers.get("x-recloser-state")).toBe("closed");
  });
});
