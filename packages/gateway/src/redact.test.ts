import { describe, expect, it } from "vitest";
import { createLog } from "./log.js";
import { redacted, redactedText } from "./redact.js";

describe("redacted", () => {
  it.each([
    "authorization: Bearer abcdefgh-secret",
    '{"authorization":"Bearer secret.secret"}',
    "Proxy-Authorization: Basic c2VjcmV0",
    "x-api-key: secret-1",
    '"api-key":"secret-1"',
    "GET /v1beta/models/g:generateContent?key=AIza-secret-8888&alt=sse",
    "/x?alt=sse&key=secret",
    "https://user:secret@host/path",
    "Incorrect API key provided: sk-proj-secret1234567890",
    "sk-ant-api03-secret1234567890 is no key",
    "cookie: session=secret",
    "Set-Cookie: id=secret; Path=/",
    "AIzaSysecret1234567890abcdef",
    "access_token=secret".replace(/^/, "?"),
  ])("%s", (text) => {
    expect(redactedText(text)).not.toMatch(/secret(?!-?\s)/);
  });

  it("leaves what tells nothing alone", () => {
    for (const text of [
      "openai/gpt-5 is open: 4 of 4 calls failed, last: 503",
      "keyboard=1",
      "task-12345678",
    ]) {
      expect(redactedText(text)).toBe(text);
    }
  });

  it("looks inside objects and lists, however deep, and at names", () => {
    const found = JSON.stringify(
      redacted({
        headers: { "X-Api-Key": "secret", cookie: ["secret"], accept: "x" },
        problems: [{ text: "Bearer secret-secret" }],
        apiKey: "secret",
        a: { b: { c: { d: { e: { f: { g: { h: "secret" } } } } } } },
      }),
    );
    expect(found).not.toContain("secret");
    expect(found).toContain('"accept":"x"');
  });
});

it("the log takes secrets out of fields and sentences", () => {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  log.info("it said Bearer secret-12345");
  log.warn({ authorization: "secret", why: "?key=secret" }, "at %s", "?key=later");
  log.error({ nested: { token: "secret" } }, "x-api-key: secret");
  expect(lines).toHaveLength(3);
  expect(lines.join("")).not.toContain("secret");
  expect(JSON.parse(lines[1] ?? "")).toMatchObject({ level: "warn", why: "?key=…" });
});
