import cliProgress from "cli-progress";

/** Shows how far a comparison is, on a terminal only: a log file wants none of it. */
export interface ProgressBar {
  update(done: number, of: number, what: string): void;
  stop(): void;
}

const SILENT: ProgressBar = { update() {}, stop() {} };
const MS_BETWEEN = 200;

export function progressBar(stderr: NodeJS.WriteStream): ProgressBar {
  if (!stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar({
    stream: stderr,
    format: "{bar} {percentage} %, {left} left, {what}",
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
  });
  const startedAt = performance.now();
  let shownAt = -Infinity;
  bar.start(1, 0, { left: "…", what: "" });
  return {
    update(done, of, what) {
      const now = performance.now();
      if (now - shownAt < MS_BETWEEN) return;
      shownAt = now;
      bar.setTotal(of);
      bar.update(done, { left: timeLeft(now - startedAt, done / of), what });
    },
    stop() {
      bar.stop();
    },
  };
}

/** In words, as if it went on as so far. */
export function timeLeft(elapsedMs: number, share: number): string {
  if (share <= 0) return "…";
  const seconds = Math.ceil((elapsedMs * (1 - share)) / share / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
