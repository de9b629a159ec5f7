import { type MockServer, startMock } from "@recloser/mock-llm";
import { Circuits, consecutive } from "recloser";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { handlerOf, type Store } from "./serverless.js";

let mock: MockServer;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());
beforeEach(() => {
  mock.setBehaviour(undefined);
  mock.clear();
});

function memory(): Store & { readonly puts: () => number } {
  const values = new Map<string, string>();
  let puts = 0;
  return {
    get: async (key) => values.get(key),
    async put(key, value) {
      puts++;
      values.set(key, value);
    },
    puts: () => puts,
  };
}
/** A fresh instance, as after a cold start. */
const instance = (store: Store) => {
  const circuits = new Circuits({ detector: consecutive(3) });
  return handlerOf({ store, apiKey: "k", baseURL: `${mock.url}/v1`, circuits });
};

it("answers, and writes to the store only when there is news", async () => {
  const store = memory();
  const handle = instance(store);
  for (let i = 0; i < 3; i++) expect(await handle("Is the line up?")).toMatchObject({ status: 200 });
  expect(store.puts()).toBe(0);
});

it("a cold start in an outage sends nothing: it knows what the instance before it learned", async () => {
  mock.setBehaviour({ faults: [{ kind: "error-500", retryAfterMs: 1 }] });
  const store = memory();
  expect(await instance(store)("Is the line up?")).toMatchObject({ status: 503 });
  expect(store.puts()).toBe(1);
  expect(mock.attempts()).toHaveLength(3);
  const cold = await instance(store)("Is the line up?");
  expect(cold).toMatchObject({ status: 503, body: expect.stringContaining("open") });
  expect(mock.attempts()).toHaveLength(3);
});

it("saves again after a write that failed", async () => {
  const store = memory();
  let broken = true;
  const put = (key: string, value: string) => {
    if (!broken) return store.put(key, value);
    broken = false;
    return Promise.reject(new Error("gone"));
  };
  mock.setBehaviour({ faults: [{ kind: "error-500", retryAfterMs: 1 }] });
  const handle = instance({ get: store.get, put });
  await handle("Is the line up?");
  expect(store.puts()).toBe(0);
  await handle("Is the line up?");
  expect(store.puts()).toBe(1);
});

it.each([
  ["bad-request", 400],
  ["unauthorized", 500],
] as const)('a refusal (%s) is not "try again"', async (kind, status) => {
  mock.setBehaviour({ faults: [{ kind }] });
  expect(await instance(memory())("Is the line up?")).toMatchObject({ status });
});

it.each([
  ["is gone", { get: () => Promise.reject(new Error("gone")), put: () => Promise.reject(new Error("gone")) }],
  ["hangs", { get: () => new Promise<never>(() => {}), put: () => new Promise<never>(() => {}) }],
  ["is full of rubbish", { get: async () => "{rubbish", put: async () => {} }],
])("works without a store that %s", async (_name, store) => {
  expect(await instance(store)("Is the line up?")).toMatchObject({ status: 200 });
});
