import { z } from "zod";
import { duration } from "./duration.js";

const share = z.number().min(0).max(1);
const factor = z.number().positive().max(1e6);
const count = z.number().int().min(1).max(1e6);
const rate = z.number().positive().max(1e5);
const ONE_MS = 1;

const arrivals = z.union(
  [
    z.literal("poisson"),
    z.strictObject({ bursty: z.strictObject({ cv: z.number().gt(1).max(50) }) }),
    z.strictObject({
      mmpp: z.strictObject({
        factor: z.number().gt(1).max(1000),
        share: z.number().gt(0).lt(1),
        spell: duration(ONE_MS),
      }),
    }),
    z.strictObject({ replayed: z.string().min(1) }),
  ],
  "is one of poisson, { bursty: { cv } }, { mmpp: { factor, share, spell } }, { replayed: file }",
);

const model = z.strictObject({
  name: z.string().min(1).max(80).default("model"),
  share: z.number().positive().max(1000).default(1),
  firstToken: z
    .strictObject({
      median: duration(ONE_MS).default(800),
      sigma: z.number().min(0).max(3).default(0.45),
      stalls: z
        .strictObject({ share: share.default(0.02), from: factor.default(3), to: factor.default(8) })
        .prefault({}),
    })
    .prefault({}),
  tokens: z
    .strictObject({
      median: z.number().min(1).max(1e6).default(150),
      sigma: z.number().min(0).max(3).default(0.95),
    })
    .prefault({}),
  token: duration().default(20),
  failing: share.default(0.01),
  throttled: share.default(0),
});

const quota = z.strictObject({
  /** Of what the whole fleet asks for. */
  ofDemand: z.number().positive().max(100),
  retryAfter: duration().optional(),
});

const phase = z.strictObject({
  from: duration().default(0),
  until: duration().optional(),
  every: duration(ONE_MS).optional(),
  for: duration(ONE_MS).optional(),
  models: z.array(z.string()).min(1).optional(),
  fault: z.boolean().default(true),
  errors: share.default(0),
  hangs: share.default(0),
  stalls: share.default(0),
  cuts: share.default(0),
  throttled: share.default(0),
  retryAfter: duration().optional(),
  quota: quota.optional(),
  firstToken: factor.default(1),
  token: factor.default(1),
  capacity: share.default(1),
});

const retries = z.strictObject({
  times: z.number().int().min(0).max(20).default(0),
  first: duration().default(500),
  most: duration().default(8000),
  jitter: share.default(0.25),
  heedRetryAfter: z.boolean().default(true),
});

/** What may stand in a scenario file. Everything but `title` has a default. */
export const scenarioSchema = z.strictObject({
  title: z.string().min(1).max(120),
  description: z.string().max(2000).default(""),
  workers: count.default(100),
  watch: duration(1000).default(300_000),
  warmUp: duration().optional(),
  calls: z
    .strictObject({
      perSecond: rate.default(1),
      arrivals: arrivals.default("poisson"),
      streaming: z.boolean().default(true),
      timeout: duration(ONE_MS).default(60_000),
      patience: duration().default(60_000),
      retries: retries.prefault({}),
    })
    .prefault({}),
  other: z
    .union(
      [
        z.literal(false),
        z.strictObject({
          perSecond: rate.default(2),
          takes: duration(ONE_MS).default(50),
          patience: duration().default(5000),
        }),
      ],
      "is false or { perSecond, takes, patience }",
    )
    .prefault({}),
  slots: count.optional(),
  bulkhead: count.optional(),
  models: z.array(model).min(1).max(50).prefault([{}]),
  capacity: z
    .strictObject({
      /** Of the servers that the fleet keeps busy on average. */
      load: z.number().positive().max(10).optional(),
      servers: count.optional(),
      queue: z.number().int().min(0).max(1e6).default(1e6),
      noticesCancellation: z.boolean().default(false),
    })
    .optional(),
  errorAfter: duration(ONE_MS).default(300),
  phases: z.array(phase).max(100).default([]),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
