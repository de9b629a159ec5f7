/** A BullMQ worker with jobs that call an LLM and jobs that do not. A provider's bad day delays the first, not the others. */
import { type ConnectionOptions, type Job, Worker } from "bullmq";
import OpenAI from "openai";
import { Circuits } from "recloser";
import { guard } from "recloser/bullmq";
import { circuitFetch } from "recloser/fetch";

const MODEL = "gpt-5";

export interface WorkerSettings {
  readonly connection: ConnectionOptions;
  readonly apiKey: string;
  readonly baseURL?: string;
  readonly log: (line: string) => void;
}

/** Starts the worker. `stop` gives back what runs; call it on SIGTERM. */
export function startWorker({ connection, apiKey, baseURL, log }: WorkerSettings) {
  const stopping = new AbortController();
  const circuits = new Circuits();
  circuits.on("transition", ({ circuit, to, message }) => log(`${circuit} is ${to}: ${message}`));

  const openai = new OpenAI({
    apiKey,
    ...(baseURL === undefined ? {} : { baseURL }),
    // BullMQ retries, with a backoff of its own.
    maxRetries: 0,
    fetch: circuitFetch(circuits, { provider: "openai" }),
  });

  async function work(job: Job, _token: string | undefined, signal: AbortSignal): Promise<string> {
    switch (job.name) {
      case "summarise": {
        const answer = await openai.responses.create({ model: MODEL, input: job.data.text }, { signal });
        return answer.output_text;
      }
      case "mail":
        return `mailed ${job.data.to}`;
      default:
        throw new Error(`There is no job "${job.name}".`);
    }
  }

  const guarded = guard(
    (job: Job) => (job.name === "summarise" ? circuits.get(`openai/${MODEL}`) : undefined),
    work,
    {
      slots: 4,
      signal: stopping.signal,
      onDeferral: ({ jobId, delayMs, failure }) =>
        log(`job ${jobId} waits ${Math.ceil(delayMs / 1000)} s: ${failure.message}`),
    },
  );
  const worker = new Worker("jobs", guarded, { connection, concurrency: 16 });

  // Without Redis there is an error for each attempt to reconnect; one line is enough.
  let trouble = "";
  worker.on("error", ({ message }) => {
    if (message !== trouble) log(`redis: ${message}`);
    trouble = message;
  });
  worker.on("active", () => {
    if (trouble !== "") log("redis: works again");
    trouble = "";
  });
  worker.on("failed", (job, error) => log(`job ${job?.id} failed: ${error.message}`));

  return {
    ready: () => worker.waitUntilReady(),
    async stop(): Promise<void> {
      stopping.abort();
      await worker.close();
    },
  };
}
