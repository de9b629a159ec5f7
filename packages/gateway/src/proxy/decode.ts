import { brotliDecompressSync, constants, gunzipSync, inflateSync } from "node:zlib";

/** A small body may be a bomb of zeros: no more than this is decoded. */
const MOST_DECODED = 1_048_576;

/** A body as it was before it was encoded; undefined where it is too large, or of an encoding that we do not know. */
export function decoded(body: Uint8Array, encoding: string): Uint8Array | undefined {
  // It may be cut short: what can be read of it is enough.
  const zlib = { maxOutputLength: MOST_DECODED, finishFlush: constants.Z_SYNC_FLUSH };
  try {
    switch (encoding.trim().toLowerCase()) {
      case "gzip":
      case "x-gzip":
        return gunzipSync(body, zlib);
      case "deflate":
        return inflateSync(body, zlib);
      case "br":
        return brotliDecompressSync(body, { maxOutputLength: MOST_DECODED });
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}

export function isEncoded(encoding: string | undefined): encoding is string {
  return encoding !== undefined && !/^\s*(?:identity)?\s*$/i.test(encoding);
}
