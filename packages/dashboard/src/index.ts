/**
 * The on-call page: which breaker is open, since when, why in words, and when it tries again. Importing this module runs
 * nothing.
 *
 * @module
 */
export type * from "./contract/contract.js";
export { inOrder } from "./contract/order.js";
export { Board, type BoardOptions, type HistoryOptions } from "./server/board.js";
export { createHandler, type Handler, type HandlerOptions } from "./server/handler.js";
export { type Dashboard, type DashboardOptions, serveDashboard } from "./server/serve.js";
export type { BoardCircuit, BoardSnapshot, BoardSource } from "./server/source.js";
export { type Condensed, condensed } from "./words/condensed.js";
export { clock, clockSeconds, count, latency, percent, some, span } from "./words/format.js";
export {
  headline,
  next,
  others,
  providerSentences,
  STANDING_WORDS,
  sentence,
  since,
  tally,
} from "./words/sentence.js";
