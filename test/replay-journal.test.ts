import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startMock } from "@recloser/mock-llm";
import { afterAll, expect, it } from "vitest";

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "recloser-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("the lab replays the journal that a gateway has written", async () => {
  const mock = await startMock({ profile: "quick" });
  const journal = join(folder, "calls.jsonl");
  const cli = at("packages/gateway/dist/cli.js");
  const config = join(folder, "gateway.yaml");
  writeFileSync(
    config,
    `providers: [{ name: p, upstream: "${mock.url}" }]
listen: { port: 0 }
admin: { port: 0 }
circuit: { mode: observe }
journal: { file: "${journal}" }
`,
  );
  const gateway = spawn(process.execPath, [cli, "gateway", "--config", config]);
  const [said] = (await once(gateway.stdout, "data")) as [Buffer];
  const [url] = String(said).match(/http:\S+/) ?? [];
  const call = async () => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "gpt-5", stream: true, messages: [{ role: "user", content: "Up?" }] }),
    });
    await response.text();
  };
  for (let n = 0; n < 5; n++) await call();
  mock.setBehaviour({ faults: [{ kind: "error-503" }] });
  for (let n = 0; n < 20; n++) await call();
  gateway.kill("SIGTERM");
  await once(gateway, "exit");
  await mock.close();

  const lab = at("packages/lab/bin/recloser-lab.js");
  const args = [lab, "replay", journal, "--policies", "recloser", "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ calls: 25, successes: 5, failures: 20, torn: 0 });
  expect(result.policies[0].openings).toMatchObject([{ circuit: "p/gpt-5", mistaken: false }]);
  expect(result.policies[0].figures.failuresSpared).toBeGreaterThan(8);
});
