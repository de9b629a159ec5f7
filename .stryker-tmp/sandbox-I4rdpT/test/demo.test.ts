// @ts-nocheck
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// The main job, as `npm start` runs it, in processes of its own.
function start(...args: string[]): {
  child: ChildProcess;
  output: () => string;
  saw: (text: RegExp) => Promise<void>;
} {
  const child = spawn(process.execPath, ["demo/dist/main.js", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const look of waiting) look();
    });
  }
  const saw = (text: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!text.test(output)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      child.once("exit", () => reject(new Error(`It ended before it said ${text}: ${output}`)));
      look();
    });
  return { child, output: () => output, saw };
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : [];
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("npm start", () => {
  it("lives through one round, prints both fleets side by side, and exits 0", {
    timeout: 120_000,
  }, async () => {
    const demo = start("--once", "--speed", "10");
    const [code] = await once(demo.child, "exit");
    expect(demo.output()).toContain("Round 1: the day is over.");
    expect(code).toBe(0);
    for (const phase of ["healthy", "slow bleed", "30 % errors", "hang", "throttling", "dead", "healed"]) {
      expect(demo.output()).toMatch(new RegExp(`^${phase}( +[\\d.–]+( s)?){10}$`, "m"));
    }
    const dead =
      /^(?:met {3}|MISSED) attempts on the dead provider.*: ([\d.]+) through Recloser, ([\d.]+) straight/m;
    const [, guarded, direct] = dead.exec(demo.output()) ?? [];
    expect(Number(guarded)).toBeLessThan(Number(direct) / 2);
  });

  it("stops everything it started on Ctrl-C", { timeout: 60_000 }, async () => {
    const demo = start("--speed", "10");
    await demo.saw(/^0:0\d healthy/m);
    const started = childrenOf(demo.child.pid ?? 0);
    demo.child.kill("SIGINT");
    const [code] = await once(demo.child, "exit");
    expect(code).toBe(130);
    expect(demo.output()).toContain("Stopped; everything that was started is gone.");
    expect(started.filter(alive)).toEqual([]);
  });

  it("leaves nothing behind when it is killed outright", { timeout: 60_000 }, async () => {
    const demo = start("--speed", "10");
    await demo.saw(/^0:0\d healthy/m);
    const started = childrenOf(demo.child.pid ?? 0);
    demo.child.kill("SIGKILL");
    await once(demo.child, "exit");
    await expect.poll(() => started.filter(alive), { timeout: 20_000 }).toEqual([]);
  });

  it.each([
    [["--speed", "0"], "argument '0' is invalid. Give a number from 1 to 20."],
    [["--speed", "fast"], "argument 'fast' is invalid. Give a number from 1 to 20."],
    [["--seed", "1.5"], "Give a whole number from 0"],
    [["--sped", "2"], "unknown option '--sped'"],
  ])("refuses %j with one sentence", async (args, sentence) => {
    const demo = start(...args);
    const [code] = await once(demo.child, "exit");
    expect(demo.output()).toContain(sentence);
    expect(code).not.toBe(0);
  });
});
