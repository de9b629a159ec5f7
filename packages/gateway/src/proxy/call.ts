import type { Circuit } from "recloser";
import type { ClientDeadline, WireFormat } from "recloser/wire";
import type { Log } from "../log.js";
import type { Limits } from "./patience.js";
import type { Upstream } from "./upstream.js";

/** One admitted call, as the rest of the gateway sees it. */
export interface Call {
  readonly upstream: Upstream;
  /** Undefined for a request that no circuit guards; it is passed on all the same. */
  readonly circuit: Circuit | undefined;
  readonly streaming: boolean;
  readonly format: WireFormat | undefined;
  readonly limits: Limits;
  /** When the client gives up by itself. */
  readonly deadline: ClientDeadline;
  readonly log: Log;
}
