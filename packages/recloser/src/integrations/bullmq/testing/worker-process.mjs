// A worker in a process of its own, for tests that end one without warning. Runs the built package.
import { Worker } from "bullmq";
import { Circuit } from "recloser";
import { guard } from "recloser/bullmq";

const connection = { host: "127.0.0.1", port: Number(process.argv[2]), maxRetriesPerRequest: null };
const circuit = new Circuit("openai/gpt-5");
const processor = guard(circuit, (job, _token, signal) => {
  process.send?.({ started: job.id });
  return circuit.callOrThrow((call) => new Promise((_, reject) => (call.signal.onabort = reject)), {
    signal,
  });
});
const worker = new Worker("work", processor, { connection, lockDuration: 400, stalledInterval: 200 });
worker.on("error", () => {});
process.on("disconnect", () => process.exit(0));
