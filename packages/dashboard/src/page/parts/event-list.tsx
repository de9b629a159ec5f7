import type { VNode } from "preact";
import type { BoardEvent, Standing } from "../../contract/contract.js";
import { condensed } from "../../words/condensed.js";
import { clockSeconds, some, span } from "../../words/format.js";
import { hrefOf } from "../route.js";
import { now } from "../store.js";
import { Mark } from "./mark.js";

/** What has changed, latest first. */
export function EventList({
  events,
  withCircuit,
  most = 1_000,
}: {
  readonly events: readonly BoardEvent[];
  readonly withCircuit: boolean;
  readonly most?: number;
}): VNode {
  if (events.length === 0) return <p class="muted">Nothing yet.</p>;
  return (
    <ol class="events">
      {condensed(events)
        .slice(-most)
        .reverse()
        .map(({ event, probes, firstAt }) => (
          <li key={event.id}>
            <When at={event.at} />
            <Mark standing={standingAfter(event)} />
            <span>
              {withCircuit ? (
                <>
                  <a href={hrefOf(event.circuit)}>
                    <bdi>{event.circuit}</bdi>
                  </a>{" "}
                </>
              ) : null}
              <EventWords event={event} />
              {probes > 1 ? (
                <span class="muted">
                  {" "}
                  ({some(probes, "probe")} failed since {clockSeconds(firstAt, now.value)})
                </span>
              ) : null}
            </span>
          </li>
        ))}
    </ol>
  );
}

/** Absolute, and relative in a tone down. */
export function When({ at }: { readonly at: number }): VNode {
  return (
    <time class="when" dateTime={new Date(at).toISOString()}>
      {clockSeconds(at, now.value)} <span class="muted">{span(now.value - at)} ago</span>
    </time>
  );
}

function EventWords({ event }: { readonly event: BoardEvent }): VNode {
  switch (event.kind) {
    case "transition":
      return (
        <>
          <strong>{event.to}</strong> <span class="muted">(was {event.from})</span> {event.message}
        </>
      );
    case "limited":
      return (
        <>
          <strong>{event.limited ? "limited" : "no longer limited"}</strong> {event.message}
        </>
      );
    case "judged":
      return (
        <>
          <strong>opening {event.judgement}</strong>{" "}
          {event.judgement === "confirmed" ? "the dependency was still failing" : "the first probe succeeded"}
        </>
      );
    case "operator":
      return <>{event.message}</>;
  }
}

function standingAfter(event: BoardEvent): Standing {
  switch (event.kind) {
    case "transition":
      return event.to;
    case "limited":
      return event.limited ? "limited" : "closed";
    case "judged":
      return "half-open";
    case "operator":
      return "forced-closed";
  }
}
