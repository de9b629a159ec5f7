import type { Overview } from "@recloser/dashboard";
import { feed } from "../top/feed.js";
import { type Paper, type Sight, screen, scrolled } from "../top/screen.js";
import { enter, type Key } from "../top/terminal.js";
import { TopError } from "../top/top-error.js";
import { after } from "../top/view.js";

export interface TopFlags {
  readonly url: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const DRAW_EVERY_MS = 1_000;
/** Where nobody says how wide it is. */
const USUAL_COLUMNS = 120;

/**
 * Shows the overview until a key or a signal ends it; once, and as plain text, where nobody can watch.
 *
 * @throws TopError when the address makes no sense, or nothing answers there.
 */
export async function top({ url, once, json }: TopFlags, env: NodeJS.ProcessEnv): Promise<void> {
  const stop = new AbortController();
  const token = env.RECLOSER_ADMIN_TOKEN;
  const options = { url: addressOf(url), token: token === "" ? undefined : token, signal: stop.signal };
  process.stdout.on("error", leave);
  if (json === true || once === true || !process.stdout.isTTY) {
    const overview = await first(options);
    stop.abort();
    const text =
      json === true
        ? JSON.stringify(overview, null, 2)
        : screen({ overview, now: overview.at, lost: undefined }, wholePaper(env)).join("\n");
    process.stdout.write(`${text}\n`);
    return;
  }
  await live(options, stop, env);
}

/** Whoever reads this may leave, as `head` does. */
function leave({ code }: NodeJS.ErrnoException): void {
  if (code === "EPIPE") process.exit(0);
  process.stderr.write(`recloser: this cannot be written (${code}); make room, or write elsewhere.\n`);
  process.exit(1);
}

async function first(options: Parameters<typeof feed>[0]): Promise<Overview> {
  for await (const news of feed(options)) {
    if (news.kind === "said" && news.message.type === "overview") return news.message.data;
    if (news.kind === "lost") throw new TopError(news.why);
  }
  throw new TopError(`${options.url.origin} has said nothing.`);
}

async function live(
  options: Parameters<typeof feed>[0],
  stop: AbortController,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { stdout, stdin } = process;
  let overview: Overview | undefined;
  let heardAt = performance.now();
  let lost: string | undefined;
  let from = 0;
  const now = (at: number): number => at + performance.now() - heardAt;
  const draw = (): void => {
    if (overview === undefined) return;
    const sight: Sight = {
      overview,
      now: now(overview.at),
      lost: lost === undefined ? undefined : { why: lost, since: overview.at },
    };
    const shown = scrolled(sight, paperOf(stdout, from, env));
    from = shown.from;
    terminal?.draw(shown.lines);
  };
  const keyed = (key: Key): void => {
    const page = Math.max(1, stdout.rows - 8);
    const most = Math.max(0, (overview?.rows.length ?? 0) - 1);
    switch (key) {
      case "quit":
        stop.abort();
        return;
      case "home":
        from = 0;
        break;
      case "up":
      case "page-up":
        from = Math.max(0, from - (key === "up" ? 1 : page));
        break;
      case "down":
      case "page-down":
        from = Math.min(most, from + (key === "down" ? 1 : page));
    }
    draw();
  };
  let terminal: ReturnType<typeof enter> | undefined;
  const end = (): void => stop.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, end);
  const ticking = setInterval(draw, DRAW_EVERY_MS);
  try {
    for await (const news of feed(options)) {
      if (news.kind === "lost") lost = news.why;
      else {
        overview = after(overview, news.message);
        heardAt = performance.now();
        lost = undefined;
        // Not before it speaks: why it does not belongs on the terminal as it was.
        terminal ??= enter(stdout, stdin, { key: keyed, resized: draw });
      }
      draw();
    }
  } finally {
    clearInterval(ticking);
    terminal?.leave();
  }
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new TopError(`--url is ${JSON.stringify(text)}; give an address such as http://127.0.0.1:8788.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TopError("--url holds a user or a password; set RECLOSER_ADMIN_TOKEN instead.");
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

function paperOf(
  { columns, rows }: { columns: number; rows: number },
  from: number,
  env: NodeJS.ProcessEnv,
): Paper {
  return { columns, rows, from, colour: !plainWanted(env) };
}

function wholePaper(env: NodeJS.ProcessEnv): Paper {
  const given = process.stdout.columns || Number(env.COLUMNS) || USUAL_COLUMNS;
  return {
    columns: given,
    rows: Infinity,
    from: 0,
    colour: process.stdout.isTTY && !plainWanted(env),
  };
}

/** https://no-color.org */
function plainWanted({ NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return (NO_COLOR !== undefined && NO_COLOR !== "") || TERM === "dumb";
}
