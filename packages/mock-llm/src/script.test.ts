import { describe, expect, it, vi } from "vitest";
import { mockFor, post } from "./testing/calls.js";
import { fakeClock } from "./testing/fake-clock.js";
import { Timeline } from "./timeline.js";

const script = {
  defaults: { tokens: 4 },
  phases: [
    { name: "healthy", for: "40s" },
    { name: "hang", forMs: 10_000, faults: [{ kind: "hang" as const }] },
    { name: "dead", for: "1m", faults: [{ kind: "error-503" as const }] },
  ],
};

describe("the timeline", () => {
  it("is computed when read, and over after the last phase", () => {
    const clock = fakeClock();
    const timeline = new Timeline(script, clock, () => {});
    timeline.start();
    const at = (ms: number) => {
      clock.advance(ms - clock.now());
      return timeline.place();
    };
    expect(at(0)).toMatchObject({ name: "healthy", index: 0, elapsedMs: 0 });
    expect(at(39_999)).toMatchObject({ name: "healthy" });
    expect(at(40_000)).toMatchObject({ name: "hang", index: 1, elapsedMs: 0 });
    expect(at(50_000)).toMatchObject({ name: "dead" });
    expect(at(109_999)).toMatchObject({ name: "dead", elapsedMs: 59_999 });
    expect(at(110_000)).toBeUndefined();
    expect(at(110_010)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it("repeats when told to, tells each change once, and never has the same visit twice", () => {
    const clock = fakeClock();
    const visits: (number | undefined)[] = [];
    const timeline = new Timeline({ ...script, repeat: true }, clock, () =>
      visits.push(timeline.place()?.visit),
    );
    timeline.start();
    clock.advance(3 * 110_000 - 1000);
    timeline.start();
    expect(timeline.place()).toMatchObject({ name: "healthy", elapsedMs: 0 });
    expect(visits).toHaveLength(3 * 3 + 1);
    expect(new Set(visits).size).toBe(visits.length);
    timeline.stop();
    expect(clock.pending).toBe(0);
  });
});

describe("a script on a server", () => {
  it("gives each call the behaviour of its phase, and healthy defaults after the last", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ script, clock });
    const status = async () => (await post(mock, "chat", "gpt")).status;
    expect(await status()).toBe(200);
    clock.advance(51_000);
    expect(mock.phase()).toEqual({ name: "dead", index: 2, elapsedMs: 1000 });
    expect(await status()).toBe(503);
    clock.advance(60_000);
    expect(mock.phase()).toBeUndefined();
    expect(await status()).toBe(200);
    mock.startScript();
    expect(mock.phase()).toEqual({ name: "healthy", index: 0, elapsedMs: 0 });
    expect(mock.attempts().map((a) => a.phase)).toEqual(["healthy", "dead", undefined]);
    expect(mock.attempts().map((a) => a.tokens)).toEqual([4, 0, 4]);
  });

  it("drops the calls that a phase hung when the phase ends, and no others", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ script, clock });
    clock.advance(41_000);
    const hung = expect(post(mock, "chat", "gpt")).rejects.toThrow("fetch failed");
    const own = expect(post(mock, "chat", "mock-fault:hang")).rejects.toThrow("fetch failed");
    await mock.waitForAttempts(2);
    clock.advance(5_000);
    expect(mock.attempts().map((a) => a.end)).toEqual(["pending", "pending"]);
    clock.advance(5_000);
    await hung;
    const ends = () =>
      mock
        .attempts()
        .toSorted((a, b) => a.model.localeCompare(b.model))
        .map((a) => a.end);
    expect(ends()).toEqual(["reset", "pending"]);
    await mock.close();
    await own;
    expect(ends()).toEqual(["reset", "hung"]);
  });

  it("drops a call that comes to its stall only after the phase has ended", async () => {
    const clock = fakeClock();
    const stall = { kind: "stall" as const, afterTokens: 3 };
    const phases = [{ name: "stalls", forMs: 1000, firstTokenMs: 5000, faults: [stall] }];
    const mock = await mockFor({ script: { phases }, clock });
    const cut = expect(post(mock, "chat", "gpt", { stream: true }).then((r) => r.text())).rejects.toThrow();
    await mock.waitForAttempts(1);
    clock.advance(6000);
    await cut;
    expect(mock.attempts()[0]).toMatchObject({ end: "reset", tokens: 3 });
  });

  it("runs faster with speed: lengths are script time", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ script, clock, speed: 10 });
    clock.advance(4_500);
    expect(mock.phase()).toEqual({ name: "hang", index: 1, elapsedMs: 5_000 });
  });

  it("is replaced by a behaviour until that is cleared", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ script, clock });
    clock.advance(60_000);
    mock.setBehaviour({});
    const healthy = await post(mock, "chat", "gpt");
    expect(healthy.status).toBe(200);
    await healthy.text();
    mock.setBehaviour(undefined);
    expect((await post(mock, "chat", "gpt")).status).toBe(503);
    await vi.waitFor(() => expect(mock.attempts().map((a) => a.tokens)).toEqual([4, 0]));
  });
});

