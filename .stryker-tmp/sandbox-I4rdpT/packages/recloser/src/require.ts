/** Checks of what a user wrote: each throws one sentence that names the field, the value and the remedy. */
// @ts-nocheck


export function atLeast(
  name: string,
  value: unknown,
  least: number,
  { whole = false, infinite = false }: { whole?: boolean; infinite?: boolean } = {},
): void {
  const kind = `${whole ? "a whole number" : "a number"} of at least ${least}${infinite ? " (Infinity allowed)" : ""}`;
  numeric(name, value, kind);
  const finite = Number.isFinite(value) || (infinite && value === Infinity);
  if (!finite || value < least || (whole && value !== Infinity && !Number.isInteger(value))) {
    throw new RangeError(`${name} is ${value}; give ${kind}.`);
  }
}

export function within(name: string, value: unknown, least: number, most: number): void {
  const kind = `a number from ${least} to ${most}`;
  numeric(name, value, kind);
  if (!(value >= least && value <= most)) throw new RangeError(`${name} is ${value}; give ${kind}.`);
}

export function oneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== "string" || !allowed.includes(value)) {
    throw new TypeError(
      `${name} is ${shown(value)}; give one of ${allowed.map((one) => `"${one}"`).join(", ")}.`,
    );
  }
}

export function callable(name: string, value: unknown): void {
  if (typeof value !== "function") throw new TypeError(`${name} is ${shown(value)}; give a function.`);
}

export function abortSignal(name: string, value: unknown): void {
  const listens =
    typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
  if (!listens) throw new TypeError(`${name} is ${shown(value)}; give an AbortSignal.`);
}

/** Refuses an option that does not exist: a key with no effect is a mistake someone believes in. */
export function checkKeys(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} is ${shown(value)}; give an object.`);
  }
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) {
      throw new TypeError(`${name} has no option "${key}"; it has ${allowed.join(", ")}.`);
    }
  }
}

function numeric(name: string, value: unknown, kind: string): asserts value is number {
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`${name} is ${shown(value)}; give ${kind}.`);
  }
}

/** A value as it may stand in a message: short, and never what is inside an object. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}
