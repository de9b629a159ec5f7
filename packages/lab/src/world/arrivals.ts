import type { Random } from "../engine/random.js";
import type { Arrivals } from "../scenario/scenario.js";

/** Gives the gap to the next call, in milliseconds. */
export type Gaps = () => number;

/** The gaps between one worker's calls: on average `perSecond` calls a second, whatever the kind. */
export function gapsOf(arrivals: Arrivals, perSecond: number, random: Random): Gaps {
  const meanMs = 1000 / perSecond;
  switch (arrivals.kind) {
    case "poisson":
      return () => random.exponential(meanMs);
    case "bursty":
      return hyperexponential(arrivals.cv, meanMs, random);
    case "mmpp":
      return moody(arrivals, meanMs, random);
    case "replayed": {
      const { gapsMs } = arrivals;
      let at = Math.floor(random.uniform() * gapsMs.length);
      return () => gapsMs[at++ % gapsMs.length] ?? meanMs;
    }
  }
}

/** Two phases with balanced means. */
function hyperexponential(cv: number, meanMs: number, random: Random): Gaps {
  const squared = cv ** 2;
  const short = (1 + Math.sqrt((squared - 1) / (squared + 1))) / 2;
  return () => {
    const share = random.uniform() < short ? short : 1 - short;
    return random.exponential(meanMs / (2 * share));
  };
}

/** A Markov-modulated Poisson process with two moods: busy for `share` of the time, `factor` times the calm one's rate. */
function moody(
  { factor, share, spellMs }: Extract<Arrivals, { kind: "mmpp" }>,
  meanMs: number,
  random: Random,
): Gaps {
  const calmGapMs = meanMs * (1 - share + share * factor);
  // `spellMs` is a busy spell's length; the calm ones follow from the share.
  const spells = { busy: spellMs, calm: (spellMs * (1 - share)) / share };
  let busy = random.uniform() < share;
  let leftMs = random.exponential(busy ? spells.busy : spells.calm);
  return () => {
    let gap = 0;
    for (;;) {
      // Memoryless: after a change of mood the wait starts anew.
      const next = random.exponential(busy ? calmGapMs / factor : calmGapMs);
      if (next <= leftMs) {
        leftMs -= next;
        return gap + next;
      }
      gap += leftMs;
      busy = !busy;
      leftMs = random.exponential(busy ? spells.busy : spells.calm);
    }
  };
}
