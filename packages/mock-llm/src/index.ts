export { MockConfigError } from "./check.js";
export type { Clock } from "./clock.js";
export { profiles } from "./plan.js";
export { loadScript, parseScript } from "./script-file.js";
export { startMock } from "./server.js";
export type {
  Attempt,
  AttemptEnd,
  Behaviour,
  Fault,
  FaultKind,
  Lognormal,
  MockOptions,
  MockServer,
  Phase,
  Script,
} from "./types.js";
export { faultKinds } from "./types.js";
