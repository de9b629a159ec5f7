import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../config/config-error.js";
import { check } from "./check.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-check-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "recloser.yaml");

const full = `
listen: { host: "::1" }
workers: 4
providers:
  - upstream: https://api.openai.com
  - { upstream: https://api.groq.com/openai, apiKey: gsk_very-secret }
  - { name: local, upstream: http://vllm:8000, auth: none }
routes:
  - provider: openai
    model: gpt-5*
    fallbacks:
      - { model: gpt-5-mini }
      - { provider: groq, model: openai/gpt-oss-120b }
      - { provider: local }
    onContextLength: { model: gpt-4.1 }
    firstTokenTimeoutMs: 15000
    attemptTimeoutMs: 90500
  - { delivery: complete }
  - { provider: openai, model: gpt-5-pro, delivery: complete }
retries: { attempts: 3 }
circuit: { maxConcurrent: 12 }
limits: { stallTimeoutMs: 20000, timeoutMs: 120000 }
notifications:
  webhooks:
    - { url: https://hooks.slack.com/services/secret, format: slack, on: [opened, closed] }
    - { url: "https://alerts.example/in?key=secret", secret: whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0 }
`;

describe("recloser check", () => {
  it("says what goes where, in words", () => {
    writeFileSync(file, full);
    expect(check(file, "words").split("\n")).toEqual([
      `${file} is valid.`,
      "callers: http://[::1]:8787, 4 workers",
      "operators: http://127.0.0.1:8788",
      "providers:",
      "  openai: http://[::1]:8787/openai/… goes to https://api.openai.com/…, with the caller's key",
      "  groq: http://[::1]:8787/groq/… goes to https://api.groq.com/openai/…, with a key of its own",
      "  local: http://[::1]:8787/local/… goes to http://vllm:8000/…, without a key",
      "routes, of which the first that fits counts:",
      "  1. openai/gpt-5*: itself, then openai/gpt-5-mini, then groq/openai/gpt-oss-120b, then local/*; what is too long goes to openai/gpt-4.1; on without a first token after 15 s; on without an answer after 90.5 s",
      "  2. */*: itself; answers are held until they are whole",
      "  3. openai/gpt-5-pro: itself; answers are held until they are whole; never used, because route 1 takes all of its calls",
      "retries: up to 3 requests to one target for one call",
      "limits: no silence in a stream beyond 20 s; a call within 120 s; 12 calls at once for each circuit; request bodies up to 32 MiB",
      "notifications:",
      "  opened, closed: https://hooks.slack.com, slack format, not signed",
      "  opened, closed, forced: https://alerts.example, standard format, signed",
    ]);
  });

  it("says it as JSON", () => {
    writeFileSync(file, full);
    expect(JSON.parse(check(file, "json"))).toMatchObject({
      file,
      workers: 4,
      providers: [{ name: "openai", key: "callers" }, { name: "groq", key: "own" }, { key: "none" }],
      routes: [
        {
          provider: "openai",
          model: "gpt-5*",
          fallbacks: [
            { provider: "openai", model: "gpt-5-mini" },
            { provider: "groq", model: "openai/gpt-oss-120b" },
            { provider: "local", model: "*" },
          ],
        },
        { delivery: "complete" },
        { hiddenBy: 1 },
      ],
      limits: { timeoutMs: 120_000, maxConcurrent: 12 },
    });
  });

  it("tells no secret", () => {
    writeFileSync(file, full);
    for (const as of ["words", "json"] as const) expect(check(file, as)).not.toContain("secret");
  });

  it("says that there are no routes", () => {
    writeFileSync(file, "providers: [{ upstream: https://api.openai.com }]\n");
    expect(check(file, "words")).toContain(
      "\nroutes: none, a call that fails goes nowhere else\nretries: none\n",
    );
  });

  it("throws what is wrong with it", () => {
    writeFileSync(file, "providers: []\n");
    expect(() => check(file, "words")).toThrow(ConfigError);
  });
});
