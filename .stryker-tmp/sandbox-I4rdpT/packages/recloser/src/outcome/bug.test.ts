// @ts-nocheck
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { isBug } from "./bug.js";
import { samples } from "./testing/samples.js";

const message = (fn: () => unknown): unknown => {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
};
const missing: { deep?: { value: number } } = {};

describe("isBug", () => {
  it("is true for the mistakes of the user's own code", () => {
    expect(isBug(message(() => (missing.deep as { value: number }).value))).toBe(true);
    expect(isBug(message(() => (missing as unknown as () => void)()))).toBe(true);
    expect(isBug(new ReferenceError("request is not defined"))).toBe(true);
    expect(isBug(new TypeError("Invalid URL"))).toBe(true);
    expect(isBug(new TypeError("outer", { cause: new Error("inner") }))).toBe(true);
  });

  it("is true for a URL that fetch cannot parse", async () => {
    const error = await fetch("not a url").catch((reason: unknown) => reason);
    expect(isBug(error)).toBe(true);
  });

  it("is false for fetch's own TypeErrors, on every platform", async () => {
    for (const id of ["connection", "connection-text", "timeout"]) {
      for (const subject of samples[id] ?? []) expect(isBug(subject)).toBe(false);
    }
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const refused = await fetch(`http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
    expect(refused).toBeInstanceOf(TypeError);
    expect(isBug(refused)).toBe(false);
  });

  it("is false when the cause may be the network", () => {
    expect(isBug(new TypeError("odd", { cause: Object.assign(new Error("x"), { code: "NEW_CODE" }) }))).toBe(
      false,
    );
    expect(isBug(new TypeError("odd", { cause: Object.assign(new Error("x"), { syscall: "read" }) }))).toBe(
      false,
    );
  });

  it("is false for everything else that may be thrown", () => {
    for (const value of [
      new Error("x"),
      new RangeError("x"),
      new SyntaxError("x"),
      "TypeError",
      null,
      undefined,
      1,
    ]) {
      expect(isBug(value)).toBe(false);
    }
  });
});
