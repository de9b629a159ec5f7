/** Why `recloser top` cannot show anything: one sentence, with the remedy. */
export class TopError extends Error {
  override readonly name = "TopError";
}
