import { z } from "zod";
import { ms, remedy, section, whole } from "./fields.js";

const KINDS = ["opened", "closed", "forced"] as const;
const url = (what: string) =>
  z.string(remedy(what)).regex(/^https?:\/\/[^\s/@?#]+([/?][^\s]*)?$/, remedy(what));

const webhookSchema = section(
  {
    url: url("give a URL such as https://alerts.example/recloser, without a user in it").describe(
      "Where it is told: an http or https URL. Only its origin is ever logged.",
    ),
    secret: z
      .string(remedy("give whsec_ and at least 24 bytes in base64"))
      .regex(
        /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
        remedy("give whsec_ and 24 to 64 bytes in base64, such as whsec_$(openssl rand -base64 32)"),
      )
      .describe(
        "Signs what is sent, as Standard Webhooks does: `whsec_` and 24 to 64 bytes in base64. Default: not signed.",
      )
      .optional(),
    format: z
      .enum(["standard", "slack"], remedy("give standard or slack"))
      .describe("`slack`: `{ text }`, as Slack's incoming webhooks and those like them want it.")
      .default("standard"),
    on: z
      .array(
        z.enum(KINDS, remedy("give opened, closed or forced")),
        remedy("give a list of opened, closed, forced"),
      )
      .min(1, remedy("give at least one of opened, closed, forced"))
      .describe("What it is told.")
      .default([...KINDS]),
    timeoutMs: ms(100).describe("How long one attempt may take.").default(10_000),
    attempts: whole(1, 20).describe("The most attempts for one notification, the first included.").default(6),
  },
  "A webhook.",
);

export const notificationsSchema = section(
  {
    webhooks: z
      .array(webhookSchema, remedy("give a list of webhooks, each with its url"))
      .max(10, remedy("give at most 10"))
      .describe("Who is told when a circuit opens, closes again or is forced.")
      .default([]),
    settleMs: ms(0)
      .describe("A circuit has closed again when it has been closed in every worker for this long.")
      .default(60_000),
    pageUrl: url("give a URL such as https://recloser.example")
      .describe("Where people reach the on-call page, for a link in notifications. Default: no link.")
      .optional(),
  },
  "Who is told when something happens. See the notifications page.",
);
