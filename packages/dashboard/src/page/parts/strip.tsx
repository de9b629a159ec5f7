import type { VNode } from "preact";
import { type Strip as Runs, STRIP_SLOTS, type Standing } from "../../contract/contract.js";
import { STANDING_WORDS } from "../../words/sentence.js";

/** How much of the height a state takes: the worse, the higher, so that it reads without colour. */
const HEIGHT: Readonly<Record<Standing, number>> = {
  open: 20,
  "half-open": 14,
  "forced-open": 20,
  limited: 9,
  "forced-closed": 9,
  closed: 3,
};

/** The last hour: a bar for each stretch in one state. */
export function Strip({ runs }: { readonly runs: Runs }): VNode {
  let x = 0;
  const bars: VNode[] = [];
  for (const [standing, slots] of runs) {
    if (standing !== "unknown") {
      const height = HEIGHT[standing];
      bars.push(
        <rect key={x} class={`is-${standing}`} x={x} y={20 - height} width={slots} height={height} />,
      );
    }
    x += slots;
  }
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${STRIP_SLOTS} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={inWords(runs)}
    >
      {bars}
    </svg>
  );
}

/** E.g. `Last hour: 52 min closed, 3 min open`. */
export function inWords(runs: Runs): string {
  const slots = new Map<Standing, number>();
  for (const [standing, n] of runs)
    if (standing !== "unknown") slots.set(standing, (slots.get(standing) ?? 0) + n);
  if (slots.size === 0) return "Last hour: nothing known";
  const parts = [...slots].map(
    ([standing, n]) => `${n < 2 ? "½" : Math.round(n / 2)} min ${STANDING_WORDS[standing]}`,
  );
  return `Last hour: ${parts.join(", ")}`;
}
