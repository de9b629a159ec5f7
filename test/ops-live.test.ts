import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MockServer, startMock } from "@recloser/mock-llm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";

// A real Prometheus scrapes a real gateway in front of a provider that misbehaves in every way that has a series, and every
// query of the rules and of the Grafana dashboard is asked.
const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const unpacked = at("node_modules/.cache/recloser/usr/bin/prometheus");
const PROMETHEUS = process.env.PROMETHEUS ?? (existsSync(unpacked) ? unpacked : "prometheus");
const folder = mkdtempSync(join(tmpdir(), "recloser-prometheus-"));
const BULKHEAD = 2;
const children: ChildProcess[] = [];
let mock: MockServer;
let prometheusUrl = "";
let gatewayUrl = "";
let adminUrl = "";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const { groups } = parse(readFileSync(at("ops/recloser.rules.yml"), "utf8")) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readFileSync(at("ops/grafana/recloser.json"), "utf8")) as Dashboard;
const charts = dashboard.panels.filter(({ type }) => type !== "row");

/** What it would take too long, or too much, to provoke. */
const NOT_PROVOKED: Readonly<Record<string, string>> = {
  RecloserFlapping: "wants three openings and closings",
  RecloserLimited: "probation is over within seconds",
  RecloserGatewayDown: "the gateway is up",
  RecloserRestarts: "wants three restarts",
  RecloserJournalLosing: "wants a full disk",
};
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function child(command: string, ...args: readonly string[]): { process: ChildProcess; said: () => string } {
  const process = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(process);
  let text = "";
  for (const stream of [process.stdout, process.stderr])
    stream.on("data", (chunk) => {
      text += String(chunk);
    });
  return { process, said: () => text };
}

beforeAll(async () => {
  mock = await startMock({ profile: "quick" });
  const config = join(folder, "gateway.yaml");
  writeFileSync(
    config,
    `providers: [{ name: p, upstream: "${mock.url}" }]
listen: { port: 0 }
admin: { port: 0 }
circuit: { maxConcurrent: ${BULKHEAD}, stallDeadlineMs: { unary: 2000 }, coolDown: { initialMs: 1000, maxMs: 1000 } }
journal: { file: "${join(folder, "calls.jsonl")}" }
notifications: { webhooks: [{ url: "${mock.url}/v1/models", attempts: 1 }] }
`,
  );
  const gateway = child(process.execPath, at("packages/gateway/dist/cli.js"), "gateway", "--config", config);
  await vi.waitFor(() => expect(gateway.said()).toContain("admin:"), { timeout: 10_000 });
  [gatewayUrl = "", adminUrl = ""] = gateway.said().match(/http:\S+/g) ?? [];

  const port = await freePort();
  prometheusUrl = `http://127.0.0.1:${port}`;
  const prometheus = join(folder, "prometheus.yml");
  writeFileSync(
    prometheus,
    `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: ["${at("ops/recloser.rules.yml")}"]
scrape_configs: [{ job_name: recloser, static_configs: [{ targets: ["${new URL(adminUrl).host}"] }] }]
`,
  );
  const server = child(
    PROMETHEUS,
    `--config.file=${prometheus}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  );
  await vi.waitFor(
    async () => expect((await fetch(`${prometheusUrl}/-/ready`)).status, server.said()).toBe(200),
    { timeout: 20_000, interval: 100 },
  );
}, 40_000);

afterAll(async () => {
  for (const each of children.reverse()) {
    if (each.exitCode !== null || each.signalCode !== null) continue;
    const ended = once(each, "exit");
    each.kill("SIGKILL");
    await ended;
  }
  await mock.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As Grafana fills it in when everything is chosen. */
function filledIn(expr: string): string {
  return expr
    .replaceAll("$__rate_interval", "20s")
    .replaceAll("$job", "recloser")
    .replaceAll(/\$(?:instance|circuit)\b/g, ".+");
}

/** How many series answer. */
async function answers(expr: string): Promise<number> {
  const query = new URLSearchParams({ query: filledIn(expr) });
  const response = await fetch(`${prometheusUrl}/api/v1/query?${query}`);
  const { status, error, data } = (await response.json()) as {
    status: string;
    error?: string;
    data?: { result: readonly unknown[] };
  };
  if (status !== "success") throw new Error(`${expr}: ${error}`);
  return data?.result.length ?? 0;
}

interface Evaluated {
  readonly name: string;
  readonly health: string;
  /** Of alerts only. */
  readonly state?: "inactive" | "pending" | "firing";
}

async function evaluatedRules(): Promise<readonly Evaluated[]> {
  const response = await fetch(`${prometheusUrl}/api/v1/rules`);
  const { data } = (await response.json()) as {
    data: { groups: readonly { rules: readonly Evaluated[] }[] };
  };
  return data.groups.flatMap((group) => group.rules);
}

/** One call; its answer does not matter. */
async function call(model: string, stream = false): Promise<void> {
  const response = await fetch(`${gatewayUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, stream, messages: [{ role: "user", content: "Is the line up?" }] }),
  });
  await response.text();
}

