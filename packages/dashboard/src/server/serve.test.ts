import { request } from "node:http";
import { Circuits } from "recloser";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../testing/chromium.js";
import { type Dashboard, type DashboardOptions, serveDashboard } from "./serve.js";

const TOKEN = "a-token-of-enough-length";
const ACTION = { circuit: "a/b", action: "force-open", forMs: 60_000, reason: "incident" };

beforeAll(buildPage);

const served: Dashboard[] = [];
afterEach(async () => {
  for (const dashboard of served.splice(0)) await dashboard.close();
});

async function dashboardOf(options: DashboardOptions = {}): Promise<{ circuits: Circuits; url: string }> {
  const circuits = new Circuits();
  circuits.get("a/b");
  const dashboard = await serveDashboard(circuits, options);
  served.push(dashboard);
  return { circuits, url: dashboard.url };
}

function act(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/actions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** A request as no browser or fetch would make it. */
function raw(
  url: string,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port, hostname } = new URL(url);
    request({ port, hostname, path, method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

describe("what is served", () => {
  it("is the page, its assets, and nothing else of the disk", async () => {
    const { url } = await dashboardOf();
    const page = await fetch(url);
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");

    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const asset of assets) {
      expect(asset).toMatch(/^\//);
      expect((await fetch(url + asset)).status).toBe(200);
    }
    for (const path of [
      "/../package.json",
      "/%2e%2e/package.json",
      "/assets/../../index.js",
      "/index.html.map",
      "//",
      "/assets/",
    ])
      expect(await raw(url, path)).toBeGreaterThanOrEqual(400);
  });

  it("has a strict policy on every answer", async () => {
    const { url } = await dashboardOf();
    for (const path of ["/", "/api/overview", "/api/detail/none"]) {
      const { headers } = await fetch(url + path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*|http/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
    }
    expect((await fetch(`${url}/api/overview`)).headers.get("cache-control")).toBe("no-store");
  });

  it("is compressed for who takes it, and known again by its tag", async () => {
    const { url } = await dashboardOf();
    const first = await fetch(url);
    const tag = first.headers.get("etag") ?? "";

    expect(first.headers.get("content-encoding")).toBe("gzip");
    expect((await fetch(url, { headers: { "if-none-match": tag } })).status).toBe(304);
  });

  it("is one circuit, by a name with anything in it", async () => {
    const { circuits, url } = await dashboardOf();
    circuits.get("a/b?c#d%20ü");

    const found = await fetch(`${url}/api/detail/${encodeURIComponent("a/b?c#d%20ü")}`);

    expect(await found.json()).toMatchObject({ row: { circuit: "a/b?c#d%20ü" } });
    expect((await fetch(`${url}/api/detail/none`)).status).toBe(404);
    expect((await fetch(`${url}/api/detail/%ff`)).status).toBe(404);
  });
});

describe("who may ask", () => {
  it("on loopback: nobody from another site, whatever name they call us by", async () => {
    const { circuits, url } = await dashboardOf();
    const { port, host } = new URL(url);

    expect(await raw(url, "/api/overview", { host: `evil.example:${port}` })).toBe(403);
    expect(await raw(url, "/", { host: "evil.example" })).toBe(403);
    expect((await act(url, ACTION, { origin: "https://evil.example" })).status).toBe(403);
    expect((await act(url, ACTION, { origin: "null" })).status).toBe(403);
    // Another server of this machine is another site too.
    expect((await act(url, ACTION, { origin: "http://127.0.0.1:1" })).status).toBe(403);
    expect(
      await raw(url, "/api/overview", { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" }),
    ).toBe(403);
    // A form of another site sends no JSON.
    expect((await act(url, JSON.stringify(ACTION), { "content-type": "text/plain" })).status).toBe(415);
    expect(circuits.get("a/b").state).toBe("closed");
    // A link from elsewhere may lead to the page.
    expect(await raw(url, "/", { host, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).toBe(
      200,
    );
    expect(await raw(url, "/", { host: `localhost:${port}` })).toBe(200);
  });

  it("with a token: who knows it, and the page is for all, for it asks for the token", async () => {
    const { url } = await dashboardOf({ token: TOKEN });
    const status = async (authorization?: string) =>
      (await fetch(`${url}/api/overview`, { headers: authorization === undefined ? {} : { authorization } }))
        .status;

    expect((await fetch(url)).status).toBe(200);
    expect(await status()).toBe(401);
    expect(await status("Bearer wrong")).toBe(401);
    expect(await status(`Bearer ${TOKEN}x`)).toBe(401);
    expect(await status(`Bearer ${TOKEN}`)).toBe(200);
    expect((await act(url, ACTION)).status).toBe(401);
  });

  it("off loopback only with a token", async () => {
    const circuits = new Circuits();

    await expect(serveDashboard(circuits, { host: "0.0.0.0" })).rejects.toThrow(/give a token too/);
    await expect(serveDashboard(circuits, { token: "short" })).rejects.toThrow(/token is shorter than 16/);
    await expect(serveDashboard(circuits, { port: 70_000 })).rejects.toThrow(
      /port is 70000; give a whole number/,
    );
  });
});

describe("actions", () => {
  it.each([
    ["no JSON", "{", "not a JSON object"],
    ["a list", [], "not a JSON object"],
    ["no circuit", { ...ACTION, circuit: "" }, "circuit is missing"],
    [
      "no such action",
      { ...ACTION, action: "explode" },
      "action is missing or unknown; give one of force-open",
    ],
    ["no reason", { ...ACTION, reason: " " }, "reason is missing or wrong"],
    ["two lines", { ...ACTION, reason: "a\nb" }, "on one line"],
    ["a long reason", { ...ACTION, reason: "x".repeat(201) }, "1 to 200 characters"],
    ["no time", { ...ACTION, forMs: undefined }, "forMs is missing or wrong"],
    ["for ever", { ...ACTION, forMs: 86_400_001 }, "at most a day"],
    ["a time as text", { ...ACTION, forMs: "60000" }, "forMs is missing or wrong"],
    ["a release for a time", { ...ACTION, action: "release" }, "forMs has no meaning"],
    ["a slip of the pen", { ...ACTION, foo: 1 }, 'no option "foo"'],
  ])("are refused in a sentence: %s", async (_name, body, message) => {
    const { circuits, url } = await dashboardOf();

    const answer = await act(url, body);

    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toContain(message);
    expect(circuits.get("a/b").state).toBe("closed");
  });

  it("are refused when they are too large, or about nothing", async () => {
    const { url } = await dashboardOf();

    expect((await act(url, { ...ACTION, reason: "x".repeat(20_000) })).status).toBe(413);
    expect((await act(url, { ...ACTION, circuit: "none" })).status).toBe(404);
    expect((await fetch(`${url}/api/actions`)).status).toBe(405);
    expect((await fetch(`${url}/api/overview`, { method: "POST" })).status).toBe(405);
  });

  it("do what they say, and keep secrets out of the log", async () => {
    const { circuits, url } = await dashboardOf();

    const answer = await act(url, { ...ACTION, reason: "key sk-abcdefghijklmnopqrstuv leaked" });

    expect(await answer.json()).toMatchObject({ row: { standing: "forced-open" } });
    expect(circuits.get("a/b").state).toBe("forced-open");
    expect(await (await fetch(`${url}/api/detail/a%2Fb`)).text()).not.toContain("abcdefghij");
  });
});

describe("starting and ending", () => {
  it("says in a sentence that a port is in use", async () => {
    const { url } = await dashboardOf();

    await expect(serveDashboard(new Circuits(), { port: Number(new URL(url).port) })).rejects.toThrow(
      /^Cannot listen on 127.0.0.1, port \d+ \(EADDRINUSE\); give another/,
    );
  });

  it("ends open streams when it is closed, twice if need be", async () => {
    const dashboard = await serveDashboard(new Circuits());
    const stream = await fetch(`${dashboard.url}/api/live`);
    const read = stream.text().catch(() => "broken off");

    await dashboard.close();
    await dashboard.close();

    expect(await read).toMatch(/event: overview|broken off/);
  });

  it("lets go of a reader who leaves", async () => {
    const { url, circuits } = await dashboardOf();
    const leaving = new AbortController();
    const stream = await fetch(`${url}/api/live`, { signal: leaving.signal });
    leaving.abort();
    await stream.text().catch(() => {});

    circuits.get("a/b").force("open", { forMs: 1_000, reason: "r" });

    expect((await fetch(`${url}/api/overview`)).status).toBe(200);
  });
});
