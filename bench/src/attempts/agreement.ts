import { BenchError } from "../peers.js";
import { CHOSEN, ERRORS } from "./policies.js";
import { dead, deadSlow, errorsFor300s, hang, hangSlow, RATES, SHARES } from "./scenarios.js";
import { simulate } from "./world.js";

/**
 * The tunable detector, with the library's constants, must change state when the library's errors meter does, in every run.
 *
 * @throws BenchError when it does not: its figures would then say nothing about the library.
 */
export function checkAgreement(seeds: number): void {
  const scenarios = [
    deadSlow(false, 0),
    deadSlow(false, 2),
    deadSlow(true, 2),
    dead(1),
    hang(true),
    hang(false),
    hangSlow(true),
    // Fast enough for the weight of a wait to make a difference.
    { ...hang(true), perSecond: 5 },
    ...RATES.flatMap((rate) =>
      SHARES.flatMap((share) => [true, false].map((streaming) => errorsFor300s(share, rate, streaming))),
    ),
  ];
  for (const scenario of scenarios) {
    for (let seed = 1; seed <= seeds; seed++) {
      const own = simulate(scenario, CHOSEN, seed).transitions.join("; ");
      const library = simulate(scenario, ERRORS, seed).transitions.join("; ");
      if (own === library) continue;
      throw new BenchError(
        `bench/src/attempts/tunable-errors.ts no longer decides as the library does (${JSON.stringify(scenario)}, ` +
          `seed ${seed}): bring it up to date.`,
      );
    }
  }
}
