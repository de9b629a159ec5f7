// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../testing/fake-clock.js";
import { circuitFetch } from "./index.js";
import { Body, CHAT_END, chatChunk, chatRequest, URL_CHAT, watchedCircuit } from "./testing/upstream.js";

const step = fc.oneof(
  fc.constantFrom(
    "answer",
    "refuse",
    "token",
    "alive",
    "half an event",
    "error event",
    "end marker",
    "close",
    "break",
    "read",
    "leave",
    "abort",
    "clone",
  ),
  fc.constantFrom(1, 3000, 16_000, 61_000, 181_000),
);
const WRITTEN: Readonly<Record<string, string>> = {
  token: chatChunk("a"),
  alive: ": alive\n\n",
  "half an event": 'data: {"choices":[',
  "error event": 'data: {"error":{"code":"server_error"}}\n\n',
  "end marker": CHAT_END,
};

/** A permit that nobody settles expires after 15 minutes; that is another test's. */
const LEASE_MS = 900_000;

/** Lets everything that is ready to run do so. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("permits", () => {
  it("A20: each is settled exactly once, whatever upstream, its reader and its caller do", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          streaming: fc.boolean(),
          status: fc.constantFrom(200, 200, 429, 500),
          type: fc.constantFrom("text/event-stream", "application/json", "audio/mpeg"),
          limits: fc.constantFrom(
            {},
            { timeoutMs: 20_000, firstTokenTimeoutMs: 10_000, stallTimeoutMs: 5000 },
          ),
          steps: fc.array(step, { maxLength: 25 }),
        }),
        async ({ streaming, status, type, limits, steps }) => {
          const clock = fakeClock();
          const { circuit, verdicts, inFlight } = watchedCircuit({ clock, ...limits });
          const body = new Body();
          const caller = new AbortController();
          let answer: ((response: Response) => void) | undefined;
          let refuse: ((error: unknown) => void) | undefined;
          const guarded = circuitFetch(circuit, {
            fetch: () =>
              new Promise((resolve, reject) => {
                answer = resolve;
                refuse = reject;
              }),
          });
          let response: Response | undefined;
          let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
          guarded(URL_CHAT, chatRequest(streaming, { signal: caller.signal })).then(
            (got) => {
              response = got;
              reader = got.body?.getReader();
            },
            () => {},
          );
          await quiet();
          const startedAt = clock.now();
          const play = (what: string | number): void => {
            const text = WRITTEN[what];
            try {
              if (typeof what === "number") {
                if (clock.now() + what - startedAt < LEASE_MS) clock.advance(what);
              } else if (text !== undefined) body.write(text);
              else if (what === "answer")
                answer?.(new Response(body.stream, { status, headers: { "content-type": type } }));
              else if (what === "refuse") refuse?.(new TypeError("fetch failed"));
              else if (what === "close") body.close();
              else if (what === "break") body.fail(new TypeError("terminated"));
              else if (what === "read") reader?.read().catch(() => {});
              else if (what === "leave") reader?.cancel().catch(() => {});
              else if (what === "abort") caller.abort();
              else response?.clone();
            } catch {
              // Written behind the end, or cloned while being read: nothing that a caller or provider could do.
            }
          };
          for (const what of steps) {
            play(what);
            await quiet();
          }
          caller.abort();
          await quiet();
          expect(inFlight()).toBe(0);
          // A call that is past its stall deadline has been counted before it settles; it still settles once.
          expect(verdicts).toHaveLength(1);
          expect(circuit.snapshot().totals).toMatchObject({ admitted: 1, expired: 0 });
          clock.advance(5000);
          expect(clock.timers).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});
