import type { IncomingMessage } from "node:http";

export type Body = Buffer | "too-large";

/**
 * Reads a request's body. One that is larger than `most` is read to its end and thrown away, because a client that is
 * still writing would not read the answer. Of a client that leaves first nothing is heard; its response's `close` tells.
 */
export function readBody(req: IncomingMessage, most: number, whenRead: (body: Body) => void): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let size = 0;
  req.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > most) {
      first = undefined;
      more = undefined;
    } else if (first === undefined) {
      first = chunk;
    } else if (more === undefined) {
      more = [first, chunk];
    } else {
      more.push(chunk);
    }
  });
  req.on("end", () => {
    if (size > most) whenRead("too-large");
    else whenRead(more === undefined ? (first ?? NOTHING) : Buffer.concat(more, size));
  });
  req.on("error", ignore);
}

const NOTHING = Buffer.alloc(0);

function ignore(): void {}
