import { type EffectBreaker, type EffectPeer, loadCockatiel, loadEffect, loadOpossum } from "../peers.js";
import { answering, countedWork, expectCount, type Subject, sink, throwing } from "./subject.js";

/** The longest that a timer takes; opossum sets one on opening. */
const LONG_MS = 2_000_000_000;

function refuseAll(): Promise<number> {
  return Promise.reject(new Error("503"));
}

export async function cockatielSampling(): Promise<Subject> {
  const { handleAll, circuitBreaker, SamplingBreaker } = await loadCockatiel();
  const breaker = new SamplingBreaker({ threshold: 0.3, duration: 60_000, minimumRps: 1 });
  const policy = circuitBreaker(handleAll, { halfOpenAfter: LONG_MS, breaker });
  const work = countedWork();
  return answering(() => policy.execute(work.run), expectCount("the work", work.calls));
}

export async function cockatielConsecutive(): Promise<Subject> {
  const { handleAll, circuitBreaker, ConsecutiveBreaker } = await loadCockatiel();
  const policy = circuitBreaker(handleAll, { halfOpenAfter: LONG_MS, breaker: new ConsecutiveBreaker(5) });
  const work = countedWork();
  return answering(() => policy.execute(work.run), expectCount("the work", work.calls));
}

export async function cockatielRejected(): Promise<Subject> {
  const { handleAll, circuitBreaker, ConsecutiveBreaker } = await loadCockatiel();
  const policy = circuitBreaker(handleAll, { halfOpenAfter: LONG_MS, breaker: new ConsecutiveBreaker(1) });
  await policy.execute(refuseAll).catch(() => undefined);
  const work = countedWork();
  return throwing(() => policy.execute(work.run), expectCount("the work", work.calls, 0));
}

async function opossum(timeout: number | false): Promise<Subject> {
  const { default: Breaker } = await loadOpossum();
  const work = countedWork();
  const breaker = new Breaker(work.run, { timeout, resetTimeout: LONG_MS });
  return answering(() => breaker.fire(), expectCount("the work", work.calls));
}

export function opossumNoTimeout(): Promise<Subject> {
  return opossum(false);
}

export function opossumTimeout(): Promise<Subject> {
  return opossum(10_000);
}

export async function opossumRejected(): Promise<Subject> {
  const { default: Breaker } = await loadOpossum();
  const breaker = new Breaker(refuseAll, { timeout: false, resetTimeout: LONG_MS });
  await breaker.fire().catch(() => undefined);
  return throwing(
    () => breaker.fire(),
    () => {
      if (!breaker.opened) throw new Error("opossum was not open.");
    },
  );
}

/** A breaker of its own scope and in-process store, as the module's documentation makes one. */
async function effectBreaker(peer: EffectPeer, tripPolicy: unknown): Promise<EffectBreaker> {
  const { effect, scope, breaker } = peer;
  const make = breaker
    .make({ tripPolicy, openDuration: "1 hour" })
    .pipe(effect.provideService(scope.Scope, scope.makeUnsafe()), effect.provide(breaker.layerStoreMemory()));
  return (await effect.runPromise(make)) as EffectBreaker;
}

const KEY = { key: "bench/model" };

/** `Effect.promise` run by `Effect.runPromise`: what the runtime costs before any breaker. */
export async function effectAlone(): Promise<Subject> {
  const { effect } = await loadEffect();
  const work = countedWork();
  const program = effect.promise(work.run);
  return answering(() => effect.runPromise(program), expectCount("the work", work.calls));
}

async function effectGuarded(policy: (peer: EffectPeer) => unknown): Promise<Subject> {
  const peer = await loadEffect();
  const breaker = await effectBreaker(peer, policy(peer));
  const work = countedWork();
  const program = peer.effect.promise(work.run).pipe(breaker.execute(KEY));
  return answering(() => peer.effect.runPromise(program), expectCount("the work", work.calls));
}

export function effectConsecutive(): Promise<Subject> {
  return effectGuarded(({ breaker }) => breaker.consecutive(5));
}

export function effectRate(): Promise<Subject> {
  return effectGuarded(({ breaker }) => breaker.rate({ threshold: 0.5, size: 100, minimumCalls: 20 }));
}

/** As a program written in Effect would use it: one fiber makes all the calls, so `runPromise` is paid for once. */
export async function effectInFiber(): Promise<Subject> {
  const peer = await loadEffect();
  const breaker = await effectBreaker(peer, peer.breaker.consecutive(5));
  const work = countedWork();
  const guarded = peer.effect.promise(work.run).pipe(breaker.execute(KEY)) as unknown as Iterable<unknown>;
  return {
    async run(n) {
      const program = peer.effect.gen(function* () {
        let last: unknown;
        for (let i = 0; i < n; i++) last = yield* guarded;
        return last;
      });
      sink.last = await peer.effect.runPromise(program);
    },
    check: expectCount("the work", work.calls),
  };
}

export async function effectRejected(): Promise<Subject> {
  const peer = await loadEffect();
  const breaker = await effectBreaker(peer, peer.breaker.consecutive(1));
  await peer.effect
    .runPromise(peer.effect.promise(refuseAll).pipe(breaker.execute(KEY)))
    .catch(() => undefined);
  const work = countedWork();
  const program = peer.effect.promise(work.run).pipe(breaker.execute(KEY));
  return throwing(() => peer.effect.runPromise(program), expectCount("the work", work.calls, 0));
}
