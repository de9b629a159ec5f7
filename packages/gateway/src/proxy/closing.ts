import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** The responses that are still owed on each connection. */
const owed = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Has a response emit `close` when its connection goes. Node does so only for the one whose turn it is: those of
 * pipelined requests behind it would stay open for ever.
 */
export function closeWithConnection(res: ServerResponse): void {
  const { socket } = res.req;
  let queue = owed.get(socket);
  if (queue === undefined) {
    queue = new Set();
    owed.set(socket, queue);
    // Once for each connection, however many requests it carries.
    socket.once("close", () => closeAll(socket));
  }
  queue.add(res);
  res.once("close", () => owed.get(socket)?.delete(res));
}

function closeAll(socket: Socket): void {
  for (const res of [...(owed.get(socket) ?? [])]) {
    // Node tells the one that has the socket.
    if (res.socket !== null) continue;
    res.destroy();
    res.emit("close");
  }
}
