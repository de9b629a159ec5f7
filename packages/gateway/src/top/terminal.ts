import type { ReadStream, WriteStream } from "node:tty";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const ESCAPE = "\x1b";
const CTRL_C = "\x03";
const CTRL_D = "\x04";

const ONE_KEY = new RegExp(`${ESCAPE}(?:\\[\\d*[A-Z~]|O[A-Z])|.`, "gs");

/** A way of scrolling, or of leaving. */
export type Key = "quit" | "up" | "down" | "page-up" | "page-down" | "home";

const KEYS: Readonly<Record<string, Key>> = {
  q: "quit",
  Q: "quit",
  [CTRL_C]: "quit",
  [CTRL_D]: "quit",
  k: "up",
  "\x1b[A": "up",
  "\x1bOA": "up",
  j: "down",
  "\x1b[B": "down",
  "\x1bOB": "down",
  "\x1b[5~": "page-up",
  "\x1b[6~": "page-down",
  " ": "page-down",
  g: "home",
  "\x1b[H": "home",
};

export interface Terminal {
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. Safe to call twice. */
  leave(): void;
}

/** Takes the whole terminal, until it is left: also when the process ends in any other way. */
export function enter(
  out: WriteStream,
  input: ReadStream,
  on: { readonly key: (key: Key) => void; readonly resized: () => void },
): Terminal {
  let isOver = false;
  // A held key, or a slow line, gives several at once.
  const keys = (typed: Buffer): void => {
    for (const [one] of typed.toString("latin1").matchAll(ONE_KEY)) {
      const key = KEYS[one];
      if (key !== undefined) on.key(key);
    }
  };
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    process.off("exit", leave);
    out.off("resize", on.resized);
    input.off("data", keys);
    if (input.isTTY) input.setRawMode(false);
    input.pause();
    out.write(LEAVE);
  };
  out.write(ENTER);
  process.on("exit", leave);
  out.on("resize", on.resized);
  if (input.isTTY) {
    input.setRawMode(true);
    input.on("data", keys);
  }
  return {
    // Drawn over what is there, each line's rest wiped: a screen that is wiped first flickers.
    draw(lines) {
      if (!isOver) out.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
    },
    leave,
  };
}
