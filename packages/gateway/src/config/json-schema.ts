import { z } from "zod";
import { configSchema } from "./schema.js";

type Json = { readonly [key: string]: unknown };

/** A variable may stand where a number, or true or false, is wanted. */
const VARIABLE = { type: "string", pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$" };

/** The configuration as a JSON Schema, for editors and for checks before a roll-out. */
export function configJsonSchema(): Json {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: "input" });
  return { $schema, title: "recloser.yaml", ...(withVariables(schema) as Json) };
}

/** The text of `recloser.schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

function withVariables(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withVariables);
  if (typeof node !== "object" || node === null) return node;
  const one = Object.fromEntries(Object.entries(node).map(([key, each]) => [key, withVariables(each)]));
  const { type } = one;
  if (type !== "number" && type !== "integer" && type !== "boolean") return one;
  const { description, default: standard, ...rest } = one;
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
    anyOf: [rest, VARIABLE],
  };
}
