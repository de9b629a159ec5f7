import { request } from "undici";
import { BenchError } from "../peers.js";
import type { Target } from "./job.js";
import { installPortkey, portkeyArgs } from "./portkey.js";
import { beside, freePort, lineOf, type Process, start } from "./processes.js";

export const SUBJECTS = ["direct", "recloser", "portkey"] as const;
export type Subject = (typeof SUBJECTS)[number];

/** A way to the provider, started afresh. */
export interface Way extends Target {
  /** Absent when nothing stands between. */
  readonly gateway: Process | undefined;
  stop(): Promise<void>;
}

const RECLOSER = beside("../../../packages/gateway/bin/recloser.js");

/** A provider of its own for each way, so that none inherits another's connections. */
export async function open(subject: Subject): Promise<Way> {
  const provider = start(0, [beside("provider-child.js")]);
  const upstream = `http://127.0.0.1:${(await lineOf(provider, /^(\d+)$/))[1]}`;
  const { origin, headers, gateway } = await before(subject, upstream);
  return {
    origin,
    headers,
    gateway,
    async stop() {
      await gateway?.stop();
      await provider.stop();
    },
  };
}

async function before(
  subject: Subject,
  upstream: string,
): Promise<Target & { readonly gateway: Process | undefined }> {
  switch (subject) {
    case "direct":
      return { origin: upstream, headers: {}, gateway: undefined };
    case "recloser": {
      const args = ["gateway", "--upstream", upstream, "--port", "0", "--admin-port", "0"];
      const gateway = start(1, [RECLOSER, ...args, "--log-level", "warn"]);
      const origin = (await lineOf(gateway, /recloser gateway: (http:\S+)/))[1] ?? "";
      return { origin, headers: {}, gateway };
    }
    case "portkey": {
      installPortkey();
      const port = await freePort();
      const gateway = start(1, portkeyArgs(port));
      const origin = `http://127.0.0.1:${port}`;
      await answers(origin);
      return {
        origin,
        headers: { "x-portkey-provider": "openai", "x-portkey-custom-host": `${upstream}/v1` },
        gateway,
      };
    }
  }
}

async function answers(origin: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    try {
      const { body } = await request(origin);
      await body.dump();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new BenchError(`${origin} did not answer within 30 s.`);
}
