import { type Action, LONGEST_HOLD_MS, LONGEST_REASON } from "../contract/contract.js";
import { span } from "../words/format.js";
import { redact } from "./redact.js";
import type { BoardCircuit } from "./source.js";

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string };

const ACTIONS = ["force-open", "force-closed", "observe", "release"] as const;

/** An action from a request's body, or one sentence that says what is wrong with it. */
export function readAction(body: unknown): Read<Action> {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return wrong("The body is not a JSON object; send one.");
  const { circuit, action, forMs, reason, ...rest } = body as Record<string, unknown>;
  const [extra] = Object.keys(rest);
  if (extra !== undefined)
    return wrong(`There is no option ${JSON.stringify(extra.slice(0, 40))}; check its spelling.`);
  if (typeof circuit !== "string" || circuit === "")
    return wrong("circuit is missing; give the circuit's name.");
  const known = ACTIONS.find((name) => name === action);
  if (known === undefined) return wrong(`action is missing or unknown; give one of ${ACTIONS.join(", ")}.`);
  if (
    typeof reason !== "string" ||
    !/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u.test(reason) ||
    reason.length > LONGEST_REASON ||
    reason.trim() === ""
  )
    return wrong(`reason is missing or wrong; say why, in 1 to ${LONGEST_REASON} characters on one line.`);
  if (known === "release") {
    return forMs === undefined
      ? { ok: true, value: { circuit, action: known, reason } }
      : wrong("forMs has no meaning for a release; leave it out.");
  }
  if (typeof forMs !== "number" || !(forMs >= 1 && forMs <= LONGEST_HOLD_MS))
    return wrong("forMs is missing or wrong; give milliseconds, at most a day.");
  return { ok: true, value: { circuit, action: known, forMs, reason } };
}

function wrong(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}

/** Does it. Gives the sentence for the event log, where the circuit itself says none. */
export function applied(circuit: BoardCircuit, action: Action): string | undefined {
  const reason = redact(action.reason);
  switch (action.action) {
    case "force-open":
      circuit.force("open", { forMs: action.forMs, reason });
      return undefined;
    case "force-closed":
      circuit.force("closed", { forMs: action.forMs, reason });
      return undefined;
    case "observe":
      circuit.force("observe", { forMs: action.forMs, reason });
      return `an operator had it observe for ${span(action.forMs)}: ${reason}`;
    case "release":
      circuit.release();
      return `an operator released it: ${reason}`;
  }
}
