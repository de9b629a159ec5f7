import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { build, node, type Running } from "./testing/built.js";
import { mockFor } from "./testing/calls.js";
import { blocks } from "./testing/docs.js";

let dir: string;
const running: Running[] = [];

beforeAll(async () => {
  await build();
  dir = await mkdtemp(join(tmpdir(), "mock-llm-cli-"));
});
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rm(dir, { recursive: true }));

function cli(...args: string[]): Running {
  const run = node(["dist/cli.js", ...args]);
  running.push(run);
  return run;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

async function up(run: Running): Promise<string> {
  const line = await run.firstLine;
  expect(line).toMatch(/^recloser-mock-llm is up at http:\/\/127\.0\.0\.1:\d+$/);
  return line.split(" ").at(-1) ?? "";
}

function ask(url: string, model: string) {
  const body = JSON.stringify({ model, messages: [] });
  return fetch(`${url}/v1/chat/completions`, { method: "POST", body });
}

describe("recloser-mock-llm", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "says where it is, serves, and ends cleanly on %s",
    async (signal) => {
      const log = join(dir, `${signal}.log`);
      const run = cli("--port", "0", "--profile", "quick", "--log", log);
      const url = await up(run);
      expect((await ask(url, "gpt")).status).toBe(200);
      const hung = expect(ask(url, "mock-fault:hang")).rejects.toThrow();
      while ((await (await fetch(`${url}/mock/state`)).json()).attempts.faults.hang !== 1);
      run.child.kill(signal);
      await hung;
      expect(await run.done).toMatchObject({ code: 0, stderr: "" });
      const ends = (await readFile(log, "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).end);
      expect(ends).toEqual(["complete", "hung"]);
    },
  );

  it("takes faults from the command line and scripts from a file", async () => {
    const faulty = await up(cli("--port", "0", "--fault", "error-503"));
    expect((await ask(faulty, "gpt")).status).toBe(503);
    const script = await file(
      "ok.yaml",
      "phases:\n  - { name: dead, for: 1h, faults: [{ kind: overloaded }] }\n",
    );
    const scripted = await up(cli("--port", "0", "--script", script, "--seed", "3", "--speed", "2"));
    expect((await ask(scripted, "gpt")).status).toBe(503);
    expect((await (await fetch(`${scripted}/mock/state`)).json()).phase.name).toBe("dead");
  });

  it("a port in use", async () => {
    const mock = await mockFor();
    expect(await cli("--port", String(mock.port)).done).toEqual({
      code: 1,
      stdout: "",
      stderr: `recloser-mock-llm: Port ${mock.port} on 127.0.0.1 is in use; stop what uses it, or give another port (0 takes a free one).\n`,
    });
  });

  const scripts: [string, string, string][] = [
    ["bad-yaml", "phases:\n  - name: [\n", ", line 3, column 1: not valid YAML ("],
    [
      "unknown",
      "phases:\n  - name: a\n    fro: 4s\n",
      ', line 3: phases[0] has an unknown field "fro"; remove it or use one of name,',
    ],
    [
      "kind",
      "phases:\n  - name: a\n    for: 4s\n    faults:\n      - kind: hnag\n",
      ', line 5: phases[0].faults[0].kind is "hnag"; give one of',
    ],
    [
      "missing",
      "seed: 1\nphases:\n  - name: a\n",
      ", line 3: phases[0].for is missing; give the phase a length",
    ],
    ["empty", "", " is missing; give a script: {"],
    ["aliases", `a: &a [${"x,".repeat(50)}]\nb: [${"*a,".repeat(200)}]\n`, ": not usable YAML ("],
  ];
  it.each(scripts)("a script with a mistake: %s", async (name, text, message) => {
    const script = await file(`${name}.yaml`, text);
    const { code, stdout, stderr } = await cli("--port", "0", "--script", script).done;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`recloser-mock-llm: ${script}${message}`);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  const flags: [string[], string][] = [
    [["--script", "/no/such.yaml"], "Script /no/such.yaml: there is no such file; check the path."],
    [["--port", "eighty"], '--port is "eighty"; give a number.'],
    [["--port", "99999"], "options: port is 99999; give a port from 0 to 65535."],
    [["--speed", "0"], "options: speed is 0; give a number above 0."],
    [["--profile", "fast"], 'options: profile is "fast"; give "quick" or "realistic".'],
    [["--fault", "hnag"], '--fault: "hnag" names no fault; use one of'],
    [["--fault", "hang", "--script", "x"], "--fault and --script exclude each other;"],
    [["--colour"], "error: unknown option '--colour'"],
    [["extra"], "error: too many arguments"],
  ];
  it.each(flags)("%j", async (args, message) => {
    const { code, stdout, stderr } = await cli(...args).done;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});

// Here because they need the built package, and one test file at a time may build it.
describe("the programs in the docs", () => {
  it.each([
    ["../../../docs/mock-llm.md", "503\n[ 0, 1, 2 ]\n"],
    ["../README.md", "[]\n"],
  ])("%s prints what it says", async (path, printed) => {
    const text = await readFile(new URL(path, import.meta.url), "utf8");
    const [program = ""] = blocks(text, "js");
    const { code, stdout, stderr } = await node(["--input-type=module", "-e", program]).done;
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: printed, stderr: "" });
  });
});
