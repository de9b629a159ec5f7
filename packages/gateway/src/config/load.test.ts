import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Circuit } from "recloser";
import { afterAll, describe, expect, it } from "vitest";
import { circuitOptions } from "./circuit-options.js";
import { ConfigError } from "./config-error.js";
import { loadConfig, parseConfig } from "./load.js";
import type { ConfigInput } from "./schema.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const file = join(folder, "recloser.yaml");
  writeFileSync(file, text);
  return loadConfig(file);
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const one = "providers:\n  - upstream: https://api.openai.com\n";

describe("bad files: one sentence with file, line, option, value and remedy", () => {
  it.each([
    [
      "an unknown option",
      `${one}circuit:\n  errorTreshold: 1\n`,
      'recloser.yaml:4: circuit has no option "errorTreshold"; check its spelling.',
    ],
    [
      "an unknown option at the top",
      `${one}retrys: 3\n`,
      'recloser.yaml:3: The configuration has no option "retrys"; check its spelling.',
    ],
    [
      "a negative number",
      `${one}drainMs: -1\n`,
      "recloser.yaml:3: drainMs is -1; give milliseconds from 0 to 2147483647.",
    ],
    [
      "a share above 1",
      `${one}circuit:\n  errorThreshold: 30\n`,
      "recloser.yaml:4: circuit.errorThreshold is 30; give a number from 0 to 1.",
    ],
    [
      "a number as text",
      `${one}listen:\n  port: "http"\n`,
      'recloser.yaml:4: listen.port is "http"; give a whole number from 0 to 65535.',
    ],
    [
      "a fraction",
      `${one}circuit:\n  maxConcurrent: 1.5\n`,
      "recloser.yaml:4: circuit.maxConcurrent is 1.5; give a whole number of at least 1.",
    ],
    [
      "no provider",
      "drainMs: 1\n",
      "recloser.yaml:1: providers is missing; give a list of providers, each with its upstream.",
    ],
    [
      "an empty file",
      "",
      "recloser.yaml:1: providers is missing; give a list of providers, each with its upstream.",
    ],
    ["an empty list", "providers: []\n", "recloser.yaml:1: providers is a list; give at least one provider."],
    [
      "a list for the whole",
      "- 1\n",
      "recloser.yaml:1: The configuration is a list; give options, one to a line.",
    ],
    [
      "no upstream",
      "providers:\n  - name: x\n",
      "recloser.yaml:2: providers[0].upstream is missing; give a URL such as https://api.openai.com.",
    ],
    [
      "an upstream that is not a URL",
      "providers:\n  - upstream: api.openai.com\n",
      'recloser.yaml:2: providers[0].upstream is "api.openai.com", which is not a URL; give one such as https://api.openai.com.',
    ],
    [
      "another protocol",
      "providers:\n  - upstream: ftp://a.example\n",
      'recloser.yaml:2: providers[0].upstream is "ftp://a.example"; give a URL that begins with https:// or http://.',
    ],
    [
      "credentials",
      "providers:\n  - upstream: https://me:hunter2@a.example\n",
      'recloser.yaml:2: providers[0].upstream is "https://…@a.example" and holds a user name or password; remove it, callers send their own keys.',
    ],
    [
      "a query",
      "providers:\n  - upstream: https://a.example/?key=hunter2\n",
      'recloser.yaml:2: providers[0].upstream is "https://a.example/?…" and has a query or a fragment; remove it, callers send their own.',
    ],
    [
      "a path without a slash",
      "providers:\n  - upstream: https://a.example\n    path: x\n",
      'recloser.yaml:3: providers[0].path is "x"; give a path such as /openai.',
    ],
    [
      "the same name twice",
      "providers:\n  - upstream: https://api.a.com\n  - upstream: https://a.com\n",
      'recloser.yaml:3: providers[1].name is "a", like another provider\'s; give each a name of its own.',
    ],
    [
      "the same path twice",
      "providers:\n  - {upstream: https://a.com, path: /x}\n  - {upstream: https://b.com, path: /x/}\n",
      'recloser.yaml:3: providers[1].path is "/x/", like another provider\'s; give each a path of its own.',
    ],
    [
      "a policy that is none",
      `${one}circuit:\n  policy: sometimes\n`,
      'recloser.yaml:4: circuit.policy is "sometimes"; give meters, errors, { consecutive: 5 } or { thresholds: { … } }.',
    ],
    [
      "a policy's option",
      `${one}circuit:\n  policy:\n    consecutive: 0\n`,
      "recloser.yaml:5: circuit.policy.consecutive is 0; give a whole number of at least 1.",
    ],
    [
      "a policy's option, deeper",
      `${one}circuit:\n  policy:\n    thresholds:\n      errorRate: 2\n`,
      "recloser.yaml:6: circuit.policy.thresholds.errorRate is 2; give a number from 0 to 1.",
    ],
    [
      "two policies",
      `${one}circuit:\n  policy:\n    consecutive: 3\n    thresholds: {errorRate: 0.5}\n`,
      'recloser.yaml:5: circuit.policy has "consecutive" and "thresholds"; give one of them.',
    ],
    [
      "a policy's option, misspelt",
      `${one}circuit:\n  policy:\n    consecutive: 3\n    treshold: 1\n`,
      'recloser.yaml:6: circuit.policy has no option "treshold"; check its spelling.',
    ],
    [
      "a number beyond every limit",
      `${one}limits:\n  maxBodyBytes: 1e99\n`,
      "recloser.yaml:4: limits.maxBodyBytes is 1e+99; give a whole number from 1024 to 1073741824.",
    ],
    [
      "two documents",
      `${one}---\n${one}`,
      "recloser.yaml:3: a second document begins here; give one document.",
    ],
    [
      "what only the library knows",
      `${one}circuit:\n  coolDown:\n    initialMs: 50\n    maxMs: 5\n`,
      "recloser.yaml:6: circuit.coolDown.maxMs is 5; give a number of at least 50.",
    ],
    [
      "an open admin port",
      `${one}admin:\n  host: 0.0.0.0\n`,
      'recloser.yaml:4: admin.host is "0.0.0.0", which others can reach; set admin.token, or listen on 127.0.0.1.',
    ],
    [
      "a short token, not shown",
      `${one}admin:\n  token: hunter2\n`,
      "recloser.yaml:4: admin.token is unusable; give at least 16 characters.",
    ],
    [
      "one port for both",
      `${one}listen: {port: 9}\nadmin: {port: 9}\n`,
      "recloser.yaml:4: admin.port is 9, like listen.port; give each a port of its own.",
    ],
    [
      "broken YAML",
      "providers:\n  - upstream: 'https://a\n",
      "recloser.yaml:3: this is not valid YAML: Missing closing 'quote; mend the line.",
    ],
    [
      "a key twice",
      `${one}drainMs: 1\ndrainMs: 2\n`,
      "recloser.yaml:4: this is not valid YAML: Map keys must be unique; mend the line.",
    ],
  ])("%s", (_what, text, sentence) => {
    expect(problemsOf(() => load(text))).toEqual([sentence]);
  });

  it("says everything that is wrong at once", () => {
    expect(problemsOf(() => load(`${one}drainMs: -1\nrejectStatus: 200\n`))).toHaveLength(2);
  });

  it("a file that is not there", () => {
    const problems = problemsOf(() => loadConfig(join(folder, "none.yaml")));
    expect(problems).toEqual([
      `The configuration file "${join(folder, "none.yaml")}": there is no such file; check the path.`,
    ]);
  });

  it("a folder", () => {
    expect(problemsOf(() => loadConfig(folder))).toEqual([
      `The configuration file "${folder}": it is no regular file; give a YAML file.`,
    ]);
  });

  it("aliases that explode are refused", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`;
    expect(problemsOf(() => load(bomb))).toEqual([
      "recloser.yaml: its aliases refer to too much or to nothing; write the values out.",
    ]);
  });
});

describe("providers", () => {
  it("a single one gets every path, several get one each", () => {
    const upstream = "https://api.openai.com/v1/";
    expect(parseConfig({ providers: [{ upstream }] }).providers).toEqual([
      {
        name: "openai",
        origin: "https://api.openai.com",
        basePath: "/v1",
        prefix: "",
        finishIsEnd: false,
        auth: "auto",
      },
    ]);
    const two = parseConfig({
      providers: [{ upstream }, { upstream: "https://api.anthropic.com", path: "/a/" }],
    });
    expect(two.providers.map((one) => one.prefix)).toEqual(["/openai", "/a"]);
  });
});

describe("circuit options", () => {
  const policyOf = (circuit: ConfigInput["circuit"]) => {
    const {
      maxCircuits,
      each: _each,
      ...options
    } = circuitOptions(parseConfig({ providers: [{ upstream: "http://a" }], circuit }));
    return { maxCircuits, policy: new Circuit("x", options).policy };
  };

  it("the defaults are the library's", () => {
    const { maxCircuits, policy } = policyOf({});
    const own = new Circuit("x").policy;
    const plain = (each: object) => JSON.parse(JSON.stringify(each)) as unknown;
    expect(plain(policy)).toEqual(plain(own));
    expect(maxCircuits).toBe(1_000);
  });

  it("every option arrives", () => {
    const { policy } = policyOf({
      errorThreshold: 0.1,
      falseOpensPerDay: 2,
      stallDeadlineMs: { streaming: 3, unary: 4 },
      coolDown: { initialMs: 5, growth: 6, maxMs: 7, retryAfterMaxMs: 8 },
      probes: { successes: 9, leaseMs: 10 },
      maxConcurrent: 11,
      mode: "observe",
    });
    expect(policy).toMatchObject({
      errorThreshold: 0.1,
      falseOpensPerDay: 2,
      stallDeadlineMs: { streaming: 3, unary: 4 },
      coolDown: { initialMs: 5, growth: 6, maxMs: 7, retryAfterMaxMs: 8 },
      probes: { successes: 9, leaseMs: 10 },
      maxConcurrent: 11,
      mode: "observe",
    });
  });
});

it("never shows a webhook's address or secret: both let anybody write to it", () => {
  const providers = [{ upstream: "https://api.openai.com" }];
  const webhook = { url: "ftp://hooks.example/T0/s3cr3t", secret: "s3cr3t" };
  let message = "";
  try {
    parseConfig({ providers, notifications: { webhooks: [webhook] } });
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain("notifications.webhooks[0].url is unusable; give a URL such as https://");
  expect(message).toContain("notifications.webhooks[0].secret is unusable; give whsec_");
  expect(message).not.toContain("s3cr3t");
});
