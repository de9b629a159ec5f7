import { choosePolicies, compare, loadScenario } from "@recloser/lab";
import { type Size, sized, virtualMs } from "./lab/size.js";
import { progress } from "./progress.js";
import { atMost, type Report, report } from "./report.js";
import { rounded } from "./stats.js";

const THREADS = 2;
const SEED = 101;
const MOST_MINUTES = 10;
const MOST_MB = 1024;

/** How fast the lab simulates the library: ten thousand workers at one call a second, on two threads. */
export async function lab(size: Size): Promise<Report> {
  const hour = loadScenario("fleet");
  const scenario = sized(hour, size);
  const startedAt = performance.now();
  const [result] = await compare(
    { scenarios: [scenario], policies: choosePolicies("recloser"), seeds: [SEED], threads: THREADS },
    (done, of, what) => progress(Math.floor(done), of, what),
  );
  const wallS = (performance.now() - startedAt) / 1_000;
  progress(1, 1, "");
  const [cell] = result?.cells ?? [];
  if (cell === undefined) throw new RangeError("The lab gave no result.");
  const { events } = cell;
  const requests = Math.round((scenario.workers * scenario.calls.perSecond * virtualMs(scenario)) / 1_000);
  // Cost follows from workers and virtual time; the whole hour has both in another size.
  const share = (scenario.workers * virtualMs(scenario)) / (hour.workers * virtualMs(hour));
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const row = {
    what: scenario.title,
    workers: scenario.workers,
    virtualS: virtualMs(scenario) / 1_000,
    requests,
    events,
    wallS: rounded(wallS),
    eventsPerS: Math.round(events / wallS),
    requestsPerS: Math.round(requests / wallS),
    peakMb: Math.round(peakMb),
  };
  const how = size === "full" ? "" : `, extrapolated from ${rounded(100 * share, 2)} % of it`;
  return report(
    "lab",
    [row],
    [
      atMost(
        `10,000 workers, one call a second, a warm-up and an hour${how}`,
        wallS / share / 60,
        MOST_MINUTES,
        "min",
        1,
      ),
      atMost("peak memory", peakMb, MOST_MB, "MB"),
    ],
  );
}
