import { Circuits, consecutive } from "recloser";
import { describe, expect, it } from "vitest";
import { circuitOptions } from "../config/circuit-options.js";
import { parseConfig } from "../config/load.js";
import { chat, gatewayFor, mockFor, openai, question } from "../testing/gateway.js";
import { twoProviders } from "../testing/two-providers.js";
import { Scopes } from "./scopes.js";

const tenant = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

/** A provider where one account is in trouble and all others are fine. */
async function oneInTrouble(kind: "quota" | "throttled", config: Parameters<typeof gatewayFor>[1] = {}) {
  const mock = await mockFor();
  const gateway = await gatewayFor(mock, config);
  const poor = async () => {
    mock.setBehaviour({ faults: [{ kind, retryAfterMs: 30_000 }] });
    const answer = await chat(gateway, "m", false, tenant("poor"));
    mock.setBehaviour(undefined);
    return answer;
  };
  const rich = () => chat(gateway, "m", false, tenant("rich"));
  return { mock, gateway, poor, rich };
}

describe("one tenant's account is its own", () => {
  it.each(["quota", "throttled"] as const)(
    "G9: %s opens the circuit of its credential, and no other",
    async (kind) => {
      const { mock, gateway, poor, rich } = await oneInTrouble(kind);
      const first = await poor();
      expect([first.status, first.headers.get("x-recloser-circuit")]).toEqual([429, "p/m"]);
      for (let i = 0; i < 4; i++) await poor();
      const attempts = mock.attemptsTotal();

      const rejected = await poor();
      const name = rejected.headers.get("x-recloser-circuit") ?? "";
      expect([rejected.status, name]).toEqual([503, expect.stringMatching(/^p\/m#k-[0-9a-f]{8}$/)]);
      expect(rejected.headers.get("x-recloser-reason")).toBe(kind);
      expect(mock.attemptsTotal()).toBe(attempts);
      expect((await rich()).status).toBe(200);
      expect(gateway.circuits.get("p/m").snapshot()).toMatchObject({
        state: "closed",
        window: { failures: 0 },
        inFlight: { total: 0 },
      });
      expect(gateway.circuits.get(name).snapshot().inFlight.total).toBe(0);
      // Two tenants' trouble is not a provider's.
      expect(gateway.circuits.providers().flatMap(({ open }) => open)).toEqual([]);
    },
  );

  it("its account well again, its circuit closes at the first answer", async () => {
    const { gateway, poor } = await oneInTrouble("throttled", {
      circuit: { coolDown: { initialMs: 20, maxMs: 20, retryAfterMaxMs: 20 } },
    });
    for (let i = 0; i < 5; i++) await poor();
    const [name = ""] = [...gateway.circuits].map((one) => one.name).filter((one) => one.includes("#k-"));
    expect(["open", "half-open"]).toContain(gateway.circuits.get(name).state);
    await expect.poll(async () => (await chat(gateway, "m", false, tenant("poor"))).status).toBe(200);
    expect(gateway.circuits.get(name).state).toBe("closed");
  });

  it("a provider that fails opens the model's circuit for everybody, and no account's", async () => {
    const { mock, gateway, poor } = await oneInTrouble("throttled");
    await poor();
    mock.setBehaviour({ faults: [{ kind: "error-500" }] });
    for (let i = 0; i < 8; i++) await chat(gateway, "m", false, tenant(i % 2 === 0 ? "poor" : "rich"));
    const states = gateway.circuits
      .snapshot()
      .map(({ circuit, state }) => [circuit.replace(/-.*/, ""), state]);
    expect(Object.fromEntries(states)).toEqual({ "p/m": "open", "p/m#k": "closed" });
  });

  it("keys alone make no circuits, however many there are", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock);
    for (const kind of [undefined, "unauthorized", "error-500"] as const) {
      mock.setBehaviour(kind && { faults: [{ kind }] });
      for (let i = 0; i < 20; i++) await chat(gateway, "m", false, tenant(`invented-${i}`));
    }
    expect([...gateway.circuits].map(({ name }) => name)).toEqual(["p/m"]);
  });

  it("apart: false counts it for the model, as does a call without a credential", async () => {
    const { gateway, poor } = await oneInTrouble("quota", { credentials: { apart: false } });
    for (let i = 0; i < 3; i++) await poor();
    expect(gateway.circuits.get("p/m").snapshot()).toMatchObject({ state: "open" });

    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "quota" }] });
    const bare = await gatewayFor(mock);
    for (let i = 0; i < 3; i++) await chat(bare, "m");
    expect([...bare.circuits].map(({ name, state }) => [name, state])).toEqual([["p/m", "open"]]);
  });

  it("a key of the operator's gives the same names in another process", async () => {
    const names: string[] = [];
    for (let i = 0; i < 2; i++) {
      const { gateway, poor } = await oneInTrouble("quota", {
        credentials: { hashKey: "a-key-of-the-operator" },
      });
      await poor();
      names.push(...[...gateway.circuits].map(({ name }) => name).filter((name) => name.includes("#")));
    }
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(1);
  });

  it("an empty account goes on to the fallback, which has one of its own", async () => {
    const { a, b, gateway } = await twoProviders();
    a.setBehaviour({ faults: [{ kind: "quota" }] });
    for (let i = 0; i < 6; i++) {
      await openai(gateway, "poor").chat.completions.create({ model: "m", messages: question });
    }
    expect(a.attemptsTotal()).toBe(2);
    expect(b.attemptsTotal()).toBe(6);
  });

  it("secrets: no key is in any name, log or metric", async () => {
    const { gateway, poor } = await oneInTrouble("quota");
    for (let i = 0; i < 4; i++) await poor();
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain("p/m#k-");
    expect(metrics + gateway.lines.join("")).not.toContain("poor");
  });
});

