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
    ["/c/model/arn%3Aaws%2Fx..y/invoke", "c", "/model/arn%3Aaws%2Fx..y/invoke"],
  ])("%s goes to %s as %s", (target, name, path) => {
    expect(routeOf(providers, target)).toMatchObject({ kind: "provider", provider: { name }, path });
  });

  it.each(["/", "/ab", "/v1/models"])("%s goes nowhere", (target) => {
    expect(routeOf(providers, target)).toMatchObject({
      kind: "nowhere",
      message: expect.stringContaining("/a/, /a/b/, /c/"),
    });
  });

  it.each([
    ...["http://evil.example/a", "//a", "/a/../c", "/a/%2e%2E/c", "/a/./x", "/a/..", "*"],
    ...[
      "/a/..%2f..%2fadmin",
      "/a/x%2F..%2Fc",
      "/a/..;/x",
      "/a/..;p=1/x",
      "/a/..%3b/x",
      "/a/..%5cx",
      "/a%5C..\\x",
    ],
  ])("H7: %s is refused", (target) => {
    expect(routeOf(providers, target).kind).toBe("refused");
  });
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
    // A second `connection` header counts like the first.
    const two = [
      "Connection",
      "close",
      "connection",
      "x-two, X-Three",
      "X-Two",
      "2",
      "X-Three",
      "3",
      "X-A",
      "1",
    ];
    expect(headersUpstream(two)).toEqual(["X-A", "1"]);
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
