import type { IncomingMessage } from "node:http";

export type Body = Buffer | "too-large" | "gone";

/**
 * Reads a request's body. One that is larger than `most` is read to its end and thrown away, because a client that is
 * still writing would not read the answer. `gone`: the client left first.
 */
export function readBody(req: IncomingMessage, most: number): Promise<Body> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else chunks = [];
    });
    req.once("end", () => {
      if (size > most) resolve("too-large");
      else resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    const gone = () => resolve("gone");
    req.once("error", gone);
    req.once("close", gone);
  });
}
