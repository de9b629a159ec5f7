/**
 * The Recloser gateway as a library: for tests and for programs that want it in their own process. Importing this module
 * runs nothing.
 *
 * @module
 */
export { ConfigError } from "./config/config-error.js";
export { type Config, loadConfig, parseConfig } from "./config/load.js";
export type { Provider } from "./config/providers.js";
export type { ConfigInput } from "./config/schema.js";
export { type Gateway, type Running, startGateway } from "./gateway.js";
export type { JournalEntry, JournalVerdict } from "./journal/entry.js";
export { readJournal } from "./journal/read.js";
export { ListenError } from "./listen.js";
export { createLog, type Log } from "./log.js";