describe("two permits of one call", () => {
  const config = parseConfig({ providers: [{ upstream: "http://a" }], limits: { maxCircuits: 4 } });
  const options = { ...circuitOptions(config), detector: consecutive(1), coolDown: { initialMs: 60_000 } };
  const call = { provider: "p", model: "m", credential: () => "secret" };

  function inTrouble() {
    const circuits = new Circuits(options);
    const scopes = new Scopes(circuits, config.credentials, config.limits.maxCircuits);
    const first = scopes.admit(call);
    if (first.ok) first.pass.settle({ verdict: "failure", reason: "throttled" });
    const account = circuits.snapshot().find(({ circuit }) => circuit.includes("#"))?.circuit ?? "";
    return { circuits, scopes, health: circuits.get("p/m"), account: circuits.get(account) };
  }

  it("where the account says no, the model's circuit was never asked", () => {
    const { scopes, health, account } = inTrouble();
    account.force("open", { forMs: 1_000, reason: "a test" });
    const before = health.snapshot().totals.admitted;
    expect(scopes.admit(call).ok).toBe(false);
    expect(health.snapshot().totals.admitted).toBe(before);
  });

  it("where the model says no, the account's permit is given back", () => {
    const { scopes, health, account } = inTrouble();
    health.force("open", { forMs: 1_000, reason: "a test" });
    for (let i = 0; i < 50; i++) expect(scopes.admit(call).ok).toBe(false);
    expect(account.snapshot()).toMatchObject({ state: "closed", inFlight: { total: 0 } });
    expect(account.snapshot().totals).toMatchObject({ admitted: 51, settled: 51 });
  });

  it("both are settled, whatever the verdict", () => {
    const { scopes, health, account } = inTrouble();
    for (const verdict of [
      { verdict: "success" },
      { verdict: "neutral", reason: "cancelled" },
      { verdict: "failure", reason: "throttled" },
      { verdict: "failure", reason: "stalled" },
    ] as const) {
      const admission = scopes.admit(call);
      if (admission.ok) {
        admission.pass.begun();
        admission.pass.progress();
        admission.pass.settle(verdict);
        admission.pass.settle(verdict);
      }
      expect([health.snapshot().inFlight.total, account.snapshot().inFlight.total]).toEqual([0, 0]);
    }
    expect(account.snapshot().window.failures).toBe(2);
  });

  it("a model that is named like a credential's circuit is not one", () => {
    const circuits = new Circuits(options);
    const scopes = new Scopes(circuits, config.credentials, 4);
    const admission = scopes.admit({ ...call, model: "m#k-3f2a91bc" });
    expect(admission.ok && admission.pass.circuit.name).toBe("p/m%23k-3f2a91bc");
  });

  it("D5: a crowd of accounts in trouble stays bounded", () => {
    const circuits = new Circuits(options);
    const scopes = new Scopes(circuits, config.credentials, 4);
    for (let i = 0; i < 1_000; i++) {
      const admission = scopes.admit({ ...call, credential: () => `k${i}` });
      if (admission.ok) admission.pass.settle({ verdict: "failure", reason: "throttled" });
    }
    expect(circuits.size).toBeLessThanOrEqual(5);
  });
});
