import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { configJsonSchema, configJsonSchemaText } from "./json-schema.js";

const file = fileURLToPath(new URL("../../recloser.schema.json", import.meta.url));

it("recloser.schema.json is the configuration's schema (UPDATE_DOCS=1 renews it)", () => {
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, configJsonSchemaText());
  expect(readFileSync(file, "utf8")).toBe(configJsonSchemaText());
});

it("refuses unknown options, and takes a variable where a number is wanted", () => {
  const schema = configJsonSchema() as unknown as {
    $schema: string;
    additionalProperties: boolean;
    required: string[];
    properties: Record<string, { description: string; properties: Record<string, { anyOf: unknown[] }> }>;
  };
  expect(schema.$schema).toContain("2020-12");
  expect(schema.required).toEqual(["providers"]);
  expect(schema.additionalProperties).toBe(false);
  expect(schema.properties.listen?.properties.port?.anyOf).toEqual([
    { type: "integer", minimum: 0, maximum: 65_535 },
    { type: "string", pattern: "^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$" },
  ]);
  for (const [name, { description }] of Object.entries(schema.properties)) {
    expect(description, name).toMatch(/\.$/);
  }
});
