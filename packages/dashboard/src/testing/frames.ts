import type { Page } from "playwright-core";

/** What a stretch of time looked like to somebody who watches. */
export interface Frames {
  readonly frames: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** Script, style and layout that took more than 50 ms at a stretch. */
  readonly longTasks: number;
}

/** Counts the frames of a page for so long. */
export function measureFrames(page: Page, forMs: number): Promise<Frames> {
  return page.evaluate(async (ms) => {
    let longTasks = 0;
    const observer = new PerformanceObserver((list) => {
      longTasks += list.getEntries().length;
    });
    observer.observe({ type: "longtask" });
    const times: number[] = [];
    await new Promise<void>((resolve) => {
      const frame = (at: number) => {
        times.push(at);
        if (at - (times[0] ?? at) >= ms) resolve();
        else requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    observer.disconnect();
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    gaps.sort((a, b) => a - b);
    const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))] ?? 0;
    return {
      frames: gaps.length,
      perSecond: gaps.length / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      longestMs: at(1),
      longTasks,
    };
  }, forMs);
}
