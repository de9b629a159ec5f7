import { beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../../../dashboard/src/testing/chromium.js";
import { chat, gatewayFor, mockFor } from "../../testing/gateway.js";

const TOKEN = "a-token-of-enough-length";
const HTML = { accept: "text/html,application/xhtml+xml" };

beforeAll(buildPage);

describe("the page on the admin port", () => {
  it("is what browsers get, while programs get the list of what there is", async () => {
    const gateway = await gatewayFor(await mockFor());

    const page = await fetch(gateway.adminUrl, { headers: HTML });
    const list = await fetch(gateway.adminUrl);

    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await list.json()).toMatchObject({ name: "recloser gateway" });
  });

  it("tells the gateway's circuits, by the same contract as for library users", async () => {
    const gateway = await gatewayFor(await mockFor());
    await (await chat(gateway, "gpt-5")).text();

    const overview = await (await fetch(`${gateway.adminUrl}/api/overview`)).json();
    const detail = await fetch(`${gateway.adminUrl}/api/detail/p%2Fgpt-5`);

    expect(overview).toMatchObject({ rows: [{ circuit: "p/gpt-5", standing: "closed" }], hidden: 0 });
    expect(await detail.json()).toMatchObject({
      row: { circuit: "p/gpt-5" },
      facts: { totals: { admitted: 1 } },
    });
  });

  it("wants the token for the data, not for the page", async () => {
    const gateway = await gatewayFor(await mockFor(), { admin: { token: TOKEN } });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(gateway.adminUrl + path, { headers })).status;

    expect(await status("/", HTML)).toBe(200);
    expect(await status("/")).toBe(401);
    for (const path of ["/api/overview", "/api/live", "/api/detail/x"]) expect(await status(path)).toBe(401);
    expect(await status("/api/overview", { authorization: `Bearer ${TOKEN}` })).toBe(200);
  });

  it("takes no action from a page of another site", async () => {
    const gateway = await gatewayFor(await mockFor());
    await (await chat(gateway, "gpt-5")).text();
    const act = (headers: Record<string, string>) =>
      fetch(`${gateway.adminUrl}/api/actions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ circuit: "p/gpt-5", action: "force-open", forMs: 1_000, reason: "r" }),
      });

    expect((await act({ origin: "https://evil.example" })).status).toBe(403);
    expect((await act({ origin: "http://127.0.0.1:1" })).status).toBe(403);
    expect(gateway.circuits.get("p/gpt-5").state).toBe("closed");
    expect((await act({ origin: gateway.adminUrl })).status).toBe(200);
    expect(gateway.circuits.get("p/gpt-5").state).toBe("forced-open");
  });

  it("leaves everything else on the port as it is", async () => {
    const gateway = await gatewayFor(await mockFor());

    expect((await fetch(`${gateway.adminUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway.adminUrl}/api/circuits`)).status).toBe(200);
    expect((await fetch(`${gateway.adminUrl}/nowhere`)).status).toBe(404);
  });
});
