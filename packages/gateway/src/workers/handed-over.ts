import type { ChildProcess } from "node:child_process";

/** What Node's cluster says to a worker and hears from it, as far as it is about connections. */
interface ClusterMessage {
  readonly act?: unknown;
  readonly seq?: unknown;
  readonly ack?: unknown;
}

/**
 * Node's cluster gives a new connection to a worker and keeps it open in the primary until the worker has taken it. One
 * that hangs never does, and when it dies its caller would wait for ever. So here is noted which connections are on
 * their way. Where Node comes to do this in another way, nothing is noted and nothing is closed.
 *
 * @returns closes the connections that the worker was given and has not taken. For when it is gone.
 */
export function noteConnections(child: ChildProcess): () => void {
  const onTheirWay = new Map<unknown, { close(): void }>();
  const send = child.send.bind(child) as (...given: unknown[]) => boolean;
  child.send = (...given: unknown[]) => {
    const [message, handle] = given;
    const { act, seq } = (message ?? {}) as ClusterMessage;
    if (act === "newconn" && isClosable(handle)) onTheirWay.set(seq, handle);
    return send(...given);
  };
  child.on("internalMessage", ({ ack }: ClusterMessage) => {
    if (ack !== undefined) onTheirWay.delete(ack);
  });
  return () => {
    for (const handle of onTheirWay.values()) handle.close();
    onTheirWay.clear();
  };
}

function isClosable(handle: unknown): handle is { close(): void } {
  return (
    typeof handle === "object" && handle !== null && "close" in handle && typeof handle.close === "function"
  );
}
