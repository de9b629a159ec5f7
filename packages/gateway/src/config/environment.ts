import type { z } from "zod";
import { nameOf, type Problem } from "./problems.js";

type Path = Problem["path"];
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration with its variables filled in. */
export interface Filled {
  readonly value: unknown;
  /** The options whose text came from the environment, by `keyOf` their path. */
  readonly fromEnvironment: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** `$${` stands for `${`; `${NAME}` for a variable; any other `${` is a mistake. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g;

/** Fills `${NAME}` into every text of a configuration. Names of options are left alone. */
export function fillIn(value: unknown, env: Environment): Filled {
  const fromEnvironment = new Set<string>();
  const problems: Problem[] = [];
  const text = (given: string, path: Path): string =>
    given.replace(REFERENCE, (found: string, name: string | undefined) => {
      if (found === "$${") return "${";
      if (name === undefined) {
        const text = `${nameOf(path)} has "\${" without a variable's name behind it; write \${NAME}, or $\${ for the two characters.`;
        problems.push({ path, text });
        return "";
      }
      const filled = env[name];
      if (filled === undefined || filled === "") {
        const state = filled === undefined ? "not set" : "empty";
        const text = `${nameOf(path)} names the environment variable ${name}, which is ${state}; set it, or write $\${${name}} for the text itself.`;
        problems.push({ path, text });
        return "";
      }
      fromEnvironment.add(keyOf(path));
      return filled;
    });
  const walk = (node: unknown, path: Path): unknown => {
    if (typeof node === "string") return node.includes("${") ? text(node, path) : node;
    if (Array.isArray(node)) return node.map((each, index) => walk(each, [...path, index]));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, walk(each, [...path, key])]));
  };
  return { value: walk(value, []), fromEnvironment, problems };
}

/**
 * Variables are text. Where an option wants a number, or true or false, and the text says one, it is taken for that.
 * Undefined: there is nothing to take.
 */
export function readAsWanted(filled: Filled, issues: readonly z.core.$ZodIssue[]): Filled | undefined {
  const wanted = new Map<string, unknown>();
  for (const issue of issues) {
    if (issue.code !== "invalid_type" || !filled.fromEnvironment.has(keyOf(issue.path))) continue;
    const text = String(valueAt(filled.value, issue.path)).trim();
    if (issue.expected === "boolean" && /^(true|false)$/.test(text)) {
      wanted.set(keyOf(issue.path), text === "true");
    } else if (/^(number|int)$/.test(issue.expected) && /^-?\d+(\.\d+)?$/.test(text)) {
      wanted.set(keyOf(issue.path), Number(text));
    }
  }
  if (wanted.size === 0) return undefined;
  const walk = (node: unknown, path: Path): unknown => {
    const key = keyOf(path);
    if (wanted.has(key)) return wanted.get(key);
    if (Array.isArray(node)) return node.map((each, index) => walk(each, [...path, index]));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, each]) => [name, walk(each, [...path, name])]),
    );
  };
  return { ...filled, value: walk(filled.value, []) };
}

/** A problem with a value of the environment's is told without the value: it may be a secret. */
export function withoutValue(problem: Problem, { fromEnvironment }: Filled): Problem {
  if (!fromEnvironment.has(keyOf(problem.path))) return problem;
  const remedy = problem.text.slice(problem.text.lastIndexOf("; ") + 2);
  return {
    ...problem,
    text: `${nameOf(problem.path)} is unusable as the environment has it; ${remedy}`,
  };
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}

function valueAt(root: unknown, path: Path): unknown {
  let found = root;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}
