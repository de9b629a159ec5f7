import { describe, expect, it } from "vitest";
import { STRIP_SLOT_MS, STRIP_SLOTS } from "../contract/contract.js";
import { StripRing } from "./strip.js";

const HOUR_AGO = 1_800_000_000_000;
const at = (slot: number) => HOUR_AGO + slot * STRIP_SLOT_MS;

describe("the last hour in half minutes", () => {
  it("shows the worst of each, however short it was", () => {
    const strip = new StripRing();
    strip.mark("closed", at(0));
    strip.mark("open", at(0) + 1);
    strip.mark("closed", at(0) + 2);
    strip.mark("closed", at(1));

    expect(strip.runs(at(1))).toEqual([
      ["unknown", STRIP_SLOTS - 2],
      ["open", 1],
      ["closed", 1],
    ]);
  });

  it("knows nothing of a time at which nobody looked", () => {
    const strip = new StripRing();
    strip.mark("closed", at(0));
    strip.mark("closed", at(3));

    expect(strip.runs(at(3)).slice(1)).toEqual([
      ["closed", 1],
      ["unknown", 2],
      ["closed", 1],
    ]);
  });

  it("always has an hour's worth", () => {
    const strip = new StripRing();
    for (let slot = 0; slot < 500; slot += 7) {
      strip.mark(slot % 2 === 0 ? "closed" : "limited", at(slot));
      expect(strip.runs(at(slot)).reduce((sum, [, slots]) => sum + slots, 0)).toBe(STRIP_SLOTS);
    }
  });

  it("starts afresh when the clock was set back", () => {
    const strip = new StripRing();
    strip.mark("open", at(10));
    strip.mark("closed", at(5));

    expect(strip.runs(at(5))).toEqual([
      ["unknown", STRIP_SLOTS - 1],
      ["closed", 1],
    ]);
  });
});
