import type { z } from "zod";

/** A setting that cannot be used: one sentence with the field, its value and the remedy. */
export class MockConfigError extends Error {
  override readonly name = "MockConfigError";
  /** Where the trouble is, such as `["phases", 1, "for"]`. Empty for the whole. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message);
    this.path = path;
  }
}

/** Returns the value if the schema takes it. Throws {@link MockConfigError} for the first thing wrong. */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw new MockConfigError(`${what} is invalid.`);
  const path = issue.path.filter((key) => typeof key !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    throw new MockConfigError(`${field(what, path)} has an unknown field "${key}"; ${issue.message}.`, [
      ...path,
      key,
    ]);
  }
  const found = valueAt(value, path);
  const state = found === undefined ? "is missing" : `is ${show(found)}`;
  throw new MockConfigError(`${field(what, path)} ${state}; ${issue.message}.`, path);
}

function field(what: string, path: readonly (string | number)[]): string {
  if (path.length === 0) return what;
  const name = path
    .map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`))
    .join("");
  return `${what}: ${name}`;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "function" || typeof value === "bigint")
    return String(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
