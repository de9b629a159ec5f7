import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Mode } from "./testing/client.js";
import { allClients } from "./testing/clients.js";
import { startCohere } from "./testing/cohere-provider.js";
import { startProvider } from "./testing/provider.js";
import { looking, type SceneName } from "./testing/scenes.js";
import { tables } from "./testing/table.js";

const clients = await allClients();
const mock = await startProvider();
const cohere = await startCohere();
afterAll(() => Promise.all([mock.close(), cohere.close()]));
const look = looking(({ name }) => (name === "cohere-ai" ? cohere : mock));

describe.each(clients)("$name", (client) => {
  describe.each<Mode>(["unary", "stream"])("%s", (mode) => {
    const seen = async (name: SceneName) => {
      const one = await look(client, mode, name);
      expect(one.inFlight).toBe(0);
      return one;
    };

    it("passes a healthy answer on, and is a success", async () => {
      const { text, said, calls } = await seen("healthy");
      expect(text?.length).toBeGreaterThan(10);
      expect(said).toEqual(["success"]);
      expect(calls).toBe(1);
    });

    it("H3: a rejection sends nothing, is not slept on, and its typed failure can be read", async () => {
      const { caught, failure, calls, sent, said, asleepMs } = await seen("rejected");
      expect(caught).toBeDefined();
      expect(failure).toMatchObject({ kind: "rejected", reason: "forced-open", circuit: "p/m", attempts: 0 });
      expect(failure?.retryAfterMs).toBeGreaterThan(29_000);
      expect(sent).toBe(0);
      expect(said).toEqual([]);
      expect(calls).toBe(client.callsWhenRejected ?? 1);
      if (calls === 1) expect(asleepMs).toBe(0);
    });

    it("H3: with the other way of saying no, still nothing is sent and the failure can be read", async () => {
      const { failure, sent } = await seen("rejectedOtherwise");
      expect(failure).toMatchObject({ kind: "rejected", reason: "forced-open" });
      expect(sent).toBe(0);
    });

    it("A1: the caller's abort is neutral, is not retried, and gives the permit back", async () => {
      const { caught, said, sent } = await seen("aborted");
      expect(caught).toBeDefined();
      expect(said).toEqual(["neutral cancelled"]);
      expect(sent).toBe(1);
    });

    it("A6: the client's own timeout counts where it was long enough and is known", async () => {
      const told = await seen("timeoutTold");
      expect(told.caught).toBeDefined();
      expect(told.said).toEqual(["failure timeout"]);
      const untold = await seen("timeout");
      expect(untold.caught).toBe(told.caught);
      expect(["failure timeout", "neutral cancelled"]).toContain(untold.said.join());
    });

    it("E3: an answer that ends too early is an error for its caller", async () => {
      const { caught, failure, said } = await seen("cut");
      const reason = mode === "stream" ? "truncated" : "connection";
      expect(caught).toBeDefined();
      expect(failure).toMatchObject({ kind: "failed", reason, circuit: "p/m" });
      expect(said).toEqual([`failure ${reason}`]);
    });

    it("E2: an error after a 200 is a failure", async () => {
      const { said } = await seen("errorAfter200");
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/^failure (stream-error|overloaded|server-error)$/);
    });

    it("a status of 500 is a failure", async () => {
      const { caught, said } = await seen("serverError");
      expect(caught).toBeDefined();
      expect(said).toEqual(["failure server-error"]);
    });
  });

  it("E10: the caller's abort while tokens flow is a success, and gives the permit back", async () => {
    const { said, inFlight } = await look(client, "stream", "abortedFlowing");
    expect(said).toEqual(["success"]);
    expect(inFlight).toBe(0);
  });
});

describe("docs/sdks.md", () => {
  const page = join(import.meta.dirname, "../../../../../../docs/sdks.md");
  const block = /(<!-- sdk table -->\n)[\s\S]*?(<!-- end of sdk table -->)/;

  it("has the tables that these tests give; if not, run `UPDATE_DOCS=1 npx vitest run <this file>`", async () => {
    const text = readFileSync(page, "utf8");
    expect(text).toMatch(block);
    const now = await tables(clients, look);
    const fresh = text.replace(block, (_all, begin: string, end: string) => `${begin}\n${now}\n\n${end}`);
    if (process.env.UPDATE_DOCS === "1") writeFileSync(page, fresh);
    else expect(text).toBe(fresh);
  });
});
