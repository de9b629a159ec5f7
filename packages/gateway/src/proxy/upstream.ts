import { type Dispatcher, Pool } from "undici";
import type { Provider } from "../config/providers.js";

/** A connection that cannot be had within this is no connection. */
const CONNECT_MS = 10_000;

export interface UpstreamRequest {
  readonly method: string;
  /** Below the provider's own path, query included. */
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer;
}

/**
 * The connections to one provider. There is no cap on them: calls that queue here would look like a slow provider.
 * `maxConcurrent` is the cap, and it says so to callers.
 */
export class Upstream {
  readonly provider: Provider;
  readonly #pool: Pool;

  constructor(provider: Provider) {
    this.provider = provider;
    // No limits of undici's on the answer: a reasoning model may think for minutes. The circuit watches instead.
    this.#pool = new Pool(provider.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_MS },
    });
  }

  send(request: UpstreamRequest, handler: Dispatcher.DispatchHandler): void {
    const { method, headers, body } = request;
    this.#pool.dispatch(
      {
        method: method as Dispatcher.HttpMethod,
        path: `${this.provider.basePath}${request.path}`,
        headers,
        body: body.length === 0 ? null : body,
      },
      handler,
    );
  }

  /** Breaks what is still open. */
  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}
