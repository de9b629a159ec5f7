// @ts-nocheck
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBug } from "./bug.js";
import { classificationTable, classify, classifyStreamError } from "./classify.js";

const fields =
  "status statusCode headers responseHeaders body data error code type name message cause errors lastError response".split(
    " ",
  );
const boom = () => {
  throw new Error("boom");
};
const traps: ProxyHandler<object> = {
  get: boom,
  has: boom,
  ownKeys: boom,
  getPrototypeOf: boom,
  getOwnPropertyDescriptor: boom,
};
const endless = (): object => new Proxy({}, { get: () => endless() });
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const cyclic = () => {
  const error: Error & { errors?: unknown[]; lastError?: unknown } = new Error("x");
  error.cause = error;
  error.errors = [error];
  return error;
};
let deepest = new Error("x");
for (let i = 0; i < 10_000; i++) deepest = new Error("x", { cause: deepest });
const deep = () => deepest;

/** Made late: fast-check looks into the values that it is given. */
type Recipe = () => unknown;
const hostile = fc.constantFrom<Recipe>(
  () => new Proxy({}, traps),
  () => new Proxy(new Error("x"), traps),
  () => new Proxy(() => 1, traps),
  endless,
  revoked,
  cyclic,
  deep,
  () => ({ get: boom }),
  () => ({ toString: boom, valueOf: boom, [Symbol.toPrimitive]: boom }),
  () => ({
    entries: () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: ["x", 2] }) }) }),
  }),
  () => ({ length: 2 ** 32 }),
  () => Object.create(null),
  () => Symbol("x"),
  () => "[".repeat(100_000),
);
const plain = fc.oneof(fc.anything(), fc.integer({ min: 100, max: 999 })).map(
  (value): Recipe =>
    () =>
      value,
);
const leaf = fc.oneof(plain, hostile);
const field = fc.constantFrom(...fields);
const shape = (inner: fc.Arbitrary<Recipe>) =>
  fc.tuple(fc.dictionary(field, inner), fc.option(field), fc.boolean()).map(
    ([recipes, trap, isError]): Recipe =>
      () => {
        const target: object = isError ? new Error("x") : {};
        for (const [key, make] of Object.entries(recipes)) {
          Object.defineProperty(target, key, { value: make(), enumerable: true, configurable: true });
        }
        return trap === null
          ? target
          : Object.defineProperty(target, trap, { get: boom, configurable: true });
      },
  );
const recipe = fc.oneof(leaf, shape(leaf), shape(shape(leaf)));

const pairs = new Set(classificationTable.map((row) => `${row.verdict} ${row.reason}`));

describe("anything at all", () => {
  it("gets a verdict of the table, and nothing is thrown", () => {
    fc.assert(
      fc.property(recipe, (make) => {
        const subject = make();
        for (const verdict of [classify(subject), classifyStreamError(subject)]) {
          expect(pairs).toContain(
            `${verdict.verdict} ${verdict.verdict === "success" ? undefined : verdict.reason}`,
          );
          if ("detail" in verdict) expect(verdict.detail).toMatch(/^[\w.:-]{1,64}( [\w.:-]{1,64})?$/);
        }
        expect(classifyStreamError(subject).verdict).not.toBe("success");
        expect(typeof isBug(subject)).toBe("boolean");
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds the network error at the end of a chain, a cycle or not", () => {
    const end = Object.assign(new Error("x"), { code: "ECONNRESET" });
    expect(classify(new Error("a", { cause: new Error("b", { cause: end }) }))).toMatchObject({
      reason: "connection",
    });
    end.cause = end;
    expect(classify(new Error("a", { cause: end }))).toMatchObject({ reason: "connection" });
  });
});
