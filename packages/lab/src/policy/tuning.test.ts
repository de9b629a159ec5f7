import { describe, expect, it } from "vitest";
import { choosePolicies, POLICIES, policyOf } from "./catalogue.js";
import { withOptions } from "./tuning.js";

describe("a policy's options", () => {
  it("follow its name, and are part of it", () => {
    const [policy] = choosePolicies("recloser:errorThreshold=0.2:coolDown.growth=1");
    expect(policy?.id).toBe("recloser:errorThreshold=0.2:coolDown.growth=1");
    expect(policy?.title).toBe("Recloser: errorThreshold 0.2, coolDown.growth 1");
    expect(policyOf("recloser").id).toBe("recloser");
  });

  it("come with the policy itself, in the order of the tables", () => {
    expect(
      choosePolicies("recloser:errorThreshold=0.2,recloser,consecutive:count=3,none").map(({ id }) => id),
    ).toEqual(["none", "consecutive:count=3", "recloser:errorThreshold=0.2", "recloser"]);
  });

  it.each([
    ["recloser:nope=1", /"recloser" has no option "nope"; it has errorThreshold, /],
    ["recloser:errorThreshold=2", /recloser's errorThreshold is 2; give a number from 0 to 1\./],
    ["consecutive:count=2.5", /consecutive's count is 2\.5; give a whole number from 1 to 1000\./],
    ["recloser:errorThreshold", /"errorThreshold" sets no option; write it as errorThreshold=0\.2\./],
    ["recloser:errorThreshold=many", /sets no option/],
    ["none:errorThreshold=1", /"none" has no options that can be set\./],
    ["nothing:a=1", /There is no policy "nothing"; there are usual, /],
  ])("%s is refused in one sentence", (id, message) => {
    expect(() => choosePolicies(id)).toThrow(message);
  });

  it("have defaults within their ranges, and among what tuning tries", () => {
    const knobs = POLICIES.flatMap(({ tuning }) => Object.entries(tuning?.knobs ?? {}));
    expect(knobs.length).toBeGreaterThan(15);
    for (const [name, { default: value, least, most, tries }] of knobs) {
      expect(tries, name).toContain(value);
      for (const tried of tries) expect(tried >= least && tried <= most, name).toBe(true);
    }
  });

  it("that are set to their defaults change nothing", () => {
    const policy = policyOf("hystrix");
    expect(withOptions(policy, {})).toBe(policy);
  });
});
