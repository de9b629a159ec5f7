import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crowd } from "./crowd.js";

describe("a crowd", () => {
  it("is who has entered and not left, like a set", () => {
    const member = fc.integer({ min: 0, max: 9 });
    const step = fc.tuple(fc.constantFrom("enter", "leave"), member);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const members = Array.from({ length: 10 }, (_, id) => ({ id, place: -1 }));
        const crowd = new Crowd<(typeof members)[number]>();
        const set = new Set<number>();
        for (const [what, id] of steps) {
          const one = members[id];
          if (one === undefined) continue;
          if (what === "enter") crowd.enter(one);
          else crowd.leave(one);
          if (what === "enter") set.add(id);
          else set.delete(id);
          expect(crowd.size).toBe(set.size);
        }
        expect(new Set(crowd.all().map(({ id }) => id))).toEqual(set);
      }),
    );
  });
});
