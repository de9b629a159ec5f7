import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startMock } from "./server.js";
import { mockFor, post } from "./testing/calls.js";
import { fakeClock } from "./testing/fake-clock.js";
import type { MockOptions } from "./types.js";

const dirs: string[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true });
});

async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "mock-llm-"));
  dirs.push(dir);
  return dir;
}

describe("the log", () => {
  it("has one JSON line for each attempt, also for those that were still going on at the close", async () => {
    const log = join(await scratch(), "attempts.log");
    const clock = fakeClock();
    const mock = await mockFor({ log, clock });
    await (await post(mock, "chat", "whole")).text();
    const hung = expect(post(mock, "chat", "mock-fault:hang")).rejects.toThrow();
    await mock.waitForAttempts(2);
    mock.setBehaviour({ firstTokenMs: 1000 });
    const waiting = expect(post(mock, "chat", "waiting")).rejects.toThrow();
    await mock.waitForAttempts(3);
    await mock.close();
    await Promise.all([hung, waiting]);
    const lines = (await readFile(log, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => [line.model, line.end])).toEqual([
      ["whole", "complete"],
      ["mock-fault:hang", "hung"],
      ["waiting", "pending"],
    ]);
    expect(lines[0]).toMatchObject({ path: "/v1/chat/completions", status: 200, tokens: 16, at: 0 });
    expect(Date.parse(lines[0].time)).not.toBeNaN();
  });

  it("that cannot be written is said once, and serving goes on", async () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
    const log = join(await scratch(), "no", "such", "folder", "x.log");
    const mock = await mockFor({ log });
    for (let i = 0; i < 3; i++) expect((await post(mock, "chat", "gpt")).status).toBe(200);
    await mock.close();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`the attempt log ${log} cannot be written`);
  });
});

describe("close", () => {
  it("leaves nothing open: hung calls, streams, queued calls and idle connections", async () => {
    const clock = fakeClock();
    const mock = await mockFor({ clock, script: { phases: [{ name: "long", for: "1h" }] } });
    mock.setBehaviour({ perTokenMs: 1000, capacity: 1 });
    await post(mock, "chat", "mock-fault:error-500");
    const stream = await post(mock, "chat", "streams", { stream: true });
    const others = ["mock-fault:hang", "queued"].map((model) =>
      expect(post(mock, "chat", model)).rejects.toThrow(),
    );
    await mock.waitForAttempts(4);
    const [once, twice] = [mock.close(), mock.close()];
    await Promise.all([once, twice, ...others]);
    await expect(stream.text()).rejects.toThrow();
    expect(clock.pending).toBe(0);
    await expect(fetch(mock.url)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });
});

describe("options that cannot be used", () => {
  it("a port in use: names the port and the remedy", async () => {
    const mock = await mockFor();
    await expect(startMock({ port: mock.port })).rejects.toThrow(
      `Port ${mock.port} on 127.0.0.1 is in use; stop what uses it, or give another port (0 takes a free one).`,
    );
  });

  const cases: [MockOptions | Record<string, unknown>, string][] = [
    [{ port: 70_000 }, "options: port is 70000; give a port from 0 to 65535."],
    [{ speed: 0 }, "options: speed is 0; give a number above 0."],
    [{ seed: 1.5 }, "options: seed is 1.5; give a whole number."],
    [{ colour: "red" }, 'options has an unknown field "colour"; remove it or use one of host, port, seed,'],
    [{ host: "192.0.2.1" }, 'Host "192.0.2.1" is no address of this machine; use 127.0.0.1.'],
    [{ script: {} }, "script: phases is missing; give a list of phases."],
    [{ script: { phases: [] } }, "script: phases is []; give at least one phase."],
    [{ script: { phases: [{ name: "x" }] } }, "script: phases[0].for is missing; give the phase a length"],
    [
      { script: { phases: [{ name: "x", for: "soon" }] } },
      'script: phases[0].for is "soon"; give a length above 0',
    ],
    [
      { script: { phases: [{ name: "x", for: "1s", forMs: 5 }] } },
      "phases[0].forMs is 5; give the phase a length: either",
    ],
    [
      { script: { phases: [{ name: "x", for: "1s", faults: [{ kind: "hangg" }] }] } },
      'script: phases[0].faults[0].kind is "hangg"; give one of error-500,',
    ],
  ];
  it.each(cases)("%j", async (options, message) => {
    await expect(startMock(options as MockOptions)).rejects.toThrow(message);
  });

  const behaviours: [unknown, string][] = [
    [{ firstTokenMs: -1 }, "behaviour: firstTokenMs is -1; give a number of milliseconds, 0 or more."],
    [{ firstTokenMs: Number.NaN }, "behaviour: firstTokenMs is NaN; give a number"],
    [{ tokens: 0 }, "behaviour: tokens is 0; give a whole number, 1 or more."],
    [{ tokens: { median: 5 } }, 'behaviour: tokens is {"median":5}; give'],
    [
      { slow: { first: 2 } },
      'behaviour: slow has an unknown field "first"; remove it or use one of firstToken, perToken.',
    ],
    [{ faults: { kind: "hang" } }, 'behaviour: faults is {"kind":"hang"}; give a list of faults'],
    [
      { faults: [{ kind: "hang", share: 1.5 }] },
      "behaviour: faults[0].share is 1.5; give a number from 0 to 1.",
    ],
    [
      { faults: [{ kind: "hang", shape: "html" }] },
      'faults[0].shape is "html"; remove it: hang has no shapes.',
    ],
    [
      { faults: [{ kind: "malformed", shape: "event" }] },
      'faults[0].shape is "event"; give one of html, json.',
    ],
    [{ rateLimit: {} }, "behaviour: rateLimit.perSecond is missing; give a number above 0."],
    [null, "behaviour is null; give a behaviour"],
  ];
  it.each(behaviours)("behaviour %j", async (behaviour, message) => {
    const mock = await mockFor();
    expect(() => mock.setBehaviour(behaviour as object)).toThrow(message);
    expect((await post(mock, "chat", "gpt")).status).toBe(200);
  });
});
