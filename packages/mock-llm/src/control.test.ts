import { request } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { mockFor, post } from "./testing/calls.js";
import type { MockServer } from "./types.js";

async function call(mock: MockServer, method: string, path: string, body?: unknown) {
  const init =
    body === undefined
      ? { method }
      : { method, body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await fetch(`${mock.url}${path}`, init);
  return { status: response.status, body: await response.json() };
}

function statusWith(mock: MockServer, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = request(`${mock.url}/mock/state`, { headers }, (res) => {
      res.resume();
      resolve(res.statusCode);
    });
    req.on("error", reject);
    req.end();
  });
}

describe("the control endpoint", () => {
  it("changes the behaviour and tells the state", async () => {
    const mock = await mockFor();
    const put = await call(mock, "PUT", "/mock/behaviour", { faults: [{ kind: "error-503" }] });
    expect(put).toMatchObject({
      status: 200,
      body: { override: { faults: [{ kind: "error-503" }] }, phase: null },
    });
    expect((await post(mock, "chat", "gpt")).status).toBe(503);
    expect(await call(mock, "DELETE", "/mock/behaviour")).toMatchObject({ body: { override: null } });
    expect((await post(mock, "chat", "gpt")).status).toBe(200);
    await vi.waitFor(async () =>
      expect(await call(mock, "GET", "/mock/state")).toMatchObject({
        body: {
          url: mock.url,
          open: 0,
          attempts: { total: 2, ends: { error: 1, complete: 1 }, faults: { none: 1 } },
        },
      }),
    );
  });

  it("hands out the attempts from a number on, and forgets them", async () => {
    const mock = await mockFor();
    await post(mock, "chat", "a");
    const first = await call(mock, "GET", "/mock/attempts");
    expect(first.body).toMatchObject({ next: 1, attempts: [{ model: "a" }] });
    await post(mock, "chat", "b");
    const second = await call(mock, "GET", `/mock/attempts?since=${first.body.next}`);
    expect(second.body).toMatchObject({ next: 2, attempts: [{ model: "b" }] });
    expect(second.body.attempts).toHaveLength(1);
    await call(mock, "DELETE", "/mock/attempts");
    expect(mock.attemptsTotal()).toBe(0);
  });

  it("starts the script again", async () => {
    const mock = await mockFor({ script: { phases: [{ name: "only", for: "1h" }] } });
    expect(await call(mock, "POST", "/mock/script/start")).toMatchObject({
      body: { phase: { name: "only" } },
    });
  });

  it.each([
    [
      "PUT",
      "/mock/behaviour",
      { capacity: 0 },
      400,
      "behaviour: capacity is 0; give a whole number, 1 or more.",
    ],
    ["PUT", "/mock/behaviour", { colour: 1 }, 400, 'behaviour has an unknown field "colour"'],
    ["PUT", "/mock/behaviour", "{", 400, "could not parse"],
    ["PUT", "/mock/behaviour", " ".repeat(2 << 20), 400, "larger than 1 MB"],
    ["GET", "/mock/attempts?since=x", undefined, 400, 'since is "x"'],
    ["GET", "/mock/else", undefined, 404, "use GET /mock/state"],
  ])("%s %s with %j gets a sentence", async (method, path, body, status, text) => {
    const mock = await mockFor();
    const answer = await call(mock, method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toContain(text);
  });

  it("answers only loopback names, and no page from elsewhere", async () => {
    const mock = await mockFor();
    expect(await statusWith(mock, { host: `localhost:${mock.port}` })).toBe(200);
    expect(await statusWith(mock, { host: "[::1]:80" })).toBe(200);
    expect(await statusWith(mock, { host: "evil.example" })).toBe(403);
    expect(await statusWith(mock, { host: "127.0.0.1.evil.example" })).toBe(403);
    expect(await statusWith(mock, { origin: "https://evil.example" })).toBe(403);
    expect(await statusWith(mock, { origin: "null" })).toBe(403);
    expect(await statusWith(mock, { origin: "http://localhost:3000" })).toBe(200);
  });
});
