import type { IncomingMessage } from "node:http";
import type { Circuit } from "recloser";
import {
  type ClientDeadline,
  clientDeadline,
  isGeneration,
  readRequest,
  type WireFormat,
} from "recloser/wire";
import type { Config } from "../config/load.js";
import type { Provider } from "../config/providers.js";
import type { Recorder } from "../journal/recorder.js";
import type { Log } from "../log.js";
import { type Delivery, type Plan, planFor } from "../routes/table.js";
import { headersUpstream } from "./headers.js";
import type { Limits } from "./patience.js";
import type { UpstreamRequest } from "./upstream.js";

/** A caller's own word on how it wants its answer. */
const DELIVERY = "x-recloser-delivery";

/** One request, as the gateway sees it before anything is sent. */
export interface Call {
  readonly kind: "call";
  readonly provider: Provider;
  /** As it came, for that provider. */
  readonly request: UpstreamRequest;
  readonly model: string | undefined;
  readonly streaming: boolean;
  readonly format: WireFormat | undefined;
  /** Whether circuits guard it; else it is passed on all the same, once, to that provider. */
  readonly guarded: boolean;
  readonly plan: Plan;
  readonly delivery: Delivery;
  readonly limits: Limits;
  /** When the client gives up by itself. */
  readonly deadline: ClientDeadline;
  readonly log: Log;
  /** Writes the journal, if one is kept. */
  readonly recorder: Recorder | undefined;
}

/** What a request is for; `refused`: it asks for what does not exist. */
export function callOf(
  { limits, routes }: Config,
  { provider, path, body, req, log, recorder }: Arrived,
): Call | { readonly kind: "refused"; readonly message: string } {
  const { accept, [DELIVERY]: asked } = req.headers;
  if (asked !== undefined && asked !== "stream" && asked !== "complete") {
    return {
      kind: "refused",
      message: `The header ${DELIVERY} is neither stream nor complete; send one of them.`,
    };
  }
  const method = req.method ?? "GET";
  const { maxModelLength } = limits;
  const { model, streaming, format } = readRequest({ path, body, accept, maxModelLength });
  // The rest (lists of models, files, batches) says little and is never refused.
  const guarded = isGeneration({ method, path, format, model });
  const plan = planFor(routes, provider.name, guarded ? model : undefined);
  return {
    kind: "call",
    provider,
    request: { method, path, headers: headersUpstream(req.rawHeaders), body },
    model,
    streaming,
    format,
    guarded,
    plan,
    delivery: asked ?? plan.delivery,
    limits,
    deadline: clientDeadline(req.headers, limits.clientTimeoutMs ?? Infinity),
    log,
    recorder,
  };
}

interface Arrived {
  readonly provider: Provider;
  /** Below the provider's own, query included. */
  readonly path: string;
  readonly body: Buffer;
  readonly req: IncomingMessage;
  readonly log: Log;
  readonly recorder: Recorder | undefined;
}

/** Where one attempt goes. */
export interface Aim {
  readonly provider: Provider;
  readonly model: string | undefined;
  readonly request: UpstreamRequest;
  /** It is where the caller wanted to go. */
  readonly first: boolean;
}

/** What is said about an attempt: its circuit, or its provider where none guards it. */
export interface Named {
  readonly circuit: Circuit | undefined;
  readonly provider: Provider;
}
