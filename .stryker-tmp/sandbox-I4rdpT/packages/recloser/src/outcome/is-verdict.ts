// @ts-nocheck
import { FAILED, NOT_FAILED } from "./failure.js";
import type { FailureVerdict, Verdict } from "./verdict.js";

/** What a settlement that says nothing readable is taken for: it counts, like every error that no rule knows. */
export const UNREADABLE: FailureVerdict = {
  verdict: "failure",
  reason: "unknown",
  detail: "settled with no verdict that exists",
};

/** Whether what a user's code gave is a verdict: types stop at the border of JavaScript. */
export function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== "object" || value === null || !("verdict" in value)) return false;
  if (value.verdict === "success") return true;
  if (!("reason" in value) || typeof value.reason !== "string") return false;
  if (value.verdict === "failure") return Object.hasOwn(FAILED, value.reason);
  return value.verdict === "neutral" && (value.reason === "bug" || Object.hasOwn(NOT_FAILED, value.reason));
}
