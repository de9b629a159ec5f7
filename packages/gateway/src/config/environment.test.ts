import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "./config-error.js";
import { type Config, loadConfig } from "./load.js";

const folder = mkdtempSync(join(tmpdir(), "recloser-env-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: Record<string, string> = {}): Config {
  const file = join(folder, "recloser.yaml");
  writeFileSync(file, yaml);
  return loadConfig(file, {}, env);
}

function problems(yaml: string, env: Record<string, string> = {}): readonly string[] {
  try {
    load(yaml, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("no problem was found");
}

const providers = "providers: [{ upstream: 'https://a' }]\n";

describe("variables of the environment", () => {
  it("are filled into texts, whole or in part, also quoted", () => {
    const config = load(`providers:\n  - upstream: https://\${HOST}:8443/\${BASE}\n    name: "\${NAME}"\n`, {
      HOST: "llm.internal",
      BASE: "v1",
      NAME: "mine",
    });
    expect(config.providers[0]).toMatchObject({
      name: "mine",
      origin: "https://llm.internal:8443",
      basePath: "/v1",
    });
  });

  it("are not read again: what stands in one is text", () => {
    const config = load(`${providers}admin: { token: "\${TOKEN}" }\n`, { TOKEN: `\${OTHER}-0123456789` });
    expect(config.admin.token).toBe(`\${OTHER}-0123456789`);
  });

  it(`$\${ stands for the two characters`, () => {
    const yaml = `${providers}admin: { token: "$\${TOKEN}-0123456789" }\n`;
    expect(load(yaml).admin.token).toBe(`\${TOKEN}-0123456789`);
  });

  it("are numbers, or true and false, where the option wants them, and text where it wants text", () => {
    const yaml = `providers: [{ upstream: 'https://a', finishIsEnd: "\${FLAG}" }]\nlisten:\n  port: \${PORT}\nadmin: { token: "\${TOKEN}" }\n`;
    const config = load(yaml, { PORT: "9999", FLAG: "true", TOKEN: "12345678901234567890" });
    expect(config.listen.port).toBe(9_999);
    expect(config.providers[0]?.finishIsEnd).toBe(true);
    expect(config.admin.token).toBe("12345678901234567890");
  });

  it.each([
    [{}, "not set"],
    [{ TOKEN: "" }, "empty"],
  ])("one that is missing is named with option and line: %j", (env, state) => {
    expect(problems(`${providers}admin:\n  token: \${TOKEN}\n`, env)).toEqual([
      `recloser.yaml:3: admin.token names the environment variable TOKEN, which is ${state}; set it, or write $\${TOKEN} for the text itself.`,
    ]);
  });

  it.each([`\${`, `\${}`, `\${1A}`, `\${A-b}`, `\${A`])("%s is a mistake", (text) => {
    expect(problems(`${providers}admin: { token: "${text}" }\n`, { A: "x" })).toEqual([
      `recloser.yaml:2: admin.token has "\${" without a variable's name behind it; write \${NAME}, or $\${ for the two characters.`,
    ]);
  });

  it("never show their values in what is wrong with them", () => {
    const yaml = `providers: [{ upstream: "\${URL}" }]\nlisten: { port: "\${PORT}" }\nlog: { level: "\${LEVEL}" }\n`;
    const secret = "sk-secret-0123456789";
    const found = problems(yaml, { URL: secret, PORT: secret, LEVEL: secret }).join("\n");
    expect(found).not.toContain("secret");
    expect(found).toContain(
      "recloser.yaml:2: listen.port is unusable as the environment has it; give a whole number from 0 to 65535.",
    );
    expect(problems(`providers: [{ upstream: "\${URL}" }]\n`, { URL: secret }).join()).not.toContain(
      "secret",
    );
  });

  it("names of options are left alone, and a text without variables is not touched", () => {
    expect(problems(`${providers}"\${A}": 1\n`, { A: "drainMs" })[0]).toContain(`no option "\${A}"`);
    expect(load(`${providers}admin: { token: "a$b{c}d$$e-0123456" }\n`).admin.token).toBe(
      "a$b{c}d$$e-0123456",
    );
  });
});
