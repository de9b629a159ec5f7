import { describe, expect, it } from "vitest";
import type { LiveMessage } from "../contract/contract.js";
import { serverEvents } from "../page/sse.js";
import { failure, success, World } from "../testing/world.js";
import { liveStream } from "./live.js";

function open(world: World, circuit?: string): { next(): Promise<LiveMessage>; end(): Promise<unknown> } {
  const events = serverEvents(liveStream(world.board, circuit) as ReadableStream<Uint8Array<ArrayBuffer>>);
  return {
    async next() {
      const { value } = await events.next();
      if (value === undefined) throw new Error("the stream has ended");
      return { type: value.event, data: JSON.parse(value.data) } as LiveMessage;
    },
    end: () => events.return(undefined),
  };
}

type DataOf = { [Message in LiveMessage as Message["type"]]: Message["data"] };

async function nextOf<Type extends LiveMessage["type"]>(
  stream: { next(): Promise<LiveMessage> },
  type: Type,
): Promise<DataOf[Type]> {
  for (;;) {
    const message = await stream.next();
    if (message.type === type) return message.data as DataOf[Type];
  }
}

function world(): World {
  const made = new World();
  made.traffic("a/b", { perSecond: 2, call: () => ({ firstTokenMs: 200, totalMs: 900, verdict: success }) });
  made.circuits.get("quiet/one");
  made.run(60_000);
  return made;
}

describe("the live stream", () => {
  it("says everything first, then only what has changed, and something each second", async () => {
    const here = world();
    const stream = open(here);

    const overview = await nextOf(stream, "overview");
    const first = await nextOf(stream, "rows");
    const second = await nextOf(stream, "rows");
    here.run(1_000);
    const third = await nextOf(stream, "rows");
    await stream.end();

    expect(overview.rows.map(({ circuit }) => circuit)).toEqual(["a/b", "quiet/one"]);
    expect(first.rows).toEqual([]);
    expect(second.rows).toEqual([]);
    expect(third.rows.map(({ circuit }) => circuit)).toEqual(["a/b"]);
  });

  it("does not wait for the next second to tell of a change of state", async () => {
    const here = world();
    const stream = open(here);
    await nextOf(stream, "overview");

    here.circuits.get("quiet/one").force("open", { forMs: 60_000, reason: "r" });
    here.board.tick();
    const { rows, events } = await nextOf(stream, "rows");
    await stream.end();

    expect(rows).toMatchObject([{ circuit: "quiet/one", standing: "forced-open" }]);
    expect(events).toMatchObject([{ kind: "transition", to: "forced-open" }]);
  });

  it("tells all about the circuit that is asked for, then what is new", async () => {
    const here = world();
    const stream = open(here, "a/b");
    const detail = await nextOf(stream, "detail");

    const admission = here.circuits.get("a/b").admit();
    if (admission.ok) admission.permit.settle(failure("server-error", "500"));
    here.run(6_000);
    const more = await nextOf(stream, "more");
    await stream.end();

    expect(detail.samples.times.length).toBeGreaterThan(10);
    expect(more.samples.times.every((at) => at > (detail.samples.times.at(-1) ?? 0))).toBe(true);
    expect(more.samples.times.length).toBeGreaterThan(0);
    expect(more.exemplars).toMatchObject([{ reason: "server-error" }]);
  });

  it("says when there is no such circuit, and tells of it when it comes", async () => {
    const here = world();
    const stream = open(here, "late/one");
    await nextOf(stream, "absent");

    here.circuits.get("late/one");
    here.run(6_000);
    const detail = await nextOf(stream, "detail");
    await stream.end();

    expect(detail.row.circuit).toBe("late/one");
  });

  it("tells of circuits that were forgotten", async () => {
    const here = new World({ maxCircuits: 2 });
    here.circuits.get("a");
    here.circuits.get("b");
    here.run(1_000);
    const stream = open(here);
    await nextOf(stream, "overview");

    here.circuits.get("c");
    here.run(10_000);
    const { gone, rows } = await nextOf(stream, "rows");
    await stream.end();

    expect(gone).toEqual(["a"]);
    expect(rows.map(({ circuit }) => circuit)).toContain("c");
  });

  it("ends when the board is closed", async () => {
    const here = world();
    const stream = open(here);
    await nextOf(stream, "overview");

    here.board.close();

    await expect(stream.next()).rejects.toThrow("the stream has ended");
  });
});
