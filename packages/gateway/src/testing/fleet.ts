import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MockServer } from "@recloser/mock-llm";
import { afterAll } from "vitest";
import { chat } from "./gateway.js";
import type { Started } from "./process.js";

/** For the files of one test file; gone with it. */
export const folder = mkdtempSync(join(tmpdir(), "recloser-workers-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A configuration of two workers in front of one provider, `p`. */
export function fileFor(mock: MockServer, more = ""): string {
  const file = join(folder, `${++files}.yaml`);
  writeFileSync(file, `providers: [{ name: p, upstream: "${mock.url}" }]\nworkers: 2\n${more}`);
  return file;
}

interface Listed {
  readonly worker: number;
  readonly circuit: string;
  readonly state: string;
  readonly callsPerSecond: number;
}

async function circuitsOf({ adminUrl }: Started): Promise<Listed[]> {
  return (await (await fetch(`${adminUrl}/api/circuits`)).json()) as Listed[];
}

/** The states of one circuit, as `1 open`: the worker and the state. */
export async function statesOf(gateway: Started, name: string): Promise<string[]> {
  return (await circuitsOf(gateway))
    .filter(({ circuit }) => circuit === name)
    .map(({ worker, state }) => `${worker} ${state}`);
}

/** Calls on connections of their own, which are given to the workers in turn. */
export async function calls(gateway: Started, model: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) {
    const answer = await chat(gateway, model, false, { headers: { connection: "close" } });
    statuses.push(answer.status);
    await answer.text();
  }
  return statuses;
}

export async function healthOf({
  adminUrl,
}: Started): Promise<{ workers?: { ready: number; wanted: number } }> {
  return (await (await fetch(`${adminUrl}/healthz`)).json()) as {
    workers?: { ready: number; wanted: number };
  };
}

/** The processes that a process has started, in the order of their start. */
export function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended and is not waited for is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
