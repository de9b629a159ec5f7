/** What circuits cost to keep, in a process of its own: `memory-child.js <calls>`. Prints one line of JSON. */
import { Circuit, Circuits } from "recloser";
import type { HeapReading, MemorySample } from "./overhead/sample.js";

const CIRCUITS = 10_000;
const KEYS = 50_000;
/** One call in so many fails, so that every kind of evidence is written. */
const FAILS_EVERY = 100;
const WARM_UP = 500_000;
/** How often the heap is read, evenly over the calls. */
const READINGS = 10;

function bytes(): number {
  if (globalThis.gc === undefined) throw new Error("Run this with --expose-gc.");
  // What one collection frees may be all that kept something else.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** By turns a call, and the two steps with a first token; now and then one that fails. */
async function use(circuit: Circuit, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) {
    if (i % 2 === 1) {
      await circuit.call(async () => i);
      continue;
    }
    const admission = circuit.admit({ streaming: true });
    if (!admission.ok) continue;
    if (i % FAILS_EVERY === 0) {
      admission.permit.settle({ verdict: "failure", reason: "server-error" });
      continue;
    }
    admission.permit.progress();
    admission.permit.settle({ verdict: "success", outputTokens: 100 });
  }
}

async function readings(circuit: Circuit, calls: number): Promise<readonly HeapReading[]> {
  const each = Math.floor(calls / READINGS);
  const heap: HeapReading[] = [];
  for (let made = each; made <= calls; made += each) {
    await use(circuit, each);
    heap.push({ calls: made, bytes: bytes() });
  }
  return heap;
}

// Whatever is loaded and compiled is not a circuit's; collections make the engine compile some of it again.
await readings(new Circuit("warm-up"), WARM_UP);

const calls = Number(process.argv[2]);
const circuit = new Circuit("provider/model");
const heap = await readings(circuit, calls);
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
  heap,
  registrySize,
};
process.stdout.write(`${JSON.stringify(sample)}\n`);
