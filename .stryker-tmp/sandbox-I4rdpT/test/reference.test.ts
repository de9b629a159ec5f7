// @ts-nocheck
import { execFileSync, spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";

interface Documented {
  readonly name: string;
  readonly about: string;
  readonly strayTags: readonly string[];
  /** Absent for a method. */
  readonly type?: string;
  readonly members?: readonly Documented[];
}

interface Item extends Documented {
  readonly kind: "class" | "function" | "interface" | "type" | "value";
}

interface Entry {
  readonly name: string;
  readonly items: readonly Item[];
}

const generator = ["scripts/reference.mjs"];

let entries: readonly Entry[] = [];
beforeAll(() => {
  entries = JSON.parse(execFileSync(process.execPath, [...generator, "--json"], { encoding: "utf8" }));
});

const isOptions = ({ kind, name }: Item): boolean => kind === "interface" && name.endsWith("Options");
/** What an option of ours consists of: with parts, the parts are what has a unit, a range and a default. */
const partsOf = (option: Documented): readonly Documented[] =>
  option.members?.length ? option.members : [option];
const isNumber = ({ type = "" }: Documented): boolean => /\bnumber\b/.test(type) && !type.includes("=>");

const RANGE = /0–1\b|at least|above|below|at most|between|from \d/i;

function missing(option: Documented): readonly string[] {
  const { about, name, type = "" } = option;
  if (about === "") return ["what it means"];
  // Its own options are documented where it is.
  if (/^\w*Options$/.test(type)) return [];
  const lacks: string[] = [];
  if (!/\bdefault/i.test(about)) lacks.push("its default");
  if (isNumber(option) && !RANGE.test(about)) lacks.push("its range");
  if (isNumber(option) && /Ms$/.test(name) && !/milliseconds/.test(about)) lacks.push("its unit");
  return lacks;
}

describe("the API reference", () => {
  it("is what the docstrings say; if not, run `npm run reference`", () => {
    const { status, stderr } = spawnSync(process.execPath, [...generator, "--check"], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("says of every option its meaning and default, and of numbers the range and the unit", () => {
    const options = entries.flatMap(({ items }) => items.filter(isOptions));
    expect(options.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "AdmitOptions",
        "CallOptions",
        "CircuitOptions",
        "CircuitsOptions",
        "CoolDownOptions",
        "ThresholdOptions",
      ]),
    );
    const problems = options.flatMap(({ name, members = [] }) =>
      members
        .flatMap(partsOf)
        .map((option) => ({ what: `${name}.${option.name}`, lacks: missing(option) }))
        .filter(({ lacks }) => lacks.length > 0)
        .map(({ what, lacks }) => `${what} does not say ${lacks.join(" and ")}`),
    );
    expect(problems).toEqual([]);
  });

  it("has a docstring for every export, and loses none to an @ that was meant as text", () => {
    const problems = entries.flatMap(({ name: entry, items }) =>
      items.flatMap((item) => [
        ...(item.about === "" ? [`${entry}: ${item.name} has no docstring`] : []),
        ...[item, ...(item.members ?? [])].flatMap(({ name, strayTags }) =>
          strayTags.map((tag) => `${entry}: ${item.name}: ${name} has a tag @${tag}; put it in backticks`),
        ),
      ]),
    );
    expect(problems).toEqual([]);
  });
});
