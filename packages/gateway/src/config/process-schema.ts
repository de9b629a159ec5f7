import { ms, section, text, whole } from "./fields.js";

const file = (what: string) => text(`the path of ${what}`);

export const workersSchema = whole(1, 64)
  .describe(
    "Processes that serve callers. Each has circuits of its own; nothing is coordinated between them.",
  )
  .default(1);

export const workerSilenceSchema = ms(1_000)
  .describe("A worker that has said nothing for this long hangs: it is ended, and another takes its place.")
  .default(10_000);

export const stateSchema = section(
  {
    file: file("a file for what the circuits have learned")
      .describe("Where circuits are kept over a restart. Default: nowhere.")
      .optional(),
    everyMs: ms(100)
      .describe("How often the file is written, and how old a replaced worker's memory may be.")
      .default(5_000),
  },
  "What the circuits have learned, kept over a restart.",
);

export const journalSchema = section(
  {
    file: file("a file for the journal")
      .describe(
        "Gets one JSON line for each attempt; with several `workers`, `calls.jsonl` becomes `calls-1.jsonl`, `calls-2.jsonl` … Default: no journal.",
      )
      .optional(),
    maxBytes: whole(65_536, Number.MAX_SAFE_INTEGER)
      .describe("A file that would grow beyond this is put aside as `….1`.")
      .default(67_108_864),
    files: whole(1, 1_000)
      .describe("Files kept, the current one included; the oldest is deleted.")
      .default(5),
  },
  "The outcome of every call, for replay and for questions afterwards. See the journal page.",
);

/** What a slow or a greedy client may take. */
export const arrivalShape = {
  headersTimeoutMs: ms(100)
    .describe("A request's head must have arrived within this, or its connection is closed.")
    .default(15_000),
  requestTimeoutMs: ms(100)
    .describe("The whole request must have arrived within this, or its connection is closed.")
    .default(60_000),
  keepAliveTimeoutMs: ms(1_000)
    .describe(
      "An idle connection is closed after this. Longer than clients keep theirs, so that none is closed under a request.",
    )
    .default(75_000),
  maxHeaderBytes: whole(1_024, 1_048_576)
    .describe("The largest head of a request; a larger one is refused with 431.")
    .default(65_536),
};
