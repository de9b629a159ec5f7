import { Circuits } from "recloser";
import { expect, it } from "vitest";
import { type Note, Notes, NoteTaker } from "./notes.js";

function fail(circuits: Circuits, name: string): void {
  const admission = circuits.get(name).admit();
  if (!admission.ok) throw new Error("it was to be let through");
  admission.permit.settle({ verdict: "failure", reason: "server-error" });
}

function taking() {
  const given: Note[] = [];
  let now = 0;
  const taker = new NoteTaker(
    (note) => given.push(note),
    () => now,
  );
  return { taker, given, pass: (ms: number) => (now += ms) };
}

it("a failure of each circuit and reason once a second, successes never", () => {
  const { taker, given, pass } = taking();
  const circuits = new Circuits({ mode: "observe" });
  taker.follow(circuits);
  for (let n = 0; n < 10; n++) for (const name of ["p/a", "p/b"]) fail(circuits, name);
  const admission = circuits.get("p/a").admit();
  if (admission.ok) admission.permit.settle({ verdict: "success" });
  expect(given.map(({ name, event }) => `${name} ${event.circuit}`)).toEqual(["settled p/a", "settled p/b"]);
  pass(1_000);
  fail(circuits, "p/a");
  expect(given).toHaveLength(3);
});

it("other circuits after a reload, and no longer those before", () => {
  const { taker, given } = taking();
  const [before, after] = [new Circuits(), new Circuits()];
  taker.follow(before);
  taker.follow(after);
  fail(before, "p/a");
  fail(after, "p/b");
  expect(given.map(({ event }) => event.circuit)).toEqual(["p/b"]);
});

it("however many circuits fail, what is kept of them is bounded, and comes back in time", () => {
  const { taker, given, pass } = taking();
  const circuits = new Circuits({ maxCircuits: 2_000 });
  taker.follow(circuits);
  for (let n = 0; n < 1_000; n++) fail(circuits, `p/${n}`);
  expect(given).toHaveLength(500);
  pass(1_000);
  fail(circuits, "p/999");
  expect(given).toHaveLength(501);
});

it("are passed on with the worker's number, as long as somebody listens", () => {
  const notes = new Notes();
  const heard: string[] = [];
  const stop = notes.on(({ name }, worker) => heard.push(`${worker} ${name}`));
  const note: Note = { name: "limited", event: { circuit: "p/a", limited: true, message: "m" } };
  notes.tell(note, 2);
  stop();
  notes.tell(note, 2);
  expect(heard).toEqual(["2 limited"]);
});
