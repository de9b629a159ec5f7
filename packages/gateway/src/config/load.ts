import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { basename } from "node:path";
import { Circuits } from "recloser";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { circuitOptions } from "./circuit-options.js";
import { ConfigError } from "./config-error.js";
import { type Environment, type Filled, fillIn, readAsWanted, withoutValue } from "./environment.js";
import { type Problem, problemsOf } from "./problems.js";
import { type Provider, resolveProviders } from "./providers.js";
import { routeProblems } from "./routes.js";
import { type ConfigInput, configSchema, type RawConfig } from "./schema.js";

/** A configuration that has been checked, with every default filled in. */
export interface Config extends Omit<RawConfig, "providers"> {
  readonly providers: readonly Provider[];
}

/** Says where in a source a problem is, e.g. `recloser.yaml:7: `. */
type Locate = (path: Problem["path"]) => string;

/**
 * Checks a configuration and fills in its defaults.
 *
 * @throws ConfigError with one sentence for each problem.
 */
export function parseConfig(input: ConfigInput): Config {
  return parseUnknown(input);
}

/**
 * Reads a YAML (or JSON) file. `overrides` come from the command line and win. `${NAME}` in a value stands for a variable
 * of `env`.
 *
 * @throws ConfigError with one sentence for each problem, each beginning with file and line.
 */
export function loadConfig(
  file: string,
  overrides: Partial<ConfigInput> = {},
  env: Environment = process.env,
): Config {
  const name = basename(file);
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => {
        const { line } = lines.linePos(error.pos[0]);
        if (error.code === "MULTIPLE_DOCS")
          return `${name}:${line}: a second document begins here; give one document.`;
        return `${name}:${line}: this is not valid YAML: ${firstLine(error.message)}; mend the line.`;
      }),
    );
  }
  const locate: Locate = (path) => `${name}:${lineOf(document, lines, path)}: `;
  const filled = fillIn(toPlain(document, name), env);
  if (filled.problems.length > 0) throw failure(filled.problems, locate);
  return parseFilled({ ...filled, value: merged(filled.value, overrides) }, locate);
}

function readText(file: string): string {
  try {
    // A pipe that nobody writes to would be read for ever.
    if (statSync(file).isFile()) return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === "ENOENT" ? "there is no such file" : `it cannot be read (${code ?? "unknown error"})`;
    throw new ConfigError([`The configuration file "${file}": ${why}; check the path.`]);
  }
  throw new ConfigError([`The configuration file "${file}": it is no regular file; give a YAML file.`]);
}

function toPlain(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    throw new ConfigError([`${name}: its aliases refer to too much or to nothing; write the values out.`]);
  }
}

function merged(value: unknown, overrides: Partial<ConfigInput>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const all: Record<string, unknown> = { ...value };
  for (const [key, override] of Object.entries(overrides)) {
    const own = all[key];
    const both = typeof own === "object" && own !== null && !Array.isArray(own) && !Array.isArray(override);
    all[key] = both && typeof override === "object" ? { ...own, ...override } : override;
  }
  return all;
}

function parseFilled(filled: Filled, locate: Locate): Config {
  const { success, error } = configSchema.safeParse(filled.value);
  const wanted = success ? undefined : readAsWanted(filled, error.issues);
  const { value } = wanted ?? filled;
  return parseUnknown(value, locate, (problem) => withoutValue(problem, filled));
}

function parseUnknown(
  input: unknown,
  locate: Locate = () => "",
  shown: (problem: Problem) => Problem = (problem) => problem,
): Config {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw failure(problemsOf(parsed.error.issues, input).map(shown), locate);
  const raw = parsed.data;
  const { providers, problems } = resolveProviders(raw.providers);
  problems.push(...routeProblems(raw.routes, providers));
  const { admin } = raw;
  if (!isLoopback(admin.host) && admin.token === undefined) {
    const text = `admin.host is "${admin.host}", which others can reach; set admin.token, or listen on 127.0.0.1.`;
    problems.push({ path: ["admin", "host"], text });
  }
  const { listen } = raw;
  if (listen.port !== 0 && listen.port === admin.port && listen.host === admin.host) {
    const text = `admin.port is ${admin.port}, like listen.port; give each a port of its own.`;
    problems.push({ path: ["admin", "port"], text });
  }
  try {
    new Circuits(circuitOptions(raw));
  } catch (error) {
    const option = /^[\w.]+/.exec(error instanceof Error ? error.message : "")?.[0] ?? "";
    problems.push({ path: ["circuit", ...option.split(".")], text: `circuit.${(error as Error).message}` });
  }
  if (problems.length > 0) throw failure(problems.map(shown), locate);
  return { ...raw, providers };
}

function failure(problems: readonly Problem[], locate: Locate): ConfigError {
  const sentences = problems.map(({ path, text }) => `${locate(path)}${text}`);
  // Two checks of one value may say the same.
  return new ConfigError([...new Set(sentences)]);
}

/** The line of an option, or of the nearest thing around it. */
function lineOf(document: Document, lines: LineCounter, path: Problem["path"]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.replace(/[.:]$/, "") ?? text;
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (bare === "localhost" || bare === "::1") return true;
  return isIP(bare) === 4 && bare.startsWith("127.");
}
