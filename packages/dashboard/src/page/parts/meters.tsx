import type { VNode } from "preact";
import type { MeterView } from "../../contract/contract.js";
import { percent } from "../../words/format.js";

/** The meters as bars, with the fullest in words. Their sentences are in the detail view. They run while it is closed. */
export function Meters({
  meters,
  on,
}: {
  readonly meters: readonly MeterView[];
  readonly on: boolean;
}): VNode {
  if (!on) return <span class="muted">off until it closes</span>;
  const fullest = meters.reduce<MeterView | undefined>(
    (most, meter) => (meter.level > (most?.level ?? 0) ? meter : most),
    undefined,
  );
  return (
    <>
      <svg class="meter-bars" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
        {meters.slice(0, 3).map(({ name, level }, index) => (
          <g key={name}>
            <rect class="trough" x="0" y={index * 5} width="100" height="4" />
            <rect class={levelClass(level)} x="0" y={index * 5} width={100 * Math.min(1, level)} height="4" />
          </g>
        ))}
      </svg>
      <span class="meter-words">
        {fullest === undefined ? (
          <span class="muted">calm</span>
        ) : (
          `${fullest.name} ${wholePercent(fullest.level)}`
        )}
      </span>
      <span class="unseen">
        {meters.map(({ name, level }) => `${name} ${wholePercent(level)}`).join(", ")}
      </span>
    </>
  );
}

export function wholePercent(level: number): string {
  return percent(Math.round(Math.min(1, level) * 100) / 100);
}

export function levelClass(level: number): string {
  return level >= 1 ? "full" : level >= 0.5 ? "filling" : "low";
}
