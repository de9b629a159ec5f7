import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { type Action, type CircuitRow, LONGEST_REASON } from "../../contract/contract.js";
import { clock, span } from "../../words/format.js";
import { STANDING_WORDS } from "../../words/sentence.js";
import { now, takeRow } from "../store.js";
import { authorization } from "../token.js";

type Kind = Action["action"];

const MINUTE_MS = 60_000;
const SPANS = [5, 15, 30, 60, 240, 1440].map((minutes) => minutes * MINUTE_MS);

interface Choice {
  readonly kind: Kind;
  readonly label: string;
  readonly effect: string;
}

const FORCE_OPEN: Choice = { kind: "force-open", label: "Force open", effect: "Every call is rejected" };

const HOLDS: readonly Choice[] = [
  FORCE_OPEN,
  { kind: "force-closed", label: "Force closed", effect: "No call is rejected on grounds of health" },
  { kind: "observe", label: "Observe", effect: "It goes on deciding and reporting, and rejects nothing" },
];

const RELEASE: Choice = { kind: "release", label: "Release", effect: "The hold ends" };

/** What an operator may do, with a reason, for a bounded time. */
export function Actions({ row }: { readonly row: CircuitRow }): VNode {
  const chosen = useSignal<Kind | undefined>(undefined);
  const forMs = useSignal(15 * MINUTE_MS);
  const reason = useSignal("");
  const report = useSignal<{ readonly failed: boolean; readonly words: string } | undefined>(undefined);
  const busy = useSignal(false);
  const kinds = row.hold === null ? HOLDS : [RELEASE, ...HOLDS];
  const kind = kinds.find((one) => one.kind === chosen.value) ?? (row.hold === null ? FORCE_OPEN : RELEASE);

  const send = async () => {
    busy.value = true;
    report.value = undefined;
    const why = { circuit: row.circuit, reason: reason.value.trim() };
    const action: Action =
      kind.kind === "release"
        ? { ...why, action: kind.kind }
        : { ...why, action: kind.kind, forMs: forMs.value };
    report.value = await post(action);
    busy.value = false;
    if (report.value.failed) return;
    reason.value = "";
    chosen.value = undefined;
  };
  return (
    <section class="actions" aria-labelledby="actions">
      <h2 id="actions">Take it in hand</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy.value) void send();
        }}
      >
        <fieldset>
          <legend class="unseen">What to do</legend>
          {kinds.map((one) => (
            <label key={one.kind} class="choice">
              <input
                type="radio"
                name="action"
                value={one.kind}
                checked={one.kind === kind.kind}
                onChange={() => {
                  chosen.value = one.kind;
                }}
              />{" "}
              {one.label}
            </label>
          ))}
        </fieldset>
        {kind.kind === "release" ? null : <Span forMs={forMs} />}
        <label class="reason">
          Why{" "}
          <input
            name="reason"
            required
            maxLength={LONGEST_REASON}
            value={reason.value}
            placeholder="for whoever reads the events"
            autocomplete="off"
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </label>
        <p class="effect muted">{effectOf(kind, row, forMs.value, now.value)}</p>
        <button type="submit" disabled={busy.value}>
          {kind.label}
        </button>
      </form>
      <p class={report.value?.failed === true ? "report failed" : "report"} role="status">
        {report.value?.words ?? ""}
      </p>
    </section>
  );
}

function Span({ forMs }: { readonly forMs: Signal<number> }): VNode {
  return (
    <label>
      For{" "}
      <select
        name="for"
        value={forMs.value}
        onChange={({ currentTarget }) => {
          forMs.value = Number(currentTarget.value);
        }}
      >
        {SPANS.map((ms) => (
          <option key={ms} value={ms}>
            {span(ms)}
          </option>
        ))}
      </select>
    </label>
  );
}

function effectOf({ kind, effect }: Choice, row: CircuitRow, forMs: number, now: number): string {
  if (kind !== "release") return `${effect}, until ${clock(now + forMs, now)}. Then it is on its own again.`;
  if (row.standing === "forced-open") return `${effect}; the next call is a probe.`;
  return `${effect}; the circuit decides again.`;
}

async function post(action: Action): Promise<{ readonly failed: boolean; readonly words: string }> {
  try {
    const response = await fetch("/api/actions", {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization() },
      body: JSON.stringify(action),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = (await response.json()) as { readonly row?: CircuitRow; readonly error?: string };
    if (!response.ok || answer.row === undefined)
      return { failed: true, words: `Not done: ${answer.error ?? `status ${response.status}`}` };
    takeRow(answer.row);
    const { standing, mode } = answer.row;
    return {
      failed: false,
      words: `Done: it is ${STANDING_WORDS[standing]}${mode === "observe" ? " and only observes" : ""}.`,
    };
  } catch {
    return {
      failed: true,
      words: "Not known to be done: no answer from the server. Look at the state above.",
    };
  }
}
