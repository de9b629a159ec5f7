import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { type JournalEntry, readEntry } from "./entry.js";

type Fields = JournalEntry extends infer Each ? (Each extends unknown ? keyof Each : never) : never;

/** Does not compile unless it has every field and no other. */
const fields: Readonly<Record<Fields, true>> = {
  v: true,
  start: true,
  firstTokenMs: true,
  endMs: true,
  circuit: true,
  provider: true,
  model: true,
  streaming: true,
  attempt: true,
  verdict: true,
  reason: true,
  outputTokens: true,
  retryAfterMs: true,
  status: true,
  requestBytes: true,
  responseBytes: true,
};

const page = readFileSync(fileURLToPath(new URL("../../../../docs/journal.md", import.meta.url)), "utf8");

it("docs/journal.md lists the fields of an entry, each once", () => {
  const [, table = ""] = /<!-- fields -->([\s\S]*)<!-- \/fields -->/.exec(page) ?? [];
  const listed = [...table.matchAll(/^\| `(\w+)` \| \S/gm)].map(([, name]) => name);
  expect(listed).toEqual(Object.keys(fields));
});

it("its example is an entry", () => {
  const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(readEntry(example.replaceAll("\n", ""))).toMatchObject({
    verdict: "success",
    circuit: "openai/gpt-5",
  });
});
