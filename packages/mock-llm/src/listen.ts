import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { MockConfigError } from "./check.js";

/** Resolves when the server accepts connections. Throws {@link MockConfigError} when it cannot have the address. */
export function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new MockConfigError(whyNot(error, host, port))),
    );
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      // Such as too many open files: those calls are lost, the server is not.
      server.on("error", (error) => process.stderr.write(`recloser-mock-llm: ${error.message}\n`));
      resolve(server.address() as AddressInfo);
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is in use; stop what uses it, or give another port (0 takes a free one).`;
    case "EACCES":
      return `Port ${port} may not be used by this user; give a port above 1023 (0 takes a free one).`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `Host "${host}" is no address of this machine; use 127.0.0.1.`;
    default:
      return `Cannot listen on ${host}, port ${port} (${error.code ?? error.message}); give another host or port.`;
  }
}
