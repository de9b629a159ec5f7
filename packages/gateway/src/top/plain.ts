/** What a terminal prints as one column each: ASCII, Latin letters, dashes and quotes, arrows, ≤ and ≥. */
const NOT_ONE_COLUMN = /[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2190-\u21ff\u2264\u2265]/gu;

/**
 * Text from outside that cannot steer a terminal: names of models and messages of providers may hold control characters,
 * escape sequences or marks that turn the line round.
 */
export function plain(text: string): string {
  return text.replace(NOT_ONE_COLUMN, "·");
}

/** Cut to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Broken at spaces into lines of a width; a word that is longer is broken too. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    let rest = word;
    if (line !== "" && line.length + 1 + rest.length <= width) {
      line += ` ${rest}`;
      continue;
    }
    if (line !== "") lines.push(line);
    while (rest.length > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    line = rest;
  }
  return [...lines, line];
}
