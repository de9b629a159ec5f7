import { z } from "zod";
import { flag, ms, remedy, section, share, text, whole } from "./fields.js";

/** More would only be a longer wait for the same news. */
const MOST_FALLBACKS = 8;

const target = (provider: string, model: string) => ({
  provider: text("the name of a provider").describe(provider).optional(),
  model: text("the name of a model")
    .max(256, remedy("give a name of at most 256 characters"))
    .describe(model)
    .optional(),
});

const targetSchema = section(
  target(
    "A provider's name. Default: the one that was called.",
    "The model to ask there. Default: the one that was asked for.",
  ),
  "Where else a call may go.",
);

const deliverySchema = z.enum(["stream", "complete"], remedy('give "stream" or "complete"'));

const routeSchema = section(
  {
    provider: text("the name of a provider")
      .describe("The provider that was called, by name. Default: any.")
      .optional(),
    model: z
      .string(remedy("give a model's name, or the beginning of one and *"))
      .regex(/^(?:[^*]+\*?|\*)$/, remedy("give a model's name, or the beginning of one and *"))
      .describe("The models that it is for: a name as it stands in the circuit's, or its beginning and `*`.")
      .default("*"),
    fallbacks: z
      .array(targetSchema, remedy("give a list, such as [{ provider: azure }]"))
      .max(MOST_FALLBACKS, remedy(`give at most ${MOST_FALLBACKS}`))
      .describe(
        "Where a call goes that is rejected or fails before its caller has seen any of the answer, in this order: a list of `{ provider, model }` of the same wire format, at most 8.",
      )
      .default([]),
    onContextLength: section(
      target(
        "Where a call goes that is longer than its model's context: a provider's name. Default: the one that was called.",
        "The model to ask there, one with a larger context. Without `onContextLength` the error is passed on.",
      ),
      "Where a call goes that is longer than its model's context: `{ provider, model }`. Default: nowhere, the error is passed on.",
    ).optional(),
    firstTokenTimeoutMs: ms(1)
      .describe(
        "The longest wait for the first token while another target is left; then it is asked. Counts as a failure. Default: no limit.",
      )
      .optional(),
    attemptTimeoutMs: ms(1)
      .describe(
        "The longest that one target may take while the caller has seen nothing and another is left. Counts as a failure. Default: no limit.",
      )
      .optional(),
    delivery: deliverySchema
      .describe(
        "`stream` passes an answer on as it comes. `complete` holds it until it is whole, so that one that breaks off is asked for again. Callers may say `x-recloser-delivery` themselves.",
      )
      .default("stream"),
  },
  "What becomes of calls that fail. The first route whose provider and model fit counts.",
);

export const routesSchema = z
  .array(routeSchema, remedy("give a list of routes"))
  .max(1_000, remedy("give at most 1000"))
  .describe("What becomes of calls that fail. The first route whose provider and model fit counts.")
  .default([]);

export const retriesSchema = section(
  {
    attempts: whole(1, 10)
      .describe("The most requests that one target gets for one call, the first included. 1 is no retries.")
      .default(1),
    budget: share()
      .describe(
        "Retries for each recent success of a circuit, and a few more: three at first, one each five minutes.",
      )
      .default(0.1),
  },
  "Asks the same target again before its caller has seen any of the answer. Off by default, because SDKs retry by themselves: set theirs to 0 first.",
);

export const credentialsSchema = section(
  {
    apart: flag()
      .describe(
        "Throttling and quota count for each credential apart, so that one account's trouble is not another's. `false`: they count for the model.",
      )
      .default(true),
    hashKey: z
      .string(remedy("give at least 16 characters"))
      .min(16, remedy("give at least 16 characters"))
      .describe(
        "Credentials appear only as a hash with this key. Give one to have the same names after a restart. Default: a random one.",
      )
      .optional(),
  },
  "Whose throttling it is.",
);
