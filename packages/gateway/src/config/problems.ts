import type { z } from "zod";

type Path = readonly PropertyKey[];

/** Options whose values are never shown. A webhook's `url` often is its secret. */
const SECRETS = new Set(["token", "apiKey", "hashKey", "secret", "url"]);

/** One thing wrong with a configuration. */
export interface Problem {
  readonly path: Path;
  /** A sentence that begins with the option. */
  readonly text: string;
}

/** What zod found, as sentences: option, value, remedy. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], root: unknown, base: Path = []): Problem[] {
  return issues.flatMap((issue) => problemOf(issue, root, base));
}

function problemOf(issue: z.core.$ZodIssue, root: unknown, base: Path): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const where = path.length === 0 ? "The configuration" : nameOf(path);
      return {
        path: [...path, key],
        text: `${where} has no option "${key.slice(0, 80)}"; check its spelling.`,
      };
    });
  }
  if (issue.code === "invalid_union") {
    const given = alternatives(issue, valueAt(root, path));
    if (given.length > 1) {
      const text = `${nameOf(path)} has ${given.map((key) => `"${key}"`).join(" and ")}; give one of them.`;
      return [{ path, text }];
    }
    const inside = issue.errors.find((branch) => branch.some((one) => goesDeeper(one)));
    if (inside !== undefined) return problemsOf(inside, root, path);
  }
  const value = valueAt(root, path);
  const state = value === undefined ? "is missing" : `is ${shown(value, path)}`;
  return [
    { path, text: `${path.length === 0 ? "The configuration" : nameOf(path)} ${state}; ${issue.message}.` },
  ];
}

/** The keys given that some branch knows, but no branch knows together. */
function alternatives(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const unknown = issue.errors.flatMap((branch) =>
    branch.flatMap((one) => (one.code === "unrecognized_keys" && one.path.length === 0 ? [one.keys] : [])),
  );
  if (unknown.length < 2) return [];
  return Object.keys(value).filter((key) => !unknown.every((keys) => keys.includes(key)));
}

/** The branch that a writer had in mind: the one where something inside is wrong, not everything. */
function goesDeeper(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 && !(issue.code === "invalid_type" && issue.input === undefined);
}

export function nameOf(path: Path): string {
  return path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? String(key) : `.${String(key)}`))
    .join("");
}

function valueAt(root: unknown, path: Path): unknown {
  let found = root;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

/** A value for people: short, and without anything that may be a secret. */
function shown(value: unknown, path: Path): string {
  if (SECRETS.has(String(path.at(-1)))) return "unusable";
  if (typeof value === "string") return JSON.stringify(withoutSecrets(value).slice(0, 80));
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? "a list" : "a set of options";
  return String(value);
}

/** A URL may hold a password before its host, and keys in its query. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/]*@/, "//…@").replace(/[?#].*$/s, "?…");
}
