import { readRequest } from "recloser/wire";
import { withCredential } from "../routes/credentials.js";
import { askingFor } from "../routes/rewrite.js";
import type { Target } from "../routes/table.js";
import type { Aim, Call } from "./call.js";
import type { Serving } from "./serving.js";

/** Where the caller wants to go. */
export function firstAim({ provider, model, request, format }: Call): Aim {
  return { provider, model, request: withCredential(request, provider, format), first: true };
}

/** The same call for another target; undefined where it cannot be put that way. */
export function aimAt(
  call: Call,
  target: Target,
  { upstreams, config }: Pick<Serving, "upstreams" | "config">,
): Aim | undefined {
  const provider = upstreams.get(target.provider)?.provider;
  const request = target.model === undefined ? call.request : askingFor(call.request, target.model);
  if (provider === undefined || request === undefined) return undefined;
  const { maxModelLength } = config.limits;
  // Read again, so that the model's name in circuits is the same as for those who ask for it themselves.
  const model = target.model === undefined ? call.model : readRequest({ ...request, maxModelLength }).model;
  return { provider, model, request: withCredential(request, provider, call.format), first: false };
}
