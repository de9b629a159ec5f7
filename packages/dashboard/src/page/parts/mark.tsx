import type { VNode } from "preact";
import type { Standing } from "../../contract/contract.js";
import { STANDING_WORDS } from "../../words/sentence.js";

/** The shape of a state. Shapes differ, so that colour is never needed. */
export function Mark({ standing }: { readonly standing: Standing }): VNode {
  return (
    <svg class={`mark is-${standing}`} viewBox="0 0 16 16" aria-hidden="true">
      {shapeOf(standing)}
    </svg>
  );
}

/** Shape and word. */
export function State({ standing }: { readonly standing: Standing }): VNode {
  return (
    <span class={`state is-${standing}`}>
      <Mark standing={standing} /> <span>{STANDING_WORDS[standing]}</span>
    </span>
  );
}

function shapeOf(standing: Standing): VNode {
  switch (standing) {
    case "open":
      return <rect x="2" y="2" width="12" height="12" />;
    case "half-open":
      return (
        <>
          <path d="M8 1.5v13l-6.5-6.5z" />
          <path class="outline" d="M8 1.5l6.5 6.5-6.5 6.5-6.5-6.5z" />
        </>
      );
    case "forced-open":
      return (
        <>
          <rect class="outline" x="2.75" y="2.75" width="10.5" height="10.5" />
          <path class="outline" d="M5.5 5.5l5 5m0-5l-5 5" />
        </>
      );
    case "limited":
      return <path d="M8 2l6.5 12h-13z" />;
    case "forced-closed":
      return (
        <>
          <circle class="outline" cx="8" cy="8" r="5.5" />
          <path class="outline" d="M8 4.5v7" />
        </>
      );
    case "closed":
      return <circle cx="8" cy="8" r="4" />;
  }
}
