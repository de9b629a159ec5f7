import { z } from "zod";

/** Every message here is a remedy: it follows "<option> is <value>; ". */
export const remedy = (text: string): { error: string } => ({ error: text });

function number(least: number, most: number, what: string) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const text = `give ${what} ${range}`;
  return { text, schema: z.number(remedy(text)).min(least, remedy(text)).max(most, remedy(text)) };
}

export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const { schema, text } = number(least, most, "a whole number");
  return schema.int(remedy(text));
}

/** setTimeout wraps round to zero beyond this. */
const LONGEST_MS = 2_147_483_647;
export const ms = (least: number) => number(least, LONGEST_MS, "milliseconds").schema;
export const share = () => number(0, 1, "a number").schema;
export const atLeast = (least: number) => number(least, Number.MAX_SAFE_INTEGER, "a number").schema;
export const text = (what: string) => z.string(remedy(`give ${what}`)).min(1, remedy(`give ${what}`));
export const flag = () => z.boolean(remedy("give true or false"));

export function section<Shape extends z.core.$ZodLooseShape>(shape: Shape, description: string) {
  return z.strictObject(shape, remedy("give options, one to a line")).describe(description);
}