/** Calls that hang, by model: no more than the bulkhead holds. */
const hanging = new Map<string, number>();

function hang(model: string): void {
  for (let n = hanging.get(model) ?? 0; n < BULKHEAD; n++) {
    hanging.set(model, n + 1);
    void call(model)
      .catch(() => {})
      .finally(() => hanging.set(model, (hanging.get(model) ?? 1) - 1));
  }
}

/** An operator's word on a circuit that is there, or is about to be. */
async function force(circuit: string, to: "open" | "closed"): Promise<void> {
  const body = JSON.stringify({ circuit, to, forMs: 600_000, reason: "a drill" });
  const headers = { "content-type": "application/json" };
  await expect
    .poll(
      async () => (await fetch(`${adminUrl}/api/circuits/force`, { method: "POST", headers, body })).status,
    )
    .toBe(200);
}

async function trouble(): Promise<void> {
  await call("gpt-5", true);
  for (const fault of ["error-503", "overloaded", "throttled", "quota"])
    for (let n = 0; n < 5; n++) await call(`mock-fault:${fault}`);
  // One that opens and gives its calls up; one that may not, so that they stay, and more are too many.
  hang("mock-fault:hang=1");
  hang("mock-fault:hang");
  for (let n = 0; n < 5; n++) await call("mock-fault:hang");
}

const queries = [
  ...rules.flatMap(({ alert, record, expr }) => {
    if (record !== undefined) return [{ name: record, expr }];
    const name = alert ?? "";
    // Without its threshold, an alert's query answers even while all is well.
    const calm = { name: `${name} without its threshold`, expr: expr.replaceAll(/ (?:==|>=|>) [\d.]+/g, "") };
    return name in NOT_PROVOKED ? [calm] : [calm, { name, expr }];
  }),
  ...charts.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ name: `${title}: ${expr}`, expr })),
  ),
];

describe("against a real Prometheus that scrapes a real gateway", () => {
  it("every query of the rules and of the dashboard finds something", async () => {
    await call("held");
    await force("p/held", "open");
    hang("mock-fault:hang");
    await force("p/mock-fault:hang", "closed");
    expect(queries.length).toBeGreaterThan(40);
    let silent: readonly { readonly name: string; readonly expr: string }[] = queries;
    const ask = async () => {
      await trouble();
      const found = await Promise.all(silent.map(({ expr }) => answers(expr)));
      silent = silent.filter((_, index) => found[index] === 0);
      return silent.map(({ name }) => name);
    };
    await expect.poll(ask, { timeout: 60_000, interval: 500 }).toEqual([]);
  }, 80_000);

  it("no rule fails to be evaluated, and the alerts of what is wrong are on their way", async () => {
    expect((await evaluatedRules()).filter(({ health }) => health !== "ok")).toEqual([]);
    // Rules are evaluated once a second: what was just found reaches them a little later.
    const stirred = async () => {
      const evaluated = await evaluatedRules();
      return evaluated.flatMap(({ name, state }) =>
        state === "pending" || state === "firing" ? [name] : [],
      );
    };
    await expect
      .poll(stirred, { timeout: 20_000 })
      .toEqual(
        expect.arrayContaining([
          "RecloserOpen",
          "RecloserProviderDown",
          "RecloserSaturated",
          "RecloserQuota",
        ]),
      );
    expect(await evaluatedRules()).toHaveLength(rules.length);
  }, 30_000);

  it("the dashboard's variables find the gateway and its circuits", async () => {
    for (const { name, definition } of dashboard.templating.list) {
      if (definition === undefined) continue;
      const [, series = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
      expect(await answers(`count by (${label}) (${series})`), name).toBeGreaterThan(0);
    }
  });
});

describe("the dashboard", () => {
  it("has panels that say what they show, in units, from the chosen Prometheus", () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description, datasource, targets, fieldConfig } of charts) {
      expect(title).not.toBe("");
      expect(description, title).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit, title).toBeTypeOf("string");
      for (const uid of [datasource?.uid, ...(targets ?? []).map((target) => target.datasource.uid)])
        expect(uid, title).toBe(`\${datasource}`);
    }
  });

  it("has panels that do not lie on each other", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), title).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    }
  });

  it("asks for nothing but what the gateway exports and the rules record", () => {
    const source = readFileSync(at("packages/gateway/src/admin/metrics.ts"), "utf8");
    const recorded = rules.flatMap(({ record }) => record ?? []);
    const text = charts.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n");
    const asked = new Set(text.match(/\b(?:[a-z]+:)?(?:recloser|process)_\w+(?::\w+)?/g));
    expect(asked.size).toBeGreaterThan(12);
    for (const name of asked)
      expect(source.includes(`"${name}"`) || recorded.includes(name), name).toBe(true);
  });
});
