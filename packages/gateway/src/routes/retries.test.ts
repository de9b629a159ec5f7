import { describe, expect, it } from "vitest";
import { chat, gatewayFor, mockFor } from "../testing/gateway.js";
import { teller, twoProviders } from "../testing/two-providers.js";

/** A provider that fails its first calls and is well from then on. */
async function recovering(kind: "error-500" | "reset" | "throttled" | "hang" | "quota", failures: number) {
  const mock = await mockFor();
  mock.setBehaviour({ faults: [{ kind, retryAfterMs: kind === "throttled" ? 20 : undefined }] });
  void mock.waitForAttempts(failures).then(
    () => mock.setBehaviour(undefined),
    () => {},
  );
  return mock;
}

describe("retries", () => {
  it("H4: there are none unless they are asked for", async () => {
    const mock = await recovering("error-500", 1);
    const gateway = await gatewayFor(mock);
    expect((await chat(gateway, "m")).status).toBe(500);
    expect(mock.attemptsTotal()).toBe(1);
  });

  it.each(["error-500", "reset", "throttled"] as const)(
    "%s: the same target is asked again",
    async (kind) => {
      const mock = await recovering(kind, 1);
      const gateway = await gatewayFor(mock, { retries: { attempts: 2 } });
      const answer = await chat(gateway, "m", true);
      expect([answer.status, ...teller(answer)]).toEqual([200, "p", "m", "2"]);
      expect(await answer.text()).toContain("[DONE]");
      expect(mock.attemptsTotal()).toBe(2);
    },
  );

  it("no more than `attempts`, and the last failure is passed on", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "error-500" }] });
    const gateway = await gatewayFor(mock, { retries: { attempts: 2 }, circuit: { policy: "errors" } });
    const answer = await chat(gateway, "m");
    expect([answer.status, answer.headers.get("x-recloser-attempts")]).toEqual([500, "2"]);
    expect(await answer.text()).toContain("server_error");
    expect(mock.attemptsTotal()).toBe(2);
  });

  it.each(["quota", "bad-request", "malformed", "unauthorized"] as const)(
    "%s is not worth one",
    async (kind) => {
      const mock = await mockFor();
      mock.setBehaviour({ faults: [{ kind }] });
      const gateway = await gatewayFor(mock, { retries: { attempts: 3 } });
      await chat(gateway, "m");
      expect(mock.attemptsTotal()).toBe(1);
    },
  );

  it("F6: a longer pause than a caller would wait for is passed on at once", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "throttled", retryAfterMs: 60_000 }] });
    const gateway = await gatewayFor(mock, { retries: { attempts: 3 } });
    const answer = await chat(gateway, "m");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(mock.attemptsTotal()).toBe(1);
  });

  it("G7: a dead provider gets few retries, whatever the number of calls", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "error-500" }] });
    const gateway = await gatewayFor(mock, {
      retries: { attempts: 2, budget: 0.1 },
      circuit: { policy: { consecutive: 1_000 } },
    });
    for (let i = 0; i < 20; i++) await chat(gateway, "m");
    expect(mock.attemptsTotal()).toBeLessThanOrEqual(23);
  });

  it("successes pay for them", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, {
      retries: { attempts: 2, budget: 1 },
      circuit: { policy: { consecutive: 1_000 } },
    });
    for (let i = 0; i < 6; i++) await chat(gateway, "m");
    mock.clear();
    mock.setBehaviour({ faults: [{ kind: "error-500" }] });
    for (let i = 0; i < 5; i++) await chat(gateway, "m");
    expect(mock.attemptsTotal()).toBe(10);
  });

  it("where the provider asks for a pause, the next target is asked instead", async () => {
    const { a, b, gateway } = await twoProviders({}, { retries: { attempts: 3 } });
    a.setBehaviour({ faults: [{ kind: "throttled", retryAfterMs: 5_000 }] });
    expect(teller(await chat(gateway, "m"))).toEqual(["b", "spare", "2"]);
    expect([a.attemptsTotal(), b.attemptsTotal()]).toEqual([1, 1]);
  });

  it("a retry that its circuit refuses leaves the failure before it", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "error-500" }] });
    const gateway = await gatewayFor(mock, {
      retries: { attempts: 2 },
      circuit: { policy: { consecutive: 1 } },
    });
    const answer = await chat(gateway, "m");
    expect([answer.status, ...teller(answer)]).toEqual([500, "p", "m", "1"]);
  });

  it("a client that leaves during the wait ends it: nothing more is sent", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "throttled", retryAfterMs: 400 }] });
    const gateway = await gatewayFor(mock, { retries: { attempts: 2 } });
    const leaving = new AbortController();
    const call = chat(gateway, "m", false, { signal: leaving.signal }).catch(() => "gone");
    await expect.poll(() => gateway.circuits.get("p/m").snapshot().totals.settled).toBe(1);
    leaving.abort();
    expect(await call).toBe("gone");
    // It waits no longer than a retry would have.
    await expect
      .poll(async () => (await fetch(`${gateway.adminUrl}/metrics`)).text())
      .toMatch(/recloser_gateway_open_requests 0/);
    await gateway.close();
    expect(mock.attemptsTotal()).toBe(1);
  });

  it("a gateway that stops answers those who wait for a retry", async () => {
    const mock = await mockFor();
    mock.setBehaviour({ faults: [{ kind: "throttled", retryAfterMs: 9_000 }] });
    const gateway = await gatewayFor(mock, { retries: { attempts: 2 } });
    const call = chat(gateway, "m");
    await expect.poll(() => gateway.circuits.get("p/m").snapshot().totals.settled).toBe(1);
    await gateway.close({ drainMs: 10 });
    const answer = await call;
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      503,
      "gateway_stopping",
    ]);
  });
});
