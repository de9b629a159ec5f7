/**
 * What undici's parser found wrong with a provider's bytes; undefined for errors of another kind. `malformed`: a status
 * line, a length or a chunk that cannot be. `cut`: valid as far as it came. `begun`: the head of the answer was there.
 */
export function flawOf(error: Error, begun: boolean): "malformed" | "cut" | undefined {
  const { code } = error as NodeJS.ErrnoException;
  // Its way to say that a status is below 100.
  if (code === "ERR_ASSERTION") return "malformed";
  // Two lengths that differ, or a body that is shorter than its length.
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") return begun ? "cut" : "malformed";
  if (error.name !== "HTTPParserError") return undefined;
  // Not every version of undici gives its parser's errors a code.
  return /\bEOF\b/.test(`${error.message} ${code?.replaceAll("_", " ")}`) ? "cut" : "malformed";
}
