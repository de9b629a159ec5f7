import { faultKinds } from "@recloser/mock-llm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayFor, mockFor, post } from "../testing/gateway.js";

const call = fc.record({
  path: fc.constantFrom("/v1/chat/completions", "/v1/messages", "/v1/responses"),
  fault: fc.constantFrom(undefined, ...faultKinds),
  spare: fc.constantFrom(undefined, ...faultKinds),
  stream: fc.boolean(),
  delivery: fc.constantFrom("stream", "complete"),
  key: fc.constantFrom("poor", "rich"),
  /** When its client leaves: never, or after so many turns of the event loop. */
  leaves: fc.option(fc.integer({ min: 0, max: 60 })),
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const modelOf = (fault: string | undefined) => (fault === undefined ? "m" : `mock-fault:${fault}`);

describe("A20: whatever happens to calls with fallbacks, retries and answers that are held", () => {
  it("every permit is settled, attempts are bounded, clean ends are whole, and no bug shows", async () => {
    const mock = await mockFor();
    const spares = [undefined, ...faultKinds];
    const gateway = await gatewayFor(undefined, {
      providers: spares.map((spare) => ({
        name: spare ?? "well",
        upstream: mock.url,
        path: `/${spare ?? "well"}`,
      })),
      routes: spares.map((spare) => ({
        provider: spare ?? "well",
        fallbacks: [{ model: modelOf(spare) }, { model: "third" }],
        onContextLength: { model: "large" },
        firstTokenTimeoutMs: 40,
        attemptTimeoutMs: 60,
      })),
      retries: { attempts: 2, budget: 1 },
      circuit: { coolDown: { initialMs: 5, maxMs: 5 }, stallDeadlineMs: { streaming: 60, unary: 60 } },
      limits: { firstTokenTimeoutMs: 60, stallTimeoutMs: 60, timeoutMs: 400, maxHeldTotalBytes: 20_000 },
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 30 }), async (calls) => {
        const before = mock.attemptsTotal();
        await Promise.all(
          calls.map(async ({ path, fault, spare, stream, delivery, key, leaves }) => {
            const leaving = new AbortController();
            const body = {
              model: modelOf(fault),
              stream,
              max_tokens: 9,
              input: "x",
              messages: [{ role: "user", content: "x" }],
            };
            const headers = { "x-recloser-delivery": delivery, authorization: `Bearer ${key}` };
            const answer = post(gateway, `/${spare ?? "well"}${path}`, body, {
              headers,
              signal: leaving.signal,
            })
              .then(async (got) => ({ got, text: await got.text() }))
              .catch(() => undefined);
            if (leaves !== null) {
              for (let i = 0; i < leaves; i++) await turn();
              leaving.abort();
            }
            const seen = await answer;
            if (seen === undefined || seen.got.headers.get("x-recloser-delivery") !== "complete") return;
            if (seen.got.status === 200) expect(seen.text).toMatch(/finish_reason|stop_reason|completed/);
          }),
        );
        expect(mock.attemptsTotal() - before).toBeLessThanOrEqual(calls.length * 8);
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
    await expect.poll(() => mock.attempts().every(({ end }) => end !== "pending")).toBe(true);
  }, 60_000);
});
