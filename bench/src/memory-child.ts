/** What circuits cost to keep, in a process of its own: `memory-child.js <calls>`. Prints one line of JSON. */
import { Circuit, Circuits } from "recloser";
import type { MemorySample } from "./overhead/sample.js";

const CIRCUITS = 10_000;
const KEYS = 50_000;
/** One call in so many fails, so that every kind of evidence is written. */
const FAILS_EVERY = 100;

function bytes(): number {
  if (globalThis.gc === undefined) throw new Error("Run this with --expose-gc.");
  // What one collection frees may be all that kept something else.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function use(circuit: Circuit, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) {
    if (i % FAILS_EVERY !== 0) {
      await circuit.call(async () => i);
      continue;
    }
    const admission = circuit.admit({ streaming: true });
    if (admission.ok) admission.permit.settle({ verdict: "failure", reason: "server-error" });
  }
}

// Whatever is loaded and compiled on first use is not a circuit's.
await use(new Circuit("warm-up"), 20_000);

const calls = Number(process.argv[2]);
const circuit = new Circuit("provider/model");
await use(circuit, Math.floor(calls / 10));
const before = bytes();
await use(circuit, calls - Math.floor(calls / 10));
const grownBytes = bytes() - before;
if (circuit.snapshot().totals.settled !== calls) throw new Error(`Not all of ${calls} calls were settled.`);

const empty = bytes();
const circuits = Array.from({ length: CIRCUITS }, (_, i) => new Circuit(`provider/model-${i}`));
const bytesPerCircuit = (bytes() - empty) / CIRCUITS;
for (const circuit of circuits) await use(circuit, 3);
const bytesPerUsedCircuit = (bytes() - empty) / CIRCUITS;
circuits.length = 0;

const registry = new Circuits();
for (let i = 0; i < KEYS; i++) registry.get(`provider/model-${i}`);
const registrySize = registry.size;

const sample: MemorySample = {
  circuits: CIRCUITS,
  bytesPerCircuit,
  bytesPerUsedCircuit,
  calls,
  grownBytes,
  registrySize,
};
process.stdout.write(`${JSON.stringify(sample)}\n`);
