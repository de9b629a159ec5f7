import { request as httpRequest } from "node:http";
import type { CircuitSnapshot } from "recloser";
import { describe, expect, it } from "vitest";
import { chat, gatewayFor, mockFor, post } from "../testing/gateway.js";

/** Status of a request whose headers no browser would let us choose. */
function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(url, { headers }, (res) => {
      res.resume();
      res.once("end", () => resolve(res.statusCode));
    });
    req.once("error", reject);
    req.end();
  });
}

async function failing() {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock);
  await chat(gateway, "good");
  for (let i = 0; i < 8; i++) await chat(gateway, "mock-fault:error-503");
  await chat(gateway, "mock-fault:bad-request");
  return { mock, gateway, admin: { url: gateway.adminUrl } };
}

const bad = "p/mock-fault:error-503";

describe("the admin port", () => {
  it("tells how it is and what its circuits are", async () => {
    const { admin } = await failing();
    const health = await fetch(`${admin.url}/healthz`);
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: "ok", openRequests: 0, circuits: 3 },
    ]);

    const circuits = (await (await fetch(`${admin.url}/api/circuits`)).json()) as (CircuitSnapshot & {
      at: string;
    })[];
    expect(circuits.map((one) => [one.circuit, one.state])).toEqual([
      ["p/good", "closed"],
      [bad, "open"],
      ["p/mock-fault:bad-request", "closed"],
    ]);
    expect(Math.abs(Date.parse(circuits[0]?.at ?? "") - Date.now())).toBeLessThan(60_000);
    expect(circuits[1]?.cause).toContain("503 service_unavailable_error");

    const single = await fetch(`${admin.url}/api/circuits/${encodeURIComponent(bad)}`);
    expect(((await single.json()) as CircuitSnapshot).circuit).toBe(bad);
    expect((await fetch(`${admin.url}/api/circuits/none`)).status).toBe(404);
    expect((await fetch(`${admin.url}/nothing`)).status).toBe(404);
  });

  it("lets an operator hold a circuit for a bounded time", async () => {
    const { gateway, admin, mock } = await failing();
    const force = (body: object) => post(admin, "/api/circuits/force", body);
    const held = await force({ circuit: "p/good", to: "open", forMs: 60_000, reason: "maintenance" });
    expect([held.status, ((await held.json()) as CircuitSnapshot).state]).toEqual([200, "forced-open"]);
    const before = mock.attemptsTotal();
    expect((await chat(gateway, "good")).headers.get("x-recloser-reason")).toBe("forced-open");
    expect(mock.attemptsTotal()).toBe(before);
    await force({ circuit: "p/good", to: "closed", forMs: 60_000, reason: "maintenance is over" });
    expect((await post(admin, "/api/circuits/release", { circuit: "p/good" })).status).toBe(200);
    expect((await chat(gateway, "good")).headers.get("x-recloser-state")).toBe("closed");
  });

  it("lets an operator have a circuit observe for a while: it reports, and rejects nothing", async () => {
    const { gateway, admin } = await failing();
    expect((await chat(gateway, "mock-fault:error-503")).headers.get("x-recloser-reason")).toBe("open");
    const observing = await post(admin, "/api/circuits/force", {
      circuit: bad,
      to: "observe",
      forMs: 60_000,
      reason: "is it the breaker?",
    });
    expect(observing.status).toBe(200);
    const answer = await chat(gateway, "mock-fault:error-503");
    expect(await answer.json()).toMatchObject({ error: { type: "service_unavailable_error" } });
    expect((await post(admin, "/api/circuits/release", { circuit: bad })).status).toBe(200);
  });

  it("lists what there is, the page's data too", async () => {
    const gateway = await gatewayFor(await mockFor());
    const { endpoints } = (await (await fetch(gateway.adminUrl)).json()) as { endpoints: string[] };
    for (const endpoint of endpoints) {
      const [method = "", path = ""] = endpoint.split(" ");
      // A stream would go on.
      if (path === "/api/live" || path === "/api/events") continue;
      const { status, headers } = await fetch(gateway.adminUrl + path, { method });
      const text = `${endpoint}: ${status} ${headers.get("content-type")}`;
      expect(text).toMatch(path.includes(":name") ? /404 application\/json/ : /: (?:200|400|415) /);
    }
    expect(endpoints.join("\n")).toMatch(/overview.*\n.*detail.*\n.*live.*\n.*actions/);
  });

  it.each([
    [
      { circuit: "p/none", to: "open", forMs: 1, reason: "x" },
      404,
      "There is no such circuit; GET /api/circuits lists them.",
    ],
    [
      { circuit: "p/good", to: "ajar", forMs: 1, reason: "x" },
      400,
      'to is missing or wrong; give "open", "closed" or "observe".',
    ],
    [
      { circuit: "p/good", to: "open", forMs: 0, reason: "x" },
      400,
      "forMs is missing or wrong; give milliseconds of at least 1.",
    ],
    [
      { circuit: "p/good", to: "open", forMs: 1e12, reason: "x" },
      400,
      "forMs is missing or wrong; give milliseconds, at most a day.",
    ],
    [
      { circuit: "p/good", to: "open", forMs: 1 },
      400,
      "reason is missing or wrong; say why, for whoever reads the events.",
    ],
    [
      { circuit: "p/good", to: "open", forMs: 1, reason: "x", for: 1 },
      400,
      'There is no option "for"; check its spelling.',
    ],
    [[], 400, "The body is not a JSON object; send one."],
  ])("refuses %j", async (body, status, error) => {
    const { admin } = await failing();
    const answer = await post(admin, "/api/circuits/force", body);
    expect([answer.status, await answer.json()]).toEqual([status, { error }]);
  });

  it.each([
    ["POST", "/api/circuits/force", 400, "The body is not a JSON object; send one."],
    ["POST", "/api/circuits/release", 400, "The body is not a JSON object; send one."],
    ["POST", "/nope", 404, "There is no such page; GET / lists what there is."],
    ["DELETE", "/api/circuits", 404, "There is no such page; GET / lists what there is."],
    ["PUT", "/", 404, "There is no such page; GET / lists what there is."],
  ])("%s %s without a body is %s", async (method, path, status, error) => {
    const gateway = await gatewayFor(await mockFor());
    const answer = await fetch(gateway.adminUrl + path, { method });
    expect([answer.status, await answer.json()]).toEqual([status, { error }]);
    expect(gateway.lines.join("")).not.toContain("bug");
  });

  it("takes a body in chunks, and no large one", async () => {
    const { admin } = await failing();
    const send = (body: object) => {
      const stream = new Blob([JSON.stringify(body)]).stream();
      const init = { method: "POST", body: stream, duplex: "half" } as RequestInit;
      return fetch(`${admin.url}/api/circuits/force`, init);
    };
    const force = { circuit: "p/good", to: "open", forMs: 60_000, reason: "maintenance" };
    expect((await send(force)).status).toBe(200);
    const large = { ...force, reason: "x".repeat(20_000) };
    for (const answer of [await send(large), await post(admin, "/api/circuits/force", large)]) {
      expect([answer.status, await answer.json()]).toEqual([
        413,
        { error: "The body has more than 16384 bytes; send less." },
      ]);
    }
  });

  it("lists what there is", async () => {
    const gateway = await gatewayFor(await mockFor());
    const { endpoints } = (await (await fetch(gateway.adminUrl)).json()) as { endpoints: string[] };
    expect(endpoints).toEqual(
      expect.arrayContaining(["GET /metrics", "POST /api/circuits/force", "POST /api/circuits/release"]),
    );
  });

  it("is closed to web pages of other hosts", async () => {
    const { admin } = await failing();
    const { port } = new URL(admin.url);
    const url = `${admin.url}/api/circuits`;
    expect(await statusWith(url, { host: `evil.example:${port}` })).toBe(403);
    expect(await statusWith(url, { host: "127.0.0.1.evil.example" })).toBe(403);
    expect(await statusWith(url, { origin: "https://evil.example" })).toBe(403);
    expect(await statusWith(url, { origin: "null" })).toBe(403);
    expect(await statusWith(url, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(
      200,
    );
    expect(await statusWith(url, { host: `[::1]:${port}` })).toBe(200);
  });

  it("asks for its token where one is set", async () => {
    const token = "a-token-of-the-operators";
    const gateway = await gatewayFor(await mockFor(), { admin: { token } });
    const status = (headers: Record<string, string>) => statusWith(`${gateway.adminUrl}/metrics`, headers);
    expect(await status({})).toBe(401);
    expect(await status({ authorization: "Bearer wrong" })).toBe(401);
    expect(await status({ authorization: `Bearer ${token}`, host: "gateway.internal" })).toBe(200);
    expect((await fetch(`${gateway.adminUrl}/healthz`)).status).toBe(200);
  });
});

