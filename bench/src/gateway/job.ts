/** What a load child is asked to do. */
export type Job = Target & (UnaryJob | StreamJob | HoldJob | BytesJob);

/** Where requests go, and what they carry. */
export interface Target {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A closed loop: each connection asks again as soon as it is answered. */
interface UnaryJob {
  readonly kind: "unary";
  readonly connections: number;
  readonly seconds: number;
}

interface StreamJob {
  readonly kind: "stream";
  readonly connections: number;
  readonly streams: number;
  readonly chunks: number;
  readonly gapMs: number;
}

/** Opens streams and keeps them; prints `open` when each has a token, and ends at the first line on its standard input. */
interface HoldJob {
  readonly kind: "hold";
  readonly streams: number;
}

interface BytesJob {
  readonly kind: "bytes";
}

export interface UnaryResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface StreamResult {
  readonly streams: number;
  readonly failed: number;
  /** From the provider's write to the client's read. */
  readonly firstP50Ms: number;
  readonly firstP99Ms: number;
  readonly chunkP50Ms: number;
  readonly chunkP99Ms: number;
}

export interface HoldResult {
  readonly open: number;
}

export interface BytesResult {
  readonly sha256: string;
}
