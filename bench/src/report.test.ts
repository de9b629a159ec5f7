import { describe, expect, it } from "vitest";
import { atLeast, atMost, table } from "./report.js";
import { median, quantile, spread } from "./stats.js";

describe("targets", () => {
  it("misses when the measured value is not a number", () => {
    expect(atMost("x", Number.NaN, 1, "ns").met).toBe(false);
    expect(atLeast("x", Number.NaN, 1, "%").met).toBe(false);
  });

  it("is met at the limit itself", () => {
    expect(atMost("x", 8, 8, "of 15").met).toBe(true);
    expect(atLeast("x", 95, 95, "%").met).toBe(true);
  });
});

describe("the table", () => {
  it("aligns text left and numbers right, and says never for what did not happen", () => {
    const text = table(
      [{ what: "a", n: 1234.5 }, { what: "long", n: Number.POSITIVE_INFINITY }, { what: "gap" }],
      { what: "what", n: "n" },
    );
    expect(text).toBe("what        n\n----  -------\na     1,234.5\nlong    never\ngap         –");
  });
});

describe("statistics", () => {
  it("reads quantiles between neighbours", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(spread([1, 2, 3, 4, 5])).toBe(2);
    expect(quantile([1, 2], 0)).toBe(1);
  });

  it("keeps an infinite quantile infinite", () => {
    expect(quantile([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 0.95)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});
