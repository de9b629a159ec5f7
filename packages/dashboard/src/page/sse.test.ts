import fc from "fast-check";
import { expect, it } from "vitest";
import { type ServerEvent, serverEvents } from "./sse.js";

async function read(chunks: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(body)) events.push(event);
  return events;
}

it("reads events however the bytes are cut", async () => {
  const bytes = new TextEncoder().encode(
    'event: rows\ndata: {"name":"模型"}\n\n: a comment\n\nevent: more\ndata: {}\n\nevent: cut',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.slice(at[index], end));

      expect(await read(chunks)).toEqual([
        { event: "rows", data: '{"name":"模型"}' },
        { event: "more", data: "{}" },
      ]);
    }),
  );
});
