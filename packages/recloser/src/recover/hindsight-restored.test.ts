import { describe, expect, it } from "vitest";
import { Hindsight } from "./hindsight.js";

/** One opening confirmed, with calls spared and lost. */
function seasoned(): Hindsight {
  const hindsight = new Hindsight();
  hindsight.failed(400);
  hindsight.opened(false);
  for (let n = 0; n < 6; n++) hindsight.rejected();
  hindsight.probeFailed();
  for (let n = 0; n < 4; n++) hindsight.rejected();
  return hindsight;
}

function restarted(hindsight: Hindsight): Hindsight {
  const other = new Hindsight();
  other.restore(JSON.parse(JSON.stringify(hindsight.save())));
  return other;
}

describe("hindsight after a restart", () => {
  it("knows what it knew, and judges on as it would have", () => {
    const [one, other] = [seasoned(), restarted(seasoned())];
    expect(other.view()).toEqual(one.view());
    expect(other.view()).toEqual({
      confirmed: 1,
      contested: 0,
      latest: "confirmed",
      sparedCalls: 6,
      sparedMs: 2_400,
      lostCalls: 0,
    });
    for (const each of [one, other]) each.probeSucceeded();
    // Half of the four since the last probe that failed.
    expect(other.view()).toMatchObject({ sparedCalls: 8, sparedMs: 3_200, lostCalls: 2 });
    expect(other.save()).toEqual(one.save());
  });

  it("knows nothing where nothing was known", () => {
    expect(restarted(new Hindsight()).save()).toEqual(new Hindsight().save());
    expect(restarted(new Hindsight()).view().latest).toBeNull();
  });
});

describe("a probe while nothing is open to judge", () => {
  it.each([true, false])("spares and costs nothing (it succeeds: %s)", (well) => {
    for (const hindsight of [new Hindsight(), seasoned()]) {
      hindsight.over();
      hindsight.failed(400);
      const before = hindsight.view();
      // An operator's hold is over, and callers are told that a probe is out.
      for (let n = 0; n < 10; n++) hindsight.rejected();
      expect(well ? hindsight.probeSucceeded() : hindsight.probeFailed()).toBeUndefined();
      expect(hindsight.view()).toEqual(before);
    }
  });
});
