/** A duration for people: `320 ms`, `5.2 s`, `3 min`, `2 h 5 min`, `3 d`. */
export function duration(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < 999.5) return `${Math.round(positive)} ms`;
  if (positive < 9_950) return `${(positive / 1000).toFixed(1)} s`;
  return span(positive);
}

/** The same in whole seconds and more: for what ticks. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** A latency with three digits and its unit: `82 ms`, `1.24 s`, `12.4 s`, `3.2 min`. */
export function latency(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(1)} min`;
}

/** A share as a percentage: `0 %`, `0.4 %`, `12 %`. */
export function percent(share: number): string {
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.1) return "< 0.1 %";
  const digits = hundredths > 0 && hundredths < 9.95 && !Number.isInteger(hundredths) ? 1 : 0;
  return `${hundredths.toFixed(digits)} %`;
}

/** A whole number with separators: `1,204`. */
export function count(n: number): string {
  return Math.round(n).toLocaleString("en-GB");
}

/** `1 call`, `2 calls`. */
export function some(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${Math.round(n) === 1 ? one : many}`;
}

const DAY_MS = 86_400_000;

/** A time of day in the reader's time zone: `14:02`, with the date when that is not today. */
export function clock(at: number, now: number): string {
  return withDay(at, now, TIME);
}

/** The same with seconds, for what is recent: `14:05:10`. */
export function clockSeconds(at: number, now: number): string {
  return withDay(at, now, SECONDS);
}

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

function withDay(at: number, now: number, format: Intl.DateTimeFormat): string {
  const time = format.format(at);
  if (Math.abs(now - at) < DAY_MS && DAY.format(at) === DAY.format(now)) return time;
  return `${DAY.format(at)}, ${time}`;
}
