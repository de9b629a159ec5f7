import { describe, expect, it } from "vitest";
import { chat, gatewayFor, mockFor } from "../testing/gateway.js";

interface Told {
  readonly id: string | undefined;
  readonly data: { type: string; circuit: string; to?: string; count?: number };
}

/** Reads events until `enough`, then leaves. */
async function listen(
  url: string,
  enough: (events: readonly Told[]) => boolean,
  lastId?: string,
): Promise<Told[]> {
  const leave = new AbortController();
  const headers: Record<string, string> = lastId === undefined ? {} : { "last-event-id": lastId };
  const answer = await fetch(`${url}/api/events`, { headers, signal: leave.signal });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const events: Told[] = [];
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += new TextDecoder().decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data !== undefined)
        events.push({ id: /^id: (.*)$/m.exec(block)?.[1], data: JSON.parse(data) as Told["data"] });
    }
    if (enough(events)) break;
  }
  leave.abort();
  return events;
}

const hold = { forMs: 60_000, reason: "a test" };

describe("events", () => {
  it("tell transitions as they happen, and rejections at most once a second", async () => {
    const gateway = await gatewayFor(await mockFor());
    const counted = (events: readonly Told[]) =>
      events.reduce((sum, event) => sum + (event.data.count ?? 0), 0);
    const heard = listen(gateway.adminUrl, (events) => counted(events) === 20);
    // The answer's head is there before anything happens, so nothing can be missed from here on.
    await fetch(`${gateway.adminUrl}/healthz`);
    gateway.circuits.get("p/m").force("open", hold);
    for (let i = 0; i < 20; i++) await chat(gateway, "m");
    const events = await heard;
    expect(events[0]?.data).toMatchObject({ type: "transition", circuit: "p/m", to: "forced-open" });
    const counts = events.filter((event) => event.data.type === "rejected").map((event) => event.data.count);
    expect(counts[0]).toBe(1);
    expect(counts.length).toBeLessThan(10);
  });

  it("go on where a reader left off", async () => {
    const gateway = await gatewayFor(await mockFor());
    const circuit = gateway.circuits.get("p/m");
    circuit.force("open", hold);
    circuit.release();
    const all = await listen(gateway.adminUrl, (events) => events.length >= 2, "another-run-0");
    expect(all.slice(0, 2).map((event) => event.data.to)).toEqual(["forced-open", "half-open"]);
    circuit.force("closed", hold);
    const rest = await listen(gateway.adminUrl, (events) => events.length >= 2, all[0]?.id);
    expect(rest.map((event) => event.data.to)).toEqual(["half-open", "forced-closed"]);
  });

  it("say how much was missed when it was too much to keep", async () => {
    const gateway = await gatewayFor(await mockFor());
    for (let i = 0; i < 300; i++) {
      gateway.circuits.get("p/m").force("open", hold);
      gateway.circuits.get("p/m").release();
    }
    const first = await listen(gateway.adminUrl, (events) => events.length >= 1, "x-0");
    const run = first[0]?.id?.split("-")[0];
    const late = await listen(gateway.adminUrl, (events) => events.length >= 501, `${run}-9`);
    expect(late[0]?.data).toEqual({ type: "missed", count: 90 });
    expect(late).toHaveLength(501);
  });

  it("end when the gateway stops", async () => {
    const gateway = await gatewayFor(await mockFor());
    const answer = await fetch(`${gateway.adminUrl}/api/events`);
    const closed = gateway.close();
    await answer.text().catch(() => "");
    await closed;
  });
});
