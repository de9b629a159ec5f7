/** Throws unless `saved` has the fields of `own`, all of the same types: what somebody stored may be anything. */
export function requireLike(saved: unknown, own: unknown): void {
  if (!isLike(saved, own)) throw new TypeError("This was not saved by a detector of this kind.");
}

function isLike(saved: unknown, own: unknown): boolean {
  if (typeof saved !== typeof own) return false;
  if (typeof saved === "number") return saved >= 0 && saved <= 4e12;
  if (typeof own !== "object" || own === null) return true;
  if (typeof saved !== "object" || saved === null || Array.isArray(saved)) return false;
  const given: Readonly<Record<string, unknown>> = { ...saved };
  return Object.entries(own).every(([key, value]) => isLike(given[key], value));
}
