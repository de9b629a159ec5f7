// The gateway of the soak, in a process of its own, with eyes for what is left behind.
import { readdirSync } from "node:fs";
import { join } from "node:path";

const { createLog, parseConfig, startGateway } = await import(
  new URL("../../packages/gateway/dist/index.js", import.meta.url).href
);

let gateway;

process.on("message", async ({ id, kind, ...rest }) => {
  if (kind === "start") process.send({ id, ...(await start(rest)) });
  if (kind === "report") process.send({ id, ...report() });
  if (kind === "stop") {
    await gateway.close({ drainMs: 1_000 });
    process.disconnect();
  }
});

async function start({ upstream, folder, journal }) {
  const config = parseConfig({
    listen: { port: 0 },
    admin: { port: 0 },
    providers: [{ name: "mock", upstream }],
    // Short, so that faults take their turns.
    circuit: { coolDown: { initialMs: 200, maxMs: 500, retryAfterMaxMs: 500 } },
    limits: { firstTokenTimeoutMs: 400, stallTimeoutMs: 400, timeoutMs: 1_500 },
    state: { file: join(folder, "state"), everyMs: 2_000 },
    journal,
  });
  gateway = await startGateway(config, createLog("error"));
  return { url: gateway.url, adminUrl: gateway.adminUrl };
}

function report() {
  globalThis.gc();
  const snapshots = gateway.circuits.snapshot();
  const resources = {};
  for (const each of process.getActiveResourcesInfo()) resources[each] = (resources[each] ?? 0) + 1;
  return {
    heapBytes: process.memoryUsage().heapUsed,
    residentBytes: process.memoryUsage.rss(),
    inFlight: snapshots.reduce((sum, { inFlight }) => sum + inFlight.total, 0),
    totals: snapshots.map(({ circuit, totals }) => ({ circuit, ...totals })),
    open: openRequests(resources),
    resources,
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : undefined,
  };
}

/** Calls that still have a connection of a caller's. */
function openRequests(resources) {
  return resources.TCPServerSocketWrap ?? 0;
}
