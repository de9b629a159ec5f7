import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An address that cannot be had. The message is one sentence with the remedy. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Resolves when the server accepts connections. `option` is the one to change when it cannot. */
export function listen(server: Server, host: string, port: number, option: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      reject(new ListenError(whyNot(error, host, port, option)));
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number, option: string): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is in use; stop what uses it, or give another with ${option} (0 takes a free one).`;
    case "EACCES":
      return `Port ${port} may not be used by this user; give one above 1023 with ${option} (0 takes a free one).`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `"${host}" is no address of this machine; use 127.0.0.1.`;
    default:
      return `Cannot listen on ${host}, port ${port} (${error.code ?? "unknown error"}); give another host or port.`;
  }
}

export function urlOf(address: AddressInfo): string {
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
