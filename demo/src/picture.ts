/** `npm run picture -- round.json out.svg`: draws a round that `npm start -- --once --save round.json` has lived through. */
import { readFile, writeFile } from "node:fs/promises";
import type { RoundRecord } from "./round/record.js";
import { picture } from "./view/svg.js";

const [from, to, ...rest] = process.argv.slice(2);
if (from === undefined || to === undefined || rest.length > 0) {
  console.error(
    "Usage: npm run picture -- <round.json> <picture.svg>; make the first with npm start -- --once --save round.json",
  );
  process.exit(2);
}
try {
  const record = JSON.parse(await readFile(from, "utf8")) as RoundRecord;
  await writeFile(to, picture(record));
  console.log(`wrote ${to}: ${record.samples.length} samples, seed ${record.seed}, speed ${record.speed}`);
} catch (error) {
  console.error(`${from} could not be drawn: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
