import { isDeepStrictEqual } from "node:util";
import type { EventLog } from "../admin/events.js";
import type { Fleet } from "../admin/fleet.js";
import type { Config } from "../config/load.js";
import type { WorkerView } from "../engine/view.js";
import type { Log } from "../log.js";
import { Courier, type Fates } from "./courier.js";
import type { Notification } from "./notification.js";
import { type Standing, Troubles } from "./troubles.js";

export interface NotifierOptions {
  readonly config: Pick<Config, "notifications">;
  readonly events: EventLog;
  readonly fleet: Fleet;
  readonly log: Log;
}

const LOOK_EVERY_MS = 2_000;
const DRAIN_MS = 2_000;

/** Tells webhooks what happens to circuits. Where there are several workers it runs once, beside them. */
export interface Notifier {
  readonly fates: Readonly<Fates>;
  renew(config: Pick<Config, "notifications">): void;
  /** Waits a little for what is on its way. */
  close(): Promise<void>;
}

export function startNotifier({ config, events, fleet, log }: NotifierOptions): Notifier {
  const fates: Fates = { delivered: 0, failed: 0, dropped: 0 };
  let couriers: readonly Courier[] = [];
  let troubles = new Troubles(0);
  let current: Config["notifications"] | undefined;
  let nextEvent = events.next;
  let stopWaiting = () => {};
  let isLooking = false;

  function renew({ notifications }: Pick<Config, "notifications">): void {
    if (isDeepStrictEqual(notifications, current)) return;
    current = notifications;
    for (const courier of couriers) void courier.close(DRAIN_MS);
    const { webhooks, settleMs, pageUrl } = notifications;
    couriers = webhooks.map((webhook) => new Courier({ webhook, pageUrl, log, fates }));
    troubles = new Troubles(settleMs);
    // What is in trouble by now ends before the eyes of those who are told of ends.
    if (webhooks.length > 0) void look("adopt");
  }

  function tell(notification: Notification | undefined): void {
    if (notification !== undefined) for (const courier of couriers) courier.send(notification);
  }

  const hear = (): void => {
    for (let n = Math.max(nextEvent, events.oldest); n < events.next; n++) {
      const event = events.at(n);
      if (couriers.length > 0 && event?.type === "transition") tell(troubles.heard(event));
    }
    nextEvent = events.next;
    if (!events.closed) stopWaiting = events.onNews(hear);
  };

  async function look(what: "adopt" | "end"): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const standings = standingsOf(await fleet.views());
      const now = Date.now();
      if (what === "adopt") {
        for (const [circuit, { isTroubled }] of standings) if (isTroubled) troubles.adopt(circuit, now);
      } else {
        for (const notification of troubles.looked(standings, now)) tell(notification);
      }
    } catch {
      // Workers that come and go: the next look may see them.
    } finally {
      isLooking = false;
    }
  }

  const timer = setInterval(() => {
    if (troubles.size > 0) void look("end");
  }, LOOK_EVERY_MS);
  timer.unref();
  hear();
  renew(config);
  return {
    fates,
    renew,
    async close() {
      clearInterval(timer);
      stopWaiting();
      await Promise.all(couriers.map((courier) => courier.close(DRAIN_MS)));
    },
  };
}

/** All workers together. */
function standingsOf(views: readonly WorkerView[]): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const { circuit, state, totals } of views.flatMap((view) => view.circuits)) {
    const before = standings.get(circuit);
    const rejected = Object.values(totals.rejected).reduce((sum, count) => sum + count, 0);
    standings.set(circuit, {
      isTroubled: before?.isTroubled === true || state !== "closed",
      rejected: (before?.rejected ?? 0) + rejected,
    });
  }
  return standings;
}
