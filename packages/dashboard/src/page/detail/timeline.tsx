import type { VNode } from "preact";
import { type CircuitRow, STRIP_SLOT_MS, STRIP_SLOTS } from "../../contract/contract.js";
import { clock } from "../../words/format.js";
import { STANDING_WORDS } from "../../words/sentence.js";
import { Mark } from "../parts/mark.js";
import { inWords, Strip } from "../parts/strip.js";
import { now } from "../store.js";

const HOUR_MS = STRIP_SLOTS * STRIP_SLOT_MS;

/** The states of the last hour, with a time scale and a key. */
export function Timeline({ row }: { readonly row: CircuitRow }): VNode {
  const present = [...new Set(row.strip.map(([standing]) => standing))].filter(
    (standing) => standing !== "unknown",
  );
  return (
    <figure class="timeline">
      <figcaption>
        <span class="title">State, last hour</span>
        {present.map((standing) => (
          <span key={standing} class={`key is-${standing}`}>
            <Mark standing={standing} /> {STANDING_WORDS[standing]}
          </span>
        ))}
      </figcaption>
      <Strip runs={row.strip} />
      <div class="scale" aria-hidden="true">
        <span>{clock(now.value - HOUR_MS, now.value)}</span>
        <span>{clock(now.value - HOUR_MS / 2, now.value)}</span>
        <span>now</span>
      </div>
      <p class="unseen">{inWords(row.strip)}</p>
    </figure>
  );
}
