// @ts-nocheck
import fc from "fast-check";

// The same cases in every run, so that a red build is the change's doing. `FC_SEED=$RANDOM npm test` looks elsewhere.
const seed = Number(process.env.FC_SEED ?? 20_261);
if (!Number.isInteger(seed)) throw new Error(`FC_SEED is "${process.env.FC_SEED}"; give a whole number.`);
fc.configureGlobal({ seed });
