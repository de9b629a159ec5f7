import { MockConfigError } from "./check.js";
import { type Fault, type FaultKind, faultKinds } from "./types.js";

const prefix = "mock-fault:";

/** The fault a model name such as `mock-fault:cut@5` asks for. Undefined for a plain name. Throws {@link MockConfigError}. */
export function faultOfModel(model: string): Fault | undefined {
  return model.startsWith(prefix) ? parseFault(model.slice(prefix.length), "model") : undefined;
}

/**
 * Reads `kind`, `kind@number` and, for the command line, `kind=share` and `kind@number=share`. The number is what
 * matters most for the kind: tokens before it, seconds of Retry-After, or the factor of a slow first token.
 */
export function parseFault(text: string, what: string): Fault {
  const match = /^([a-z0-9-]+)(?:@(\d+(?:\.\d+)?))?(?:=(\d*\.?\d+))?$/.exec(text);
  const kind = faultKinds.find((known) => known === match?.[1]);
  if (match === null || kind === undefined) {
    throw new MockConfigError(
      `${what}: "${text}" names no fault; use one of ${faultKinds.join(", ")}, as in cut@5.`,
    );
  }
  const fault: Fault = { kind };
  if (match[3] !== undefined) {
    fault.share = Number(match[3]);
    if (fault.share > 1)
      throw new MockConfigError(`${what}: the share in "${text}" is above 1; give 0 to 1.`);
  }
  if (match[2] !== undefined) setNumber(fault, kind, Number(match[2]), `${what}: "${text}"`);
  return fault;
}

function setNumber(fault: Fault, kind: FaultKind, number: number, where: string): void {
  switch (kind) {
    case "cut":
    case "stall":
    case "stream-error":
    case "reset":
      if (!Number.isInteger(number))
        throw new MockConfigError(`${where} counts tokens; give a whole number.`);
      fault.afterTokens = number;
      return;
    case "throttled":
    case "overloaded":
    case "error-503":
      fault.retryAfterMs = number * 1000;
      return;
    case "slow-first-token":
      if (number === 0) throw new MockConfigError(`${where} is a factor; give a number above 0.`);
      fault.times = number;
      return;
    default:
      throw new MockConfigError(`${where} takes no number; remove the @ and what follows it.`);
  }
}
