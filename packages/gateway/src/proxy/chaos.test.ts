import { faultKinds } from "@recloser/mock-llm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayFor, mockFor, post } from "../testing/gateway.js";

const paths = [
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/messages",
  "/v1beta/models/m:streamGenerateContent?alt=sse",
];

const call = fc.record({
  path: fc.constantFrom(...paths),
  fault: fc.constantFrom(undefined, ...faultKinds),
  stream: fc.boolean(),
  /** When its client leaves: never, or after so many turns of the event loop. */
  leaves: fc.option(fc.integer({ min: 0, max: 40 })),
  /** Whether its client reads the answer. */
  reads: fc.boolean(),
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("A20: whatever happens to calls", () => {
  it("every permit is settled, nothing stays in flight, and no bug shows", async () => {
    const mock = await mockFor();
    const gateway = await gatewayFor(mock, {
      circuit: {
        stallDeadlineMs: { streaming: 60, unary: 60 },
        coolDown: { initialMs: 5, maxMs: 5 },
        maxConcurrent: 30,
      },
      limits: { firstTokenTimeoutMs: 40, stallTimeoutMs: 40, timeoutMs: 120 },
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 40 }), async (calls) => {
        await Promise.all(
          calls.map(async ({ path, fault, stream, leaves, reads }) => {
            const leaving = new AbortController();
            const model = fault === undefined ? "m" : `mock-fault:${fault}`;
            const body = {
              model,
              stream,
              max_tokens: 9,
              input: "x",
              messages: [{ role: "user", content: "x" }],
              contents: [],
            };
            const answer = post(gateway, path, body, { signal: leaving.signal })
              .then((got) => (reads ? got.text() : undefined))
              .catch(() => undefined);
            if (leaves === null) {
              await answer;
              return;
            }
            for (let i = 0; i < leaves; i++) await turn();
            leaving.abort();
            await answer;
          }),
        );
        await expect
          .poll(() => [...gateway.circuits].every((one) => one.snapshot().inFlight.total === 0))
          .toBe(true);
        for (const { totals } of gateway.circuits.snapshot()) {
          expect(totals.admitted).toBe(totals.settled + totals.aborted);
        }
      }),
      { numRuns: 12 },
    );
    expect(gateway.lines.filter((line) => line.includes('"bug"'))).toEqual([]);
    expect((await fetch(`${gateway.adminUrl}/healthz`)).status).toBe(200);
  }, 60_000);
});
