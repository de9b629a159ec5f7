import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { describe, expect, it, vi } from "vitest";
import { Relay } from "./relay.js";

/** A client's side that refuses to be written to. */
function refusing() {
  const fail = vi.fn(() => {
    throw new Error("ERR_INVALID_CHAR");
  });
  const res = Object.assign(new EventEmitter(), {
    writeHead: fail,
    flushHeaders: vi.fn(),
    write: () => false,
  });
  const controller = { pause: vi.fn(), resume: fail };
  const caught: unknown[] = [];
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      caught.push(error);
    }
  };
  const owner = { paused: vi.fn(), resumed: vi.fn(), guarded };
  const relay = new Relay(
    res as unknown as ServerResponse,
    controller as unknown as Dispatcher.DispatchController,
    owner,
  );
  return { relay, res, caught };
}

describe("what nobody above would catch", () => {
  it("a head that cannot be written is the guard's", async () => {
    const { relay, caught } = refusing();
    relay.begin(200, "OK", [], true);
    await Promise.resolve();
    expect(caught).toHaveLength(1);
  });

  it("so is a provider that cannot be read on", async () => {
    const { relay, res, caught } = refusing();
    res.writeHead.mockImplementation(() => undefined as never);
    relay.begin(200, "OK", [], true);
    relay.write(Buffer.from("a"));
    // A small first chunk leaves at the end of its turn.
    await Promise.resolve();
    res.writeHead.mockImplementation(() => {
      throw new Error("gone");
    });
    expect(res.emit("drain")).toBe(true);
    expect(caught).toHaveLength(1);
  });
});
