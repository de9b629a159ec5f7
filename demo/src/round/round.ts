import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { GATEWAY_CIRCUIT, mockScript, ROUND_SECONDS, WORK } from "../bad-day.js";
import type { FleetOrders, FleetStats, FromFleet, ToFleet } from "../fleet/stats.js";
import { Children } from "./children.js";
import { type CircuitLine, FLEETS, type FleetName, type RoundRecord, type Sample } from "./record.js";

const SAMPLES_A_SIMULATED_SECOND = 2;

export interface RoundOptions {
  readonly seed: number;
  /** How many simulated seconds pass in one real second. */
  readonly speed: number;
  /** Aborted when somebody wants out. */
  readonly signal: AbortSignal;
  readonly onProgress: (words: string) => void;
  readonly onSample: (sample: Sample) => void;
}

interface Provider {
  readonly url: string;
}

/** Starts two providers, a gateway and two fleets, lives through the bad day once, and stops everything again. */
export async function runRound(options: RoundOptions): Promise<RoundRecord> {
  const { seed, speed, signal, onProgress } = options;
  const stopped = new AbortController();
  let death: string | undefined;
  const children = new Children((sentence) => {
    death = sentence;
    stopped.abort();
  });
  const directory = await mkdtemp(join(tmpdir(), "recloser-demo-"));
  try {
    onProgress("starting two mock providers, a gateway and two worker fleets …");
    const providers = {
      direct: await startProvider(children, directory, "direct", options),
      protected: await startProvider(children, directory, "protected", options),
    };
    const gateway = await startGateway(children, directory, providers.protected, speed);
    const fleets = {
      direct: await startFleet(children, "direct"),
      protected: await startFleet(children, "protected"),
    };
    signal.throwIfAborted();

    const work = { seed, speed };
    // Scripts first: the few milliseconds until the work begins belong to the healthy phase.
    await Promise.all(FLEETS.map((name) => startScript(providers[name])));
    const startedAt = performance.now();
    const direct = {
      ...work,
      openai: `${providers.direct.url}/v1`,
      anthropic: providers.direct.url,
      llmSlots: WORK.slots,
    };
    fleets.direct.start(direct);
    fleets.protected.start({
      ...work,
      openai: `${gateway.url}/openai/v1`,
      anthropic: `${gateway.url}/anthropic`,
      llmSlots: WORK.llmSlots,
    });

    const samples: Sample[] = [];
    const quit = AbortSignal.any([signal, stopped.signal]);
    for (let index = 0; ; index++) {
      const dueAt = startedAt + (index * 1000) / SAMPLES_A_SIMULATED_SECOND / speed;
      await sleep(Math.max(0, dueAt - performance.now()), undefined, { signal: quit }).catch(() => {});
      if (death !== undefined) throw new Error(death);
      signal.throwIfAborted();
      const sample: Sample = {
        at: ((performance.now() - startedAt) / 1000) * speed,
        fleets: { direct: fleets.direct.stats(), protected: fleets.protected.stats() },
        attempts: {
          direct: await attemptsOf(providers.direct),
          protected: await attemptsOf(providers.protected),
        },
        circuits: await gateway.circuits(),
      };
      samples.push(sample);
      options.onSample(sample);
      if (sample.at >= ROUND_SECONDS) return { seed, speed, samples };
    }
  } finally {
    await children.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function startProvider(
  children: Children,
  directory: string,
  name: FleetName,
  { seed, speed }: RoundOptions,
): Promise<Provider> {
  const script = join(directory, `provider-${name}.yaml`);
  await writeFile(script, stringify(mockScript(seed)));
  const args = ["--port", "0", "--script", script, "--speed", String(speed)];
  const [, url = ""] = await children.server(
    `the ${name} provider`,
    "@recloser/mock-llm",
    args,
    /(http:\/\/\S+)/,
  );
  return { url };
}

async function startScript({ url }: Provider): Promise<void> {
  const response = await fetch(`${url}/mock/script/start`, { method: "POST" });
  if (!response.ok) throw new Error(`The mock provider did not start its script: ${response.status}.`);
  await response.arrayBuffer();
}

async function attemptsOf({ url }: Provider): Promise<number> {
  const response = await fetch(`${url}/mock/attempts?since=999999999`);
  const { next } = (await response.json()) as { next: number };
  return next;
}

interface RunningGateway {
  readonly url: string;
  circuits(): Promise<readonly CircuitLine[]>;
}

async function startGateway(
  children: Children,
  directory: string,
  provider: Provider,
  speed: number,
): Promise<RunningGateway> {
  const config = {
    listen: { port: 0 },
    admin: { port: 0 },
    providers: [
      { name: "openai", upstream: provider.url, path: "/openai" },
      { name: "anthropic", upstream: provider.url, path: "/anthropic" },
    ],
    circuit: faster(GATEWAY_CIRCUIT, speed),
    drainMs: 500,
  };
  const file = join(directory, "gateway.yaml");
  await writeFile(file, stringify(config));
  const args = ["gateway", "--config", file];
  const ready = /(http:\/\/\S+)[\s\S]*?(http:\/\/\S+)/;
  const [, url = "", adminUrl = ""] = await children.server("the gateway", "@recloser/gateway", args, ready);
  return {
    url,
    async circuits() {
      const response = await fetch(`${adminUrl}/api/circuits`);
      const circuits = (await response.json()) as CircuitLine[];
      return circuits.map(({ circuit, state, cause, endsInMs }) => ({
        circuit,
        state,
        cause,
        endsInMs: endsInMs === null ? null : endsInMs * speed,
      }));
    },
  };
}

/** Durations in milliseconds, compressed like the rest of the day. */
function faster<T extends Record<string, Record<string, number>>>(settings: T, speed: number): T {
  const scaled = Object.entries(settings).map(([name, group]) => [
    name,
    Object.fromEntries(Object.entries(group).map(([key, ms]) => [key, Math.max(1, Math.round(ms / speed))])),
  ]);
  return Object.fromEntries(scaled) as T;
}

interface RunningFleet {
  start(orders: FleetOrders): void;
  stats(): FleetStats;
}

const NOTHING: FleetStats = {
  llm: { offered: 0, answered: 0, rejected: 0, failed: 0, inFlight: 0, waiting: 0 },
  other: { offered: 0, done: 0, waiting: 0 },
  longestWaitMs: 0,
};

async function startFleet(children: Children, name: FleetName): Promise<RunningFleet> {
  const child: ChildProcess = children.module(`the ${name} fleet`, "../fleet/main.js");
  let latest = NOTHING;
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message: FromFleet) => {
      if (message.type === "ready") resolve();
      else latest = message.stats;
    });
    child.once("exit", (code) => reject(new Error(`The ${name} fleet did not start (code ${code}).`)));
  });
  return {
    start(orders) {
      const message: ToFleet = { type: "start", orders };
      child.send(message);
    },
    stats: () => latest,
  };
}
