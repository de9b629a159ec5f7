import { describe, expect, it } from "vitest";
import { parseConfig } from "../config/load.js";
import { headersDownstream, headersUpstream, textOf } from "./headers.js";
import { routeOf } from "./routes.js";

const { providers } = parseConfig({
  providers: [
    { name: "a", upstream: "http://a", path: "/a" },
    { name: "ab", upstream: "http://ab", path: "/a/b" },
    { name: "c", upstream: "http://c", path: "/c" },
  ],
});

describe("routeOf", () => {
  it.each([
    ["/a/v1/models", "a", "/v1/models"],
    ["/a", "a", "/"],
    ["/a?x=/..", "a", "/?x=/.."],
    ["/a/b/v1?x=1", "ab", "/v1?x=1"],
    ["/c/a/b", "c", "/a/b"],
  ])("%s goes to %s as %s", (target, name, path) => {
    expect(routeOf(providers, target)).toMatchObject({ kind: "provider", provider: { name }, path });
  });

  it.each(["/", "/ab", "/v1/models", "//a"])("%s goes nowhere", (target) => {
    expect(routeOf(providers, target)).toMatchObject({
      kind: "nowhere",
      message: expect.stringContaining("/a/, /a/b/, /c/"),
    });
  });

  it.each(["http://evil.example/a", "/a/../c", "/a/%2e%2E/c", "/a/./x", "/a/..", "*"])(
    "H7: %s is refused",
    (target) => {
      expect(routeOf(providers, target).kind).toBe("refused");
    },
  );
});

describe("headers", () => {
  it("those of the connection stay behind, the rest keeps order, case and duplicates", () => {
    const raw = [
      ...[
        "Host",
        "x",
        "Authorization",
        "Bearer k",
        "Connection",
        "keep-alive, X-Hop",
        "X-Hop",
        "1",
        "TE",
        "trailers",
      ],
      ...[
        "X-A",
        "1",
        "x-a",
        "2",
        "Expect",
        "100-continue",
        "Content-Length",
        "3",
        "X-Recloser-Circuit",
        "forged",
      ],
      ...["Transfer-Encoding", "chunked", "Accept-Encoding", "gzip"],
    ];
    expect(headersUpstream(raw)).toEqual([
      "Authorization",
      "Bearer k",
      "X-A",
      "1",
      "x-a",
      "2",
      "Accept-Encoding",
      "gzip",
    ]);
    const answer = ["Content-Length", "3", "Keep-Alive", "timeout=5", "Set-Cookie", "a", "Set-Cookie", "b"];
    expect(headersDownstream(textOf(answer.map((part) => Buffer.from(part))))).toEqual([
      "Content-Length",
      "3",
      "Set-Cookie",
      "a",
      "Set-Cookie",
      "b",
    ]);
  });
});
