import { LabError } from "../lab-error.js";
import type { Arrivals, Capacity, Model, Phase, Scenario } from "./scenario.js";
import type { ScenarioFile } from "./schema.js";
import { meanHoldMs, usualBulkhead, usualSlots, usualWarmUpMs } from "./traffic.js";

/**
 * Fills in what follows from the rest of a file that fits the schema.
 *
 * @param name what it is called, and what errors name.
 * @param gapsOf reads the gaps between calls from a trace that the file names, in milliseconds.
 * @throws LabError when parts of it contradict each other.
 */
export function resolve(
  name: string,
  file: ScenarioFile,
  gapsOf: (trace: string) => readonly number[],
): Scenario {
  const models = modelsOf(name, file);
  const arrivals = arrivalsOf(file, gapsOf);
  const perSecond = arrivals.kind === "replayed" ? 1000 / mean(arrivals.gapsMs) : file.calls.perSecond;
  const bulkheads = models.map((model) => file.bulkhead ?? usualBulkhead(perSecond, model));
  const { timeout, patience, streaming, retries } = file.calls;
  return {
    name,
    title: file.title,
    description: file.description,
    workers: file.workers,
    warmUpMs: file.warmUp ?? usualWarmUpMs(perSecond),
    watchMs: file.watch,
    calls: {
      perSecond,
      arrivals,
      streaming,
      timeoutMs: timeout,
      patienceMs: patience,
      retries: {
        times: retries.times,
        firstMs: retries.first,
        mostMs: retries.most,
        jitter: retries.jitter,
        heedRetryAfter: retries.heedRetryAfter,
      },
    },
    other:
      file.other === false
        ? undefined
        : {
            perSecond: file.other.perSecond,
            takesMs: file.other.takes,
            patienceMs: file.other.patience,
          },
    slots: file.slots ?? usualSlots(bulkheads),
    bulkheads,
    models,
    capacity: file.capacity && capacityOf(name, file, perSecond, models),
    errorAfterMs: file.errorAfter,
    phases: file.phases.map((phase, index) => phaseOf(name, phase, index, file, perSecond)),
  };
}

function modelsOf(name: string, { models }: ScenarioFile): readonly Model[] {
  const all = models.reduce((sum, { share }) => sum + share, 0);
  const twice = models.find((model, at) => models.findIndex((other) => other.name === model.name) !== at);
  if (twice !== undefined)
    throw new LabError(`${name}: two models are called "${twice.name}"; give each a name of its own.`);
  return models.map(({ firstToken, token, share, ...model }) => {
    const { from, to } = firstToken.stalls;
    if (from > to)
      throw new LabError(
        `${name}: firstToken.stalls of "${model.name}" goes from ${from} to ${to}; put the smaller first.`,
      );
    return {
      ...model,
      share: share / all,
      tokenMs: token,
      firstToken: { medianMs: firstToken.median, sigma: firstToken.sigma, stalls: firstToken.stalls },
    };
  });
}

function arrivalsOf({ calls }: ScenarioFile, gapsOf: (trace: string) => readonly number[]): Arrivals {
  const { arrivals } = calls;
  if (arrivals === "poisson") return { kind: "poisson" };
  if ("bursty" in arrivals) return { kind: "bursty", cv: arrivals.bursty.cv };
  if ("mmpp" in arrivals) {
    const { factor, share, spell } = arrivals.mmpp;
    return { kind: "mmpp", factor, share, spellMs: spell };
  }
  return { kind: "replayed", gapsMs: gapsOf(arrivals.replayed) };
}

function capacityOf(
  name: string,
  { capacity, workers }: ScenarioFile,
  perSecond: number,
  models: readonly Model[],
): Capacity | undefined {
  if (capacity === undefined) return undefined;
  const { load, servers, queue, noticesCancellation } = capacity;
  if ((load === undefined) === (servers === undefined))
    throw new LabError(
      `${name}: capacity has ${load === undefined ? "neither" : "both"} load and servers; give one.`,
    );
  const busy = (workers * perSecond * sum(models.map((model) => model.share * meanHoldMs(model)))) / 1000;
  const needed = servers ?? Math.max(1, Math.round(busy / (load ?? 1)));
  return { servers: needed, queue, noticesCancellation };
}

function phaseOf(
  name: string,
  { from, until, every, for: lasts, models, retryAfter, quota, ...effects }: ScenarioFile["phases"][number],
  index: number,
  file: ScenarioFile,
  perSecond: number,
): Phase {
  const where = `${name}: phases[${index}]`;
  const end = until ?? file.watch;
  if (end <= from) throw new LabError(`${where} ends at ${end} ms, before it starts; put until after from.`);
  if ((every === undefined) !== (lasts === undefined))
    throw new LabError(
      `${where} has ${every === undefined ? "for" : "every"} alone; give every and for, or neither.`,
    );
  if (every !== undefined && lasts !== undefined && lasts >= every)
    throw new LabError(`${where}: for (${lasts} ms) is not shorter than every (${every} ms); shorten it.`);
  const known = file.models.map((model) => model.name);
  const unknown = models?.find((model) => !known.includes(model));
  if (unknown !== undefined)
    throw new LabError(`${where} names the model "${unknown}"; there are ${known.join(", ")}.`);
  if (effects.capacity < 1 && file.capacity === undefined)
    throw new LabError(
      `${where} takes capacity away, but the scenario has none; give capacity: { load } too.`,
    );
  const demand = file.workers * perSecond;
  return {
    ...effects,
    fromMs: from,
    untilMs: Math.min(end, file.watch),
    every: every === undefined || lasts === undefined ? undefined : { periodMs: every, forMs: lasts },
    models: models ?? [],
    retryAfterMs: retryAfter,
    quota: quota && {
      perSecond: quota.ofDemand * demand,
      // A second's worth may come at once.
      burst: Math.max(1, quota.ofDemand * demand),
      retryAfterMs: quota.retryAfter,
    },
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
