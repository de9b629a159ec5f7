/** Something that the user can mend: one sentence, printed without a stack. */
export class LabError extends Error {
  override readonly name = "LabError";
}