describe("metrics", () => {
  it("have a series for each circuit and state, in Prometheus's format", async () => {
    const { gateway, admin } = await failing();
    const answer = await fetch(`${admin.url}/metrics`);
    expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    const lines = (await answer.text()).trimEnd().split("\n");
    for (const line of lines) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="([^"\\\n]|\\.)*",?)+\})? -?[\d.e+-]+|)$/);
    }
    const expected = [
      `recloser_circuit_state{circuit="${bad}",state="open"} 1`,
      `recloser_circuit_state{circuit="${bad}",state="closed"} 0`,
      `recloser_calls_total{circuit="p/good",verdict="success",reason=""} 1`,
      `recloser_calls_total{circuit="p/mock-fault:bad-request",verdict="neutral",reason="invalid-request"} 1`,
      `recloser_opened_total{circuit="${bad}"} 1`,
      `recloser_in_flight{circuit="p/good"} 0`,
      "recloser_circuits 3",
      "recloser_gateway_draining 0",
    ];
    expect(lines).toEqual(expect.arrayContaining(expected));
    const count = (name: string) =>
      Number(
        lines
          .find((line) => line.startsWith(`${name}{circuit="${bad}"`))
          ?.split(" ")
          .at(-1),
      );
    expect(count("recloser_calls_total") + count("recloser_rejected_total")).toBe(8);
    expect(lines.some((line) => line.startsWith('recloser_meter{circuit="p/good",meter="errors"}'))).toBe(
      true,
    );
    expect(
      lines.some((line) => line.startsWith('recloser_duration_seconds{circuit="p/good",quantile="0.99"}')),
    ).toBe(true);
    // Asking twice changes nothing but time.
    await chat(gateway, "good");
    expect(await (await fetch(`${admin.url}/metrics`)).text()).toContain('verdict="success",reason=""} 2');
  });

  it("names that callers make up cannot break them, or grow them without bound", async () => {
    const gateway = await gatewayFor(await mockFor(), { limits: { maxCircuits: 250 } });
    await chat(gateway, 'x"} 1\nevil{a="\\');
    for (let i = 0; i < 300; i++) await chat(gateway, `model-${i}`);
    const text = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    expect(text).not.toMatch(/^evil/m);
    expect(text).toContain("recloser_circuits 250\n");
    expect(text.match(/^recloser_in_flight\{/gm)).toHaveLength(200);
  });
});
