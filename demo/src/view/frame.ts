import { phaseAt, ROUND_SECONDS, WORK } from "../bad-day.js";
import type { CircuitLine, FleetName, Sample } from "../round/record.js";
import { bar, columns, minutes, perSecond, wait } from "./words.js";

/** Rates are over this many simulated seconds. */
const OVER_SECONDS = 10;

/** The samples of a round as they come in, for views that want rates. */
export class Recent {
  readonly #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.push(sample);
    while ((this.#samples[0]?.at ?? Infinity) < sample.at - OVER_SECONDS) this.#samples.shift();
  }

  rates(fleet: FleetName): { readonly answers: string; readonly others: string } {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return { answers: "–", others: "–" };
    const seconds = last.at - first.at;
    const [before, after] = [first.fleets[fleet], last.fleets[fleet]];
    return {
      answers: perSecond(after.llm.answered - before.llm.answered, seconds),
      others: perSecond(after.other.done - before.other.done, seconds),
    };
  }
}

/** What the breaker says, in one line for each circuit. */
function circuitWords({ circuit, state, cause, endsInMs }: CircuitLine): string {
  if (state === "closed") return `${circuit} is closed`;
  const next = state === "open" && endsInMs !== null ? `, next probe in ${wait(endsInMs)}` : "";
  return `${circuit} is ${state}${next}: ${cause ?? ""}`;
}

/** The whole live view as lines of text. */
export function frame(sample: Sample, recent: Recent): string[] {
  const { phase, left } = phaseAt(sample.at);
  const { direct, protected: guarded } = sample.fleets;
  const rates = { direct: recent.rates("direct"), protected: recent.rates("protected") };
  const inFlight = (count: number, slots: number): string => `${count} of ${slots}`;
  return [
    `${bar(sample.at / ROUND_SECONDS, 24)} ${minutes(sample.at)} of ${minutes(ROUND_SECONDS)}`,
    `The provider: ${phase.name} (${phase.words}), ${Math.ceil(left)} s left`,
    "",
    ...columns([
      ["", "straight to the provider", "through Recloser"],
      ["LLM answers a second", rates.direct.answers, rates.protected.answers],
      ["other jobs a second", rates.direct.others, rates.protected.others],
      [
        "LLM calls in flight",
        inFlight(direct.llm.inFlight, WORK.slots),
        inFlight(guarded.llm.inFlight, WORK.llmSlots),
      ],
      ["jobs waiting for a slot", String(queued(sample, "direct")), String(queued(sample, "protected"))],
      ["longest wait of a job", wait(direct.longestWaitMs), wait(guarded.longestWaitMs)],
      ["attempts on the provider", String(sample.attempts.direct), String(sample.attempts.protected)],
    ]),
    "",
    ...sample.circuits.map(circuitWords),
  ];
}

/** The same as one plain line, for logs and pipes. */
export function line(sample: Sample, recent: Recent): string {
  const { phase } = phaseAt(sample.at);
  const fleet = (name: FleetName): string => {
    const { answers, others } = recent.rates(name);
    const { llm, longestWaitMs } = sample.fleets[name];
    return `${answers} LLM/s, ${others} other/s, ${llm.inFlight} in flight, waits ${wait(longestWaitMs)}, ${sample.attempts[name]} attempts`;
  };
  const circuits = sample.circuits.filter(({ state }) => state !== "closed").map(circuitWords);
  const breaker = circuits.length === 0 ? "" : ` | ${circuits.join(" | ")}`;
  return `${minutes(sample.at)} ${phase.name} | direct: ${fleet("direct")} | Recloser: ${fleet("protected")}${breaker}`;
}

function queued(sample: Sample, fleet: FleetName): number {
  return sample.fleets[fleet].llm.waiting + sample.fleets[fleet].other.waiting;
}
