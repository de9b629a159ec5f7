// A bounded soak on loopback: a gateway in a process of its own, a misbehaving provider, faults throughout. Ends with checks:
// nothing hangs, every attempt is accounted for, memory is flat, no socket and no timer is left.
//
//   npm run build && node scripts/soak.mjs --requests 50000 --streams 5000 [--concurrency 64] [--seed 1] [--json]
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checksOf } from "./soak/checks.mjs";
import { journalFor, journalLines } from "./soak/journal.mjs";
import { createLoad } from "./soak/load.mjs";
import { heapKept } from "./soak/memory.mjs";
import { createTally } from "./soak/tally.mjs";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "50000" },
    streams: { type: "string", default: "5000" },
    concurrency: { type: "string", default: "64" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const whole = (name) => {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`soak: --${name} is ${values[name]}; give a whole number.`);
  process.exit(1);
};
const plan = {
  requests: whole("requests"),
  streams: whole("streams"),
  concurrency: Math.max(1, whole("concurrency")),
  seed: whole("seed"),
};
const built = new URL("../packages/mock-llm/dist/index.js", import.meta.url);
if (!existsSync(built)) {
  console.error("soak: nothing is built; run npm run build first.");
  process.exit(1);
}
const { startMock } = await import(built.href);

const folder = mkdtempSync(join(tmpdir(), "recloser-soak-"));
const mock = await startMock({ seed: plan.seed });
const tally = createTally(mock);
const journal = journalFor(join(folder, "calls.jsonl"), plan.requests);
const child = fork(fileURLToPath(new URL("./soak/gateway.mjs", import.meta.url)), {
  execArgv: ["--expose-gc"],
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
const died = new Promise((_, reject) => {
  child.once("exit", (code, signal) => reject(new Error(`the gateway died (${signal ?? code})`)));
});
died.catch(() => {});
let asked = 0;
function ask(message) {
  const id = asked++;
  const answer = new Promise((resolve) => {
    const heard = (reply) => {
      if (reply.id !== id) return;
      child.off("message", heard);
      resolve(reply);
    };
    child.on("message", heard);
  });
  child.send({ id, ...message });
  return Promise.race([answer, died]);
}

const { url, adminUrl } = await ask({ kind: "start", upstream: mock.url, folder, journal });
const load = createLoad({ url, mock, plan });
// What starting costs belongs to neither end of the comparison.
await load.warmUp();
const before = await ask({ kind: "report" });
const samples = [];
const started = performance.now();
const watch = setInterval(async () => {
  tally.collect();
  const { heapBytes, residentBytes } = await ask({ kind: "report" }).catch(() => ({}));
  if (heapBytes === undefined) return;
  samples.push({ done: load.done, heapBytes, residentBytes, driverBytes: heapKept() });
  if (!values.json) {
    const rate = Math.round(load.done / ((performance.now() - started) / 1000));
    process.stderr.write(
      `\r${load.done} of ${plan.requests} calls, ${rate}/s, heap ${mib(heapBytes)} MiB, resident ${mib(residentBytes)} MiB   `,
    );
  }
}, 2_000);
const counts = await Promise.race([load.run(), died]);
clearInterval(watch);
const seconds = (performance.now() - started) / 1000;
if (!values.json) process.stderr.write("\n");
await load.close();
// What was broken off settles; what the mock still holds, it notices.
const after = await settledReport();
tally.collect();
const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
child.removeAllListeners("exit");
const ended = new Promise((resolve) => child.once("exit", resolve));
child.send({ id: -1, kind: "stop" });
await ended;
const lines = await journalLines(journal.file);
const checks = checksOf({
  plan,
  counts,
  before,
  after,
  samples,
  metrics,
  lines,
  tally: tally.result(),
});
await mock.close();
rmSync(folder, { recursive: true, force: true });

async function settledReport() {
  for (let n = 0; ; n++) {
    const report = await ask({ kind: "report" });
    if ((report.open === 0 && report.inFlight === 0) || n === 40) return report;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}

if (values.json) {
  console.log(
    JSON.stringify({ name: "soak", node: process.version, plan, seconds, counts, samples, checks }),
  );
} else {
  console.log(
    `${plan.requests} calls (${counts.streams} streams) in ${seconds.toFixed(0)} s, ${Math.round(plan.requests / seconds)} a second. What callers saw:`,
  );
  for (const [what, count] of Object.entries(counts.outcomes).sort()) console.log(`  ${what}: ${count}`);
  for (const { what, ok, figure } of checks) console.log(`${ok ? "ok    " : "FAILED"}  ${what}: ${figure}`);
}
process.exit(checks.every(({ ok }) => ok) ? 0 : 1);
