import { z } from "zod";
import { configSchema } from "./schema.js";

/** As much of a JSON Schema as the configuration uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The options of the configuration as Markdown tables: name, meaning, unit and range, default. */
export function describeConfig(): string {
  const root = z.toJSONSchema(configSchema, { io: "input" }) as Schema;
  const top = Object.entries(root.properties ?? {});
  const alone = top.filter(([, schema]) => sectionOf(schema) === undefined);
  const sections = top.filter(([, schema]) => sectionOf(schema) !== undefined);
  return [
    ...sections.map(([name, schema]) => sectionText(name, schema)),
    `### Others\n\n${table(alone.map(([name, schema]) => row(name, schema)))}`,
  ].join("\n\n");
}

function sectionOf(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema;
  return schema.items?.properties === undefined ? undefined : schema.items;
}

function sectionText(name: string, schema: Schema): string {
  const list = schema.items === undefined ? "" : " (a list)";
  const rows = rowsOf("", sectionOf(schema) ?? schema);
  return `### \`${name}\`${list}\n\n${schema.description ?? ""}\n\n${table(rows)}`;
}

function rowsOf(prefix: string, schema: Schema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, each]) => {
    const name = `${prefix}${key}`;
    if (each.properties !== undefined) return rowsOf(`${name}.`, each);
    const inside = (each.anyOf ?? []).flatMap((branch) => rowsOf(`${name}.`, branch));
    return [row(name, each), ...inside];
  });
}

function row(name: string, schema: Schema): string {
  return `| \`${name}\` | ${schema.description ?? ""} | ${kindOf(name, schema)} | ${defaultOf(schema)} |`;
}

function kindOf(name: string, schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${String(each)}\``).join(", ");
  if (schema.type === "string") return "text";
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type !== "number" && schema.type !== "integer") return "";
  const unit = name.includes("Ms") ? "ms, " : name.endsWith("Bytes") ? "bytes, " : "";
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema;
  return maximum >= 2_147_483_647 ? `${unit}at least ${minimum}` : `${unit}${minimum} to ${maximum}`;
}

function defaultOf(schema: Schema): string {
  return schema.default === undefined ? "" : `\`${JSON.stringify(schema.default).replaceAll('"', "")}\``;
}

function table(rows: readonly string[]): string {
  return ["| option | meaning | values | default |", "|---|---|---|---|", ...rows].join("\n");
}
