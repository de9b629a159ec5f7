import { describe, expect, it } from "vitest";
import { PHASES, ROUND_SECONDS } from "../bad-day.js";
import type { CircuitLine, RoundRecord, Sample } from "../round/record.js";
import { summarise } from "./summary.js";

const HANG_AT = PHASES.slice(
  0,
  PHASES.findIndex(({ name }) => name === "hang"),
).reduce((sum, { seconds }) => sum + seconds, 0);

/** A round in which `stateAt` says where the one circuit stands. */
function round(stateAt: (at: number) => string): RoundRecord {
  const samples = Array.from({ length: ROUND_SECONDS + 1 }, (_, at): Sample => {
    const fleet = {
      llm: { offered: at, answered: at, rejected: 0, failed: 0, inFlight: 0, waiting: 0 },
      other: { offered: at * 10, done: at * 10, waiting: 0 },
      longestWaitMs: 0,
    };
    const circuit: CircuitLine = { circuit: "openai/gpt-5", state: stateAt(at), cause: null, endsInMs: null };
    return {
      at,
      fleets: { direct: fleet, protected: fleet },
      attempts: { direct: at * 3, protected: at },
      circuits: [circuit],
    };
  });
  return { seed: 1, speed: 1, samples };
}

function opening(record: RoundRecord): string | undefined {
  return summarise(record).checks.find(({ what }) => what.startsWith("first circuit open"))?.measured;
}

describe("the summary of a round", () => {
  it("counts an opening from the beginning of the hang", () => {
    expect(opening(round((at) => (at >= HANG_AT + 18 ? "open" : "closed")))).toBe("18.0 s");
  });

  it("takes no credit for a circuit that an earlier phase had opened", () => {
    expect(opening(round((at) => (at >= HANG_AT - 5 ? "open" : "closed")))).toBe("never");
  });

  it("says how many attempts reached the dead provider for each 15 requests", () => {
    const [attempts] = summarise(round(() => "closed")).checks;
    expect(attempts?.measured).toBe("15.0 through Recloser, 45.0 straight");
    expect(attempts?.met).toBe(false);
  });
});
