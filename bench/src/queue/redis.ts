import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError } from "../peers.js";

export interface Redis {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a redis-server on loopback, with an append-only file in a directory of its own. */
export async function startRedis(): Promise<Redis> {
  const directory = await mkdtemp(join(tmpdir(), "recloser-bench-"));
  const port = await freePort();
  const command = process.env.REDIS_SERVER ?? "redis-server";
  const settings = { port, bind: "127.0.0.1", dir: directory, save: "", appendonly: "yes" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
      if (output.includes("Ready to accept connections")) resolve();
    });
    child.once("error", (error) =>
      reject(
        new BenchError(
          `${command} did not start (${error.message}); run npm run setup, or set REDIS_SERVER.`,
        ),
      ),
    );
    child.once("exit", () => reject(new BenchError(`${command} ended: ${output}`)));
  });
  return {
    port,
    async stop() {
      await end(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new BenchError("The system gave no free port.");
  return address.port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
