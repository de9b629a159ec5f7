import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf, hang, http, setUp } from "./testing/calls.js";

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => {
  unhandled.push(error);
};

beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", onUnhandled);
});

afterEach(() => {
  process.off("unhandledRejection", onUnhandled);
});

/** Node tells of an unhandled rejection after all microtasks of a turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a fallback that rejects when nobody waits for it any more", () => {
  it("is heard though the signal was aborted before it began to fail", async () => {
    const { circuit } = setUp();
    const caller = new AbortController();
    const outcome = await circuit.call(() => Promise.reject(http(500)), {
      signal: caller.signal,
      fallback: () => {
        caller.abort();
        return Promise.reject(new Error("plan B failed"));
      },
    });
    await turn();
    expect(failureOf(outcome)).toMatchObject({ kind: "failed", reason: "server-error" });
    expect(unhandled).toEqual([]);
  });

  it("is heard though it fails long after the signal was aborted", async () => {
    const { circuit } = setUp();
    const caller = new AbortController();
    let failPlanB = (_error: Error): void => {};
    const planB = new Promise<never>((_resolve, reject) => {
      failPlanB = reject;
    });
    const pending = circuit.call(() => Promise.reject(http(500)), {
      signal: caller.signal,
      fallback: () => {
        caller.abort();
        return planB;
      },
    });
    expect(failureOf(await pending)).toMatchObject({ reason: "server-error" });
    failPlanB(new Error("plan B failed late"));
    await turn();
    expect(unhandled).toEqual([]);
  });

  it("keeps nobody waiting: the call's own failure comes back at the abort", async () => {
    const { circuit } = setUp();
    const caller = new AbortController();
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const pending = circuit.call(() => Promise.reject(http(500)), {
      signal: caller.signal,
      fallback: () => {
        begin();
        return hang();
      },
    });
    await begun;
    caller.abort();
    expect(failureOf(await pending)).toMatchObject({ reason: "server-error" });
  });
});
