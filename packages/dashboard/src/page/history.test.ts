import { expect, it } from "vitest";
import { aligned, appended, SHOWN_MS } from "./history.js";

it("adds samples, and lets go of what is older than an hour", () => {
  const before = { times: [0, 5_000, SHOWN_MS], columns: { a: [1, 2, 3] } };
  const more = { times: [SHOWN_MS + 5_000], columns: { b: [9] } };

  expect(appended(before, more)).toEqual({
    times: [5_000, SHOWN_MS, SHOWN_MS + 5_000],
    columns: { a: [2, 3, null], b: [null, null, 9] },
  });
});

it("leaves a hole where nothing was sampled, so that no line crosses it", () => {
  const samples = { times: [0, 5_000, 100_000], columns: { a: [1, 2, 3] } };

  expect(aligned(samples, ["a", "missing"])).toEqual([
    [0, 5, 6, 100],
    [1, 2, null, 3],
    [null, null, null, null],
  ]);
});
