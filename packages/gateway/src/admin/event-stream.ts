import { randomBytes } from "node:crypto";
import type { EventLog } from "./events.js";

const KEEP_ALIVE_MS = 15_000;
/** Numbers start afresh with the process; an id of another process means nothing here. */
const RUN = randomBytes(4).toString("hex");
const encoder = new TextEncoder();

/**
 * The events as server-sent events, from where `lastId` left off, or from now on. Each is written when the reader has
 * taken the one before; one that falls too far behind is told how many it has missed.
 */
export function eventStream(log: EventLog, lastId: string | undefined): ReadableStream<Uint8Array> {
  let next = nextAfter(log, lastId);
  let stopWaiting: (() => void) | undefined;
  let keepAlive: NodeJS.Timeout | undefined;
  const rest = () => {
    clearInterval(keepAlive);
    stopWaiting?.();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(encoder.encode(`retry: 1000\n: connected\n\n`));
        keepAlive = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(": still here\n\n"));
        }, KEEP_ALIVE_MS);
        keepAlive.unref();
      },
      async pull(controller) {
        while (next >= log.next && !log.closed) {
          await new Promise<void>((resolve) => {
            stopWaiting = log.onNews(resolve);
          });
        }
        if (next < log.oldest) {
          const missed = { type: "missed", count: log.oldest - next };
          next = log.oldest;
          controller.enqueue(encoder.encode(`event: missed\ndata: ${JSON.stringify(missed)}\n\n`));
          return;
        }
        const event = log.at(next);
        if (event === undefined) {
          rest();
          controller.close();
          return;
        }
        controller.enqueue(
          encoder.encode(`id: ${RUN}-${next}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
        );
        next++;
      },
      cancel: rest,
    },
    { highWaterMark: 1 },
  );
}

function nextAfter(log: EventLog, lastId: string | undefined): number {
  if (lastId === undefined) return log.next;
  const [run, number] = lastId.split("-");
  const last = Number(number);
  // An id of an earlier run: everything that this one has is news.
  return run === RUN && Number.isSafeInteger(last) ? Math.min(last + 1, log.next) : log.oldest;
}
