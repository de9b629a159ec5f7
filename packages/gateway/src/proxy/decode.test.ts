import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { decoded } from "./decode.js";

it.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
] as const)("%s: decodes 1 MiB and no more, because it holds up every other call", (encoding, encode) => {
  expect(decoded(encode(Buffer.alloc(1_048_576)), encoding)).toHaveLength(1_048_576);
  expect(decoded(encode(Buffer.alloc(1_048_577)), encoding)).toBeUndefined();
});
