import { Circuits, type TransitionEvent } from "recloser";
import { afterEach, expect, it } from "vitest";
import type { Command } from "../../engine/view.js";
import { Notes } from "../../workers/notes.js";
import { EventLog } from "../events.js";
import type { Fleet } from "../fleet.js";
import { FleetSource } from "./fleet-source.js";

let source: FleetSource | undefined;
afterEach(() => source?.close());

/** Two workers that have a circuit of the same name. */
function twoWorkers(): { fleet: Fleet; workers: readonly Circuits[]; commands: Command[] } {
  const workers = [new Circuits(), new Circuits()];
  const commands: Command[] = [];
  for (const worker of workers) worker.get("openai/gpt-5");
  const fleet: Fleet = {
    several: true,
    health: () => ({ status: "ok", openRequests: 0 }),
    views: async () =>
      workers.map((circuits, index) => ({
        worker: index + 1,
        circuits: circuits.snapshot(),
        calls: {},
        open: 0,
        draining: false,
        journal: undefined,
        process: { residentBytes: 0, cpuSeconds: 0, startedAt: 0 },
      })),
    command: async (command) => {
      commands.push(command);
    },
  };
  return { fleet, workers, commands };
}

it("shows each worker's circuits as its own, and gives an operator's word to all", async () => {
  const { fleet, commands } = twoWorkers();
  source = new FleetSource(fleet, new EventLog());
  await source.refresh();

  const [first, second] = [...source];
  expect([first?.name, second?.name]).toEqual(["openai/gpt-5 (worker 1)", "openai/gpt-5 (worker 2)"]);
  expect(first?.snapshot().circuit).toBe("openai/gpt-5 (worker 1)");
  first?.force("open", { forMs: 1_000, reason: "r" });
  second?.release();
  expect(commands).toEqual([
    { kind: "force", circuit: "openai/gpt-5", to: "open", forMs: 1_000, reason: "r" },
    { kind: "release", circuit: "openai/gpt-5" },
  ]);
});

it("tells of a change when the circuit can be seen as it is after it", async () => {
  const { fleet, workers } = twoWorkers();
  const events = new EventLog();
  source = new FleetSource(fleet, events);
  await source.refresh();
  const from = source;
  const heard = new Promise<TransitionEvent & { seen: string | undefined }>((resolve) => {
    from.on("transition", (event) => {
      resolve({ ...event, seen: [...from].find(({ name }) => name === event.circuit)?.state });
    });
  });

  workers[1]?.get("openai/gpt-5").force("open", { forMs: 60_000, reason: "r" });
  events.add({
    type: "transition",
    at: new Date().toISOString(),
    circuit: "openai/gpt-5",
    from: "closed",
    to: "forced-open",
    epoch: 1,
    message: "m",
    worker: 2,
  });

  expect(await heard).toMatchObject({
    circuit: "openai/gpt-5 (worker 2)",
    to: "forced-open",
    seen: "forced-open",
  });
});

it("tells of a call that failed when its circuit can be seen, as that worker's", async () => {
  const { fleet, workers } = twoWorkers();
  const notes = new Notes();
  source = new FleetSource({ ...fleet, notes }, new EventLog());
  await source.refresh();
  const from = source;
  const heard = new Promise<{ circuit: string; seen: boolean }>((resolve) => {
    from.on("settled", ({ circuit }) => {
      resolve({ circuit, seen: [...from].some(({ name }) => name === circuit) });
    });
  });
  from.on("judged", () => expect.unreachable("nothing was judged"));

  workers[1]?.get("openai/new");
  const verdict = { verdict: "failure", reason: "server-error" } as const;
  notes.tell({ name: "settled", event: { circuit: "openai/new", verdict, durationMs: 1, probe: false } }, 2);

  expect(await heard).toEqual({ circuit: "openai/new (worker 2)", seen: true });
});

it("lives through workers that do not answer", async () => {
  const { fleet } = twoWorkers();
  source = new FleetSource({ ...fleet, views: () => Promise.reject(new Error("gone")) }, new EventLog());

  await source.refresh();

  expect([...source]).toEqual([]);
});
