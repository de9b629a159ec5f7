import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Two levels up is the package, from the sources and from what is built of them. */
export const PAGE: string = fileURLToPath(new URL("../../dist/page/", import.meta.url));

/** Nothing but our own files, nothing inline, nowhere to go, in nobody's frame. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

interface StaticFile {
  readonly body: Buffer<ArrayBuffer>;
  readonly zipped: Buffer<ArrayBuffer>;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The page's files by their paths, in memory: there are few, and none is looked up on disk by what a request says. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/** Reads the page that was built; empty when it was not. */
export function readFiles(directory: string = PAGE): StaticFiles {
  const files = new Map<string, StaticFile>();
  for (const name of namesIn(directory)) {
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
    if (type === undefined) continue;
    const body = readFileSync(directory + name);
    files.set(name === "index.html" ? "/" : `/${name}`, {
      body,
      zipped: gzipSync(body),
      etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
      headers: {
        "content-type": type,
        // Names of assets hold a hash of what is in them.
        "cache-control": name.startsWith("assets/") ? "max-age=31536000, immutable" : "no-cache",
        vary: "accept-encoding",
      },
    });
  }
  return files;
}

export function fileResponse(file: StaticFile, request: Request): Response {
  const headers = { ...file.headers, etag: file.etag };
  if (request.headers.get("if-none-match") === file.etag) return new Response(null, { status: 304, headers });
  const zip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const body = zip ? file.zipped : file.body;
  return new Response(request.method === "HEAD" ? null : body, {
    headers: { ...headers, ...(zip ? { "content-encoding": "gzip" } : {}) },
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) =>
      name.replaceAll("\\", "/"),
    );
  } catch {
    return [];
  }
}
