import { z } from "zod";
import { atLeast, flag, ms, remedy, section, share, text, whole } from "./fields.js";
import { notificationsSchema } from "./notifications-schema.js";
import {
  arrivalShape,
  journalSchema,
  stateSchema,
  workerSilenceSchema,
  workersSchema,
} from "./process-schema.js";
import { credentialsSchema, retriesSchema, routesSchema } from "./routes-schema.js";

const port = () => whole(0, 65_535);
const host = () => text("an address to listen on, such as 127.0.0.1");

const providerSchema = section(
  {
    name: z
      .string(remedy("give a name"))
      .regex(
        /^[A-Za-z0-9][\w.-]{0,63}$/,
        remedy("give up to 64 letters, digits, dots, dashes or underscores"),
      )
      .describe(
        "First half of the circuits' names. Default: from the upstream's host, e.g. `openai` for api.openai.com.",
      )
      .optional(),
    upstream: text("a URL such as https://api.openai.com").describe(
      "Where its calls go: an http or https URL. A path in it is put before the caller's.",
    ),
    path: z
      .string(remedy("give a path such as /openai"))
      .regex(/^(\/|(\/[\w.~-]+)+\/?)$/, remedy("give a path such as /openai"))
      .describe(
        "Callers reach this provider below this path, which is taken off. Default: `/` for a single provider, else `/` and its name.",
      )
      .optional(),
    apiKey: text("the key")
      .regex(/^[\x21-\x7e]+$/, remedy("give printable ASCII without spaces"))
      .describe(
        "The gateway's own key for this provider, sent in the place of the callers' credentials. Needed where a route comes here from another provider. Default: none, callers' credentials are passed on.",
      )
      .optional(),
    auth: z
      .enum(
        ["auto", "bearer", "x-api-key", "api-key", "x-goog-api-key", "none"],
        remedy("give auto, bearer, x-api-key, api-key, x-goog-api-key or none"),
      )
      .describe(
        "How `apiKey` is sent: `auto` goes by the host and the wire format. `none`: this provider needs no key, and gets no credentials at all.",
      )
      .default("auto"),
    finishIsEnd: flag()
      .describe(
        "A stream is complete after its finish reason, even where its terminal marker is missing. For providers that send no `[DONE]`.",
      )
      .default(false),
  },
  "Where calls go. At least one.",
);

const thresholdsSchema = section(
  {
    windowMs: ms(1_000).describe("How far back it looks. Default: 30000.").optional(),
    minCalls: whole(1).describe("It decides nothing on fewer calls than this. Default: 10.").optional(),
    errorRate: share()
      .describe("Opens when at least this share of the calls failed. Default: 0.5.")
      .optional(),
    slowRate: share()
      .describe("Opens when at least this share of the calls was slow. Default: 1.")
      .optional(),
    slowAfterMs: ms(1)
      .describe("A call that took longer than this in all was slow. Default: none is.")
      .optional(),
  },
  "The classic policy: shares of failed and of slow calls in a window.",
);

const policySchema = z
  .union(
    [
      z.literal("meters"),
      z.literal("errors"),
      section(
        { consecutive: whole(1).describe("Opens after this many failures in a row.") },
        "The simplest policy.",
      ),
      section({ thresholds: thresholdsSchema }, "The classic policy."),
    ],
    remedy("give meters, errors, { consecutive: 5 } or { thresholds: { … } }"),
  )
  .describe(
    "What opens and limits a circuit: `meters` (errors, throttling and slowness), `errors`, `{ consecutive: n }`, or `{ thresholds: { … } }`.",
  )
  .default("meters");

const circuitSchema = section(
  {
    errorThreshold: share()
      .describe("The share of failing calls that is still worth using. Default: 0.3.")
      .optional(),
    falseOpensPerDay: atLeast(0.001)
      .describe("How often a healthy circuit may open by mistake, per day.")
      .default(1),
    policy: policySchema,
    stallDeadlineMs: section(
      {
        streaming: ms(1)
          .describe("For streaming calls: the wait for the first token. Default: learned, 60000 at first.")
          .optional(),
        unary: ms(1)
          .describe("For all other calls: the wait for the whole answer. Default: learned, 180000 at first.")
          .optional(),
      },
      "A call without a sign of life for this long counts as a failure there and then.",
    ).prefault({}),
    coolDown: section(
      {
        initialMs: ms(0).describe("The first cool-down.").default(5_000),
        growth: atLeast(1).describe("What each failed probe multiplies it by.").default(1.5),
        maxMs: ms(0)
          .describe("The longest cool-down. Default: 30000, or `initialMs` where that is more.")
          .optional(),
        retryAfterMaxMs: ms(0).describe("A longer Retry-After is cut to this.").default(900_000),
      },
      "How long an opening lasts.",
    ).prefault({}),
    probes: section(
      {
        successes: whole(1)
          .describe("Probes that must succeed in a row before the circuit closes.")
          .default(1),
        leaseMs: ms(1)
          .describe("A probe without a verdict after this long has failed. Default: the stall deadline.")
          .optional(),
      },
      "How a circuit finds out that its provider is well again.",
    ).prefault({}),
    maxConcurrent: whole(1)
      .describe(
        "Calls in flight at once on one circuit; the next is rejected as `saturated`. Default: no limit.",
      )
      .optional(),
    mode: z
      .enum(["enforce", "observe"], remedy('give "enforce" or "observe"'))
      .describe("`observe` decides and reports, but rejects nothing.")
      .default("enforce"),
  },
  "Shared by all circuits. One circuit guards one model of one provider.",
);

