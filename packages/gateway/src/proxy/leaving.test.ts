import { type APIConnectionTimeoutError, OpenAI } from "openai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { gatewayFor, mockFor, question, settled } from "../testing/gateway.js";
import { verdictOfLeaving } from "./leaving.js";

const model = "mock-fault:hang";
afterEach(() => {
  vi.restoreAllMocks();
});

/** Lets the circuits' time jump ahead. */
function skipped(): { ms: number } {
  const now = performance.now.bind(performance);
  const skip = { ms: 0 };
  vi.spyOn(performance, "now").mockImplementation(() => now() + skip.ms);
  return skip;
}

/** What a call that hangs until its client's own timeout says. */
async function leaves(options: {
  readonly limits?: { readonly clientTimeoutMs: number };
  readonly client?: number;
  readonly request?: number;
  readonly afterMs: number;
}): Promise<string> {
  const skip = skipped();
  const mock = await mockFor();
  const gateway = await gatewayFor(mock, options.limits === undefined ? {} : { limits: options.limits });
  const verdict = settled(gateway, `p/${model}`);
  const openai = new OpenAI({
    apiKey: "k",
    baseURL: `${gateway.url}/v1`,
    maxRetries: 0,
    ...(options.client === undefined ? {} : { timeout: options.client }),
  });
  const call = openai.chat.completions
    .create(
      { model, messages: question },
      options.request === undefined ? undefined : { timeout: options.request },
    )
    .catch((error: APIConnectionTimeoutError) => error.constructor.name);
  await mock.waitForAttempts(1);
  skip.ms = options.afterMs;
  expect(await call).toBe("APIConnectionTimeoutError");
  return verdict;
}

describe("A6: a client whose own time runs out while the provider hangs", () => {
  it("that does not say so has cancelled, for all that anybody knows", async () => {
    expect(await leaves({ client: 500, afterMs: 20_000 })).toBe("cancelled");
  });

  it("is evidence where clientTimeoutMs says it, and the wait was long enough", async () => {
    const limits = { clientTimeoutMs: 20_000 };
    expect(await leaves({ limits, client: 500, afterMs: 20_000 })).toBe("timeout");
  });

  it("is a deadline and no evidence where the wait was short", async () => {
    const limits = { clientTimeoutMs: 300 };
    expect(await leaves({ limits, client: 500, afterMs: 0 })).toBe("deadline");
  });

  it("is told by the header that SDKs send for one request's timeout", async () => {
    expect(await leaves({ request: 500, afterMs: 20_000 })).toBe("timeout");
  });

  it("which is no evidence where it was short", async () => {
    expect(await leaves({ request: 500, afterMs: 0 })).toBe("deadline");
  });
});

it("what leaving says", () => {
  const base = { waitedMs: 20_000, deadlineMs: 20_000, patienceMs: 15_000, held: false };
  expect(verdictOfLeaving(base)).toEqual({ verdict: "failure", reason: "timeout" });
  expect(verdictOfLeaving({ ...base, held: true })).toEqual({ verdict: "neutral", reason: "deadline" });
  expect(verdictOfLeaving({ ...base, patienceMs: 20_001 })).toEqual({
    verdict: "neutral",
    reason: "deadline",
  });
  expect(verdictOfLeaving({ ...base, deadlineMs: 20_001 })).toEqual({
    verdict: "neutral",
    reason: "cancelled",
  });
  expect(verdictOfLeaving({ ...base, deadlineMs: Infinity })).toEqual({
    verdict: "neutral",
    reason: "cancelled",
  });
});
