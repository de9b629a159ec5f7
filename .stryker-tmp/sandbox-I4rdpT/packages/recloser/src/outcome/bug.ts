// @ts-nocheck
import { ruleFor } from "./classify.js";
import { factsOf, read, walk } from "./facts.js";

/**
 * Whether this is a plain mistake in the user's own function: a TypeError or a ReferenceError that is not fetch's.
 * A mistake is no evidence about the dependency. When in doubt, it is not one: fetch throws TypeErrors for the network.
 */
export function isBug(error: unknown): boolean {
  const name = read(error, "name");
  if (name !== "TypeError" && name !== "ReferenceError") return false;
  if (ruleFor(factsOf(error)).row.id !== "unknown") return false;
  // A cause with a code of the system's is the network, even where the code is new to us. Node's own complaints about
  // arguments are not: fetch wraps `ERR_INVALID_URL`.
  return !walk(error)
    .slice(1)
    .some(({ value }) => {
      const code = read(value, "code");
      return (
        read(value, "syscall") !== undefined ||
        (typeof code === "string" && !/^ERR_(INVALID|MISSING)/.test(code))
      );
    });
}
