import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** From the compiled file, `bench/dist/peers.js`. */
const HOME = fileURLToPath(new URL("../peers/", import.meta.url));
const NAMES = ["cockatiel", "effect", "opossum"] as const;

/** Something the user can mend; printed without a stack. */
export class BenchError extends Error {}

/**
 * Installs the peers on first use, from a lockfile of their own, so that nobody who only uses or builds Recloser gets
 * them.
 *
 * @throws BenchError with one sentence when npm cannot.
 */
export function installPeers(): void {
  if (NAMES.every((name) => existsSync(`${HOME}node_modules/${name}/package.json`))) return;
  process.stderr.write(`Installing ${NAMES.join(", ")} into bench/peers (first use).\n`);
  const npm = spawnSync("npm", ["ci", "--prefix", HOME, "--no-audit", "--no-fund", "--loglevel=error"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (npm.status === 0) return;
  const why = (npm.error?.message ?? npm.stderr).trim().split("\n")[0] ?? "";
  throw new BenchError(
    `Could not install the peers of this benchmark (${why}); run \`npm ci --prefix bench/peers\` where npm reaches its registry.`,
  );
}

/** Imports a peer by file address: nothing here is type-checked against it, and no bundler or checker follows it. */
async function load(specifier: string): Promise<unknown> {
  const path = createRequire(`${HOME}package.json`).resolve(specifier);
  return import(pathToFileURL(path).href);
}

type Work = () => Promise<number>;

/** What the benchmarks use of cockatiel. */
export interface Cockatiel {
  readonly handleAll: unknown;
  readonly ConsecutiveBreaker: new (failures: number) => unknown;
  readonly SamplingBreaker: new (options: {
    threshold: number;
    duration: number;
    minimumRps: number;
  }) => unknown;
  circuitBreaker(
    policy: unknown,
    options: { halfOpenAfter: number; breaker: unknown },
  ): { execute(work: Work): Promise<number> };
}

/** What the benchmarks use of opossum. */
export interface Opossum {
  readonly default: new (
    work: Work,
    options: { timeout: number | false; resetTimeout: number },
  ) => { fire(): Promise<number>; readonly opened: boolean };
}

/** An Effect value, which only Effect looks into. */
interface EffectValue {
  pipe(...steps: readonly unknown[]): EffectValue;
}

/** What the benchmarks use of Effect's runtime. */
interface EffectModule {
  promise(work: Work): EffectValue;
  gen(body: () => Generator<unknown, unknown, number>): EffectValue;
  provide(layer: unknown): unknown;
  provideService(tag: unknown, value: unknown): unknown;
  runPromise(effect: EffectValue): Promise<unknown>;
}

/** What the benchmarks use of Effect's CircuitBreaker. */
interface EffectBreakerModule {
  make(options: { tripPolicy: unknown; openDuration: string }): EffectValue;
  consecutive(failures: number): unknown;
  rate(options: { threshold: number; size: number; minimumCalls: number }): unknown;
  layerStoreMemory(): unknown;
}

export interface EffectBreaker {
  execute(options: { key: string }): unknown;
}

export interface EffectPeer {
  readonly effect: EffectModule;
  readonly scope: { readonly Scope: unknown; makeUnsafe(): unknown };
  readonly breaker: EffectBreakerModule;
}

export async function loadCockatiel(): Promise<Cockatiel> {
  return (await load("cockatiel")) as Cockatiel;
}

export async function loadOpossum(): Promise<Opossum> {
  return (await load("opossum")) as Opossum;
}

export async function loadEffect(): Promise<EffectPeer> {
  return {
    effect: (await load("effect/Effect")) as EffectModule,
    scope: (await load("effect/Scope")) as EffectPeer["scope"],
    breaker: ((await load("effect/persistence")) as { CircuitBreaker: EffectBreakerModule }).CircuitBreaker,
  };
}
