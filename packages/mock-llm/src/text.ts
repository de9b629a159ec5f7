import type { Random } from "./random.js";

const vocabulary = (
  "the line opens on a fault and waits then it tries again with care because most faults go by themselves " +
  "so keep the lights on where you can say plainly what is off and why and do not close onto a short"
).split(" ");

/** A source of tokens: words, each with its leading space but the first. */
export function words(random: Random): () => string {
  let first = true;
  return () => {
    const word = vocabulary[Math.floor(random() * vocabulary.length)] ?? "the";
    if (!first) return ` ${word}`;
    first = false;
    return word;
  };
}