const limitsSchema = section(
  {
    firstTokenTimeoutMs: ms(1)
      .describe("The longest wait for the first token of a streaming call. Default: no limit.")
      .optional(),
    stallTimeoutMs: ms(1)
      .describe("The longest silence between two tokens of a stream. Default: no limit.")
      .optional(),
    timeoutMs: ms(1).describe("The longest that a call may take in all. Default: no limit.").optional(),
    clientTimeoutMs: ms(1)
      .describe(
        "What callers' clients wait where their requests do not say: leaving before any token at that age is a deadline, not a cancel. Default: none.",
      )
      .optional(),
    maxBodyBytes: whole(1_024, 1_073_741_824)
      .describe("The largest request body; a larger one is refused with 413.")
      .default(33_554_432),
    maxHeldBytes: whole(1_024, 1_073_741_824)
      .describe(
        "With `delivery: complete`: the most that is held of one answer. What is larger is passed on from there as it comes.",
      )
      .default(4_194_304),
    maxHeldTotalBytes: whole(1_024, Number.MAX_SAFE_INTEGER)
      .describe("The same for all answers together.")
      .default(268_435_456),
    maxCircuits: whole(1, 100_000)
      .describe("Circuits kept at once; beyond it, idle ones are forgotten, longest unused first.")
      .default(1_000),
    maxModelLength: whole(8, 256)
      .describe(
        "Longer model names are cut to this many characters in the circuit's name, the last eight of which are a hash of the whole.",
      )
      .default(128),
  },
  "What one call may cost.",
);

/** The configuration as people write it. Unknown keys are errors: an option with no effect is one someone believes in. */
export const configSchema = section(
  {
    listen: section(
      {
        host: host().describe("Address for callers.").default("127.0.0.1"),
        port: port().describe("0 takes a free one.").default(8787),
        ...arrivalShape,
      },
      "Where callers connect.",
    ).prefault({}),
    admin: section(
      {
        host: host().describe("Address for operators. Off loopback it needs a `token`.").default("127.0.0.1"),
        port: port().describe("0 takes a free one.").default(8788),
        token: z
          .string(remedy("give at least 16 characters"))
          .min(16, remedy("give at least 16 characters"))
          .describe(
            "Operators must send it as `authorization: Bearer <token>`; `/healthz` needs none. Default: none.",
          )
          .optional(),
      },
      "Health, circuits, events and metrics.",
    ).prefault({}),
    providers: z
      .array(providerSchema, remedy("give a list of providers, each with its upstream"))
      .min(1, remedy("give at least one provider"))
      .describe("Where calls go. At least one."),
    routes: routesSchema,
    retries: retriesSchema.prefault({}),
    credentials: credentialsSchema.prefault({}),
    circuit: circuitSchema.prefault({}),
    limits: limitsSchema.prefault({}),
    rejectStatus: whole(400, 599)
      .describe("HTTP status of a rejection by a circuit. Some SDKs retry 503; see the gateway page.")
      .default(503),
    drainMs: ms(0).describe("How long calls in flight may go on after SIGTERM.").default(30_000),
    log: section(
      {
        level: z
          .enum(
            ["debug", "info", "warn", "error", "silent"],
            remedy("give debug, info, warn, error or silent"),
          )
          .describe(
            "What is logged: `info` has one line for each change of state, `debug` one for each call.",
          )
          .default("info"),
      },
      "JSON lines on stderr.",
    ).prefault({}),
    workers: workersSchema,
    workerSilenceMs: workerSilenceSchema,
    state: stateSchema.prefault({}),
    journal: journalSchema.prefault({}),
    notifications: notificationsSchema.prefault({}),
  },
  "A gateway's configuration.",
);

export type ConfigInput = z.input<typeof configSchema>;
export type RawConfig = z.output<typeof configSchema>;
