import { z } from "zod";
import { durationMs } from "./duration.js";
import { type Behaviour, faultKinds, type Script } from "./types.js";

/** Each message below finishes the sentence "<field> is <value>; give …". */
function number(expected: string, fits: (value: number) => boolean) {
  return z.number({ error: expected }).refine(fits, { error: expected });
}

function object<Shape extends z.ZodRawShape>(shape: Shape, expected: string) {
  const known = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `remove it or use one of ${known}` : `give ${expected}`,
  });
}

const duration = number("give a number of milliseconds, 0 or more", (v) => v >= 0);
const share = number("give a number from 0 to 1", (v) => v >= 0 && v <= 1);
const whole = (min: number) =>
  number(`give a whole number, ${min} or more`, (v) => Number.isSafeInteger(v) && v >= min);
const factor = number("give a number above 0", (v) => v > 0);
const seed = number("give a whole number", (v) => Number.isSafeInteger(v));
const text = (what: string) => z.string({ error: what }).min(1, { error: what });

const tail = object(
  { share, times: z.tuple([factor, factor], { error: "give two numbers above 0, such as [3, 8]" }) },
  "{ share, times: [low, high] }",
);

function distribution(scalar: z.ZodType<number>, median: z.ZodType<number>, expected: string) {
  const lognormal = z.strictObject({ median, sigma: duration, tail: tail.optional() });
  return z.union([scalar, lognormal], {
    error: `give ${expected}, or { median, sigma, tail? } in their ranges`,
  });
}

const profile = z.enum(["quick", "realistic"], { error: 'give "quick" or "realistic"' });

const fault = object(
  {
    kind: z.enum(faultKinds, { error: `give one of ${faultKinds.join(", ")}` }),
    share: share.optional(),
    model: text('give a model name, or a prefix that ends in "*"').optional(),
    afterTokens: whole(0).optional(),
    afterMs: duration.optional(),
    retryAfterMs: duration.optional(),
    times: factor.optional(),
    shape: z
      .enum(["html", "json", "event", "failed"], {
        error: 'give "html" or "json" (malformed), or "event" or "failed" (stream-error)',
      })
      .optional(),
    code: text("give an error code, such as organization_spend_limit_exceeded").optional(),
  },
  "a fault, such as { kind: hang, share: 0.5 }",
).superRefine((value, context) => {
  const allowed: Record<string, readonly string[]> = {
    malformed: ["html", "json"],
    "stream-error": ["event", "failed"],
  };
  const shapes = allowed[value.kind];
  if (value.shape !== undefined && !shapes?.includes(value.shape)) {
    const message =
      shapes === undefined ? `remove it: ${value.kind} has no shapes` : `give one of ${shapes.join(", ")}`;
    context.addIssue({ code: "custom", path: ["shape"], message });
  }
});

const behaviourShape = {
  profile: profile.optional(),
  firstTokenMs: distribution(duration, duration, "a number of milliseconds, 0 or more").optional(),
  perTokenMs: duration.optional(),
  tokens: distribution(whole(1), factor, "a whole number of tokens, 1 or more").optional(),
  slow: object(
    { firstToken: factor.optional(), perToken: factor.optional() },
    "{ firstToken?, perToken? }",
  ).optional(),
  capacity: whole(1).optional(),
  faults: z.array(fault, { error: "give a list of faults, such as [{ kind: hang }]" }).optional(),
  keepAliveMs: number("give a number of milliseconds above 0", (v) => v > 0).optional(),
  rateLimit: object(
    {
      perSecond: factor,
      burst: whole(1).optional(),
      retryAfter: z.boolean({ error: "give true or false" }).optional(),
    },
    "{ perSecond, burst?, retryAfter? }",
  ).optional(),
};

export const behaviourSchema: z.ZodType<Behaviour> = object(
  behaviourShape,
  "a behaviour, such as { faults: [{ kind: hang }] }",
);

const phaseSchema = object(
  {
    name: text("give the phase a name"),
    forMs: number("give a number of milliseconds above 0", (v) => v > 0).optional(),
    for: z
      .string({ error: 'give a length, such as "40s"' })
      .refine((v) => (durationMs(v) ?? 0) > 0, {
        error: 'give a length above 0, such as "500ms", "40s" or "2m"',
      })
      .optional(),
    ...behaviourShape,
  },
  'a phase, such as { name: dead, for: "40s", faults: [{ kind: error-503 }] }',
).superRefine((value, context) => {
  if ((value.for === undefined) === (value.forMs === undefined)) {
    const message = 'give the phase a length: either for, such as "40s", or forMs';
    context.addIssue({ code: "custom", path: [value.for === undefined ? "for" : "forMs"], message });
  }
});

export const scriptSchema: z.ZodType<Script> = object(
  {
    seed: seed.optional(),
    defaults: (behaviourSchema as z.ZodType<Behaviour>).optional(),
    phases: z
      .array(phaseSchema, { error: "give a list of phases" })
      .min(1, { error: "give at least one phase" }),
    repeat: z.boolean({ error: "give true or false" }).optional(),
  },
  "a script: { seed?, defaults?, phases, repeat? }",
);

export const optionsSchema = object(
  {
    host: text("give an address, such as 127.0.0.1").optional(),
    port: number(
      "give a port from 0 to 65535",
      (v) => Number.isInteger(v) && v >= 0 && v <= 65535,
    ).optional(),
    seed: seed.optional(),
    script: z.unknown().optional(),
    log: text("give a file name").optional(),
    speed: factor.optional(),
    profile: profile.optional(),
    clock: z.unknown().optional(),
  },
  "an options object",
);
