import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The responses that are still owed on each connection: one, but for pipelined requests. */
const owed = new WeakMap<Socket, ServerResponse[]>();

/**
 * Has a response emit `close` when its connection goes. Node does so only for the one whose turn it is: those of
 * pipelined requests behind it would stay open for ever. Its `close` is to be told to `closed`.
 */
export function closeWithConnection(res: ServerResponse): void {
  const { socket } = res.req;
  let queue = owed.get(socket);
  if (queue === undefined) {
    queue = [];
    owed.set(socket, queue);
    // Once for each connection, however many requests it carries.
    socket.once("close", () => closeAll(socket));
  }
  queue.push(res);
}

export function closed(res: ServerResponse): void {
  const queue = owed.get(res.req.socket);
  const place = queue?.indexOf(res) ?? -1;
  if (place !== -1) queue?.splice(place, 1);
}

function closeAll(socket: Socket): void {
  for (const res of [...(owed.get(socket) ?? [])]) {
    // Node tells the one that has the socket.
    if (res.socket !== null) continue;
    res.destroy();
    res.emit("close");
  }
}