describe("latencies", () => {
  it("first token, then one token each, by the clock", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({
      firstTokenMs: 800,
      perTokenMs: 20,
      tokens: 10,
      slow: { firstToken: 2, perToken: 3 },
    });
    const call = post(mock, "chat", "gpt", { stream: true });
    await mock.waitForAttempts(1);
    clock.advance(1_599);
    expect(mock.attempts()[0]).toMatchObject({ tokens: 0, status: undefined });
    clock.advance(1);
    expect(mock.attempts()[0]).toMatchObject({ tokens: 1, firstTokenAt: 1600, status: 200 });
    clock.advance(59);
    expect(mock.attempts()[0]?.tokens).toBe(1);
    clock.advance(1 + 3 * 60);
    expect(mock.attempts()[0]?.tokens).toBe(5);
    clock.advance(5 * 60);
    expect(await (await call).text()).toContain("[DONE]");
    expect(mock.attempts()[0]).toMatchObject({ tokens: 10, endedAt: 1600 + 9 * 60, end: "complete" });
  });

  it("a whole answer takes as long as its stream would", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock, speed: 2 });
    mock.setBehaviour({ firstTokenMs: 800, perTokenMs: 20, tokens: 10 });
    const call = post(mock, "anthropic", "claude");
    await mock.waitForAttempts(1);
    clock.advance(499);
    expect(mock.attempts()[0]?.status).toBeUndefined();
    clock.advance(1);
    expect((await call).status).toBe(200);
  });

  it("Responses and Messages open at once, Chat Completions with its first token", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ firstTokenMs: 1000 });
    const calls = [
      await post(mock, "responses", "gpt", { stream: true }),
      await post(mock, "anthropic", "claude", { stream: true }),
    ];
    const chat = post(mock, "chat", "gpt", { stream: true });
    await mock.waitForAttempts(3);
    expect(mock.attempts().map((a) => a.status)).toEqual([200, 200, undefined]);
    expect(mock.attempts().map((a) => a.tokens)).toEqual([0, 0, 0]);
    clock.advance(1000);
    for (const response of [...calls, await chat])
      expect((await response.text()).length).toBeGreaterThan(100);
  });

  it("a slow first token is multiplied", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ firstTokenMs: 100, faults: [{ kind: "slow-first-token", times: 5, afterMs: 50 }] });
    const call = post(mock, "chat", "gpt", { stream: true });
    await mock.waitForAttempts(1);
    clock.advance(549);
    expect(mock.attempts()[0]?.tokens).toBe(0);
    clock.advance(1);
    await (await call).text();
    expect(mock.attempts()[0]).toMatchObject({
      firstTokenAt: 550,
      end: "complete",
      fault: "slow-first-token",
    });
  });

  it("a quiet stream pings while it waits and while it stalls, and a ping is no token", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock });
    mock.setBehaviour({ firstTokenMs: 2500, keepAliveMs: 1000, faults: [{ kind: "stall", afterTokens: 1 }] });
    const abort = new AbortController();
    const response = await post(mock, "anthropic", "claude", { stream: true, signal: abort.signal });
    clock.advance(5500);
    const reader = response.body?.getReader();
    let text = "";
    const pings = () => text.match(/event: ping/g)?.length ?? 0;
    // Two before the first token, the one that comes with it, two after it.
    while (pings() < 5) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(pings()).toBe(5);
    expect(mock.attempts()[0]).toMatchObject({ tokens: 1, end: "pending" });
    abort.abort();
    await vi.waitFor(() => expect(mock.attempts()[0]?.end).toBe("client-gone"));
    expect(clock.pending).toBe(0);
  });
});
