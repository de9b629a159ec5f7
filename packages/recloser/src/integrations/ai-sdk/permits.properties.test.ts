import fc from "fast-check";
import { expect, it } from "vitest";
import { watchedCircuit } from "../fetch/testing/upstream.js";
import { circuitMiddleware } from "./index.js";

interface Part {
  readonly type: string;
  readonly [key: string]: unknown;
}

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.constantFrom<Part>(
    { type: "stream-start" },
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", delta: "" },
    { type: "text-delta", id: "1", delta: "a" },
    { type: "tool-call", toolName: "x" },
    { type: "raw", rawValue: null },
  ),
  fc.record({ type: fc.constant("error"), error: fc.anything() }),
  fc.record({ type: fc.constant("finish"), finishReason: fc.anything(), usage: fc.anything() }),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("write" as const), part }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("read" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("close", "break", "leave", "abort") }) },
);

it("settles each stream exactly once, whatever its model, its reader and its caller do", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { circuit, verdicts, inFlight } = watchedCircuit({ maxConcurrent: 1 });
      let model: ReadableStreamDefaultController<Part> | undefined;
      const source = new ReadableStream<Part>({
        start: (controller) => {
          model = controller;
        },
      });
      const caller = new AbortController();
      const { stream } = await circuitMiddleware(circuit).wrapStream({
        model: { provider: "p", modelId: "m", doStream: async () => ({ stream: source }) },
        params: { abortSignal: caller.signal },
      });
      expect(inFlight()).toBe(1);
      const reader = stream.getReader();
      let over = false;
      const onModel = (act: (controller: ReadableStreamDefaultController<Part>) => void): void => {
        if (over || model === undefined) return;
        try {
          act(model);
        } catch {
          // It was let go.
          over = true;
        }
      };
      for (const each of steps) {
        if (each.do === "write") onModel((controller) => controller.enqueue(each.part));
        else if (each.do === "read") reader.read().catch(() => {});
        else if (each.do === "close") onModel((controller) => controller.close());
        else if (each.do === "break") onModel((controller) => controller.error(new Error("broken")));
        else if (each.do === "leave") await reader.cancel().catch(() => {});
        else caller.abort();
        await Promise.resolve();
      }
      onModel((controller) => controller.close());
      for (;;) {
        const { done } = await reader.read().catch(() => ({ done: true }));
        if (done) break;
      }
      expect(verdicts).toHaveLength(1);
      expect(inFlight()).toBe(0);
    }),
    { numRuns: 300 },
  );
});
