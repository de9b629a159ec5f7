import { LabError } from "../lab-error.js";
import type { Guard, GuardNeeds, Policy } from "./guard.js";

/** An option of a policy that can be set. */
export interface Knob {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
  /** What tuning tries; the default is among them. */
  readonly tries: readonly number[];
}

export type Values = Readonly<Record<string, number>>;

/** A policy whose options can be set. */
export interface Tunable {
  readonly knobs: Readonly<Record<string, Knob>>;
  make(values: Values, needs: GuardNeeds): Guard;
}

/** A policy made from its options, with their defaults. */
export function tunable(id: string, title: string, tuning: Tunable): Policy {
  return { id, title, time: "virtual", tuning, make: (needs) => tuning.make(defaultsOf(tuning), needs) };
}

export function defaultsOf({ knobs }: Tunable): Values {
  return Object.fromEntries(Object.entries(knobs).map(([name, knob]) => [name, knob.default]));
}

/**
 * The policy with some of its options set; its name is `id:option=value:option=value`, as the command line takes it.
 *
 * @throws LabError that names the option, its value and what it may be.
 */
export function withOptions(policy: Policy, values: Values): Policy {
  const { tuning } = policy;
  if (tuning === undefined) throw new LabError(`"${policy.id}" has no options that can be set.`);
  const set = Object.entries(values);
  for (const [name, value] of set) {
    const knob = tuning.knobs[name];
    if (knob === undefined) {
      throw new LabError(
        `"${policy.id}" has no option "${name}"; it has ${Object.keys(tuning.knobs).join(", ")}.`,
      );
    }
    const { least, most, whole = false } = knob;
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      throw new LabError(
        `${policy.id}'s ${name} is ${value}; give a ${whole ? "whole " : ""}number from ${least} to ${most}.`,
      );
  }
  if (set.length === 0) return policy;
  const all = { ...defaultsOf(tuning), ...values };
  return {
    ...policy,
    id: [policy.id, ...set.map(([name, value]) => `${name}=${value}`)].join(":"),
    title: `${policy.title}: ${set.map(([name, value]) => `${name} ${value}`).join(", ")}`,
    make: (needs) => tuning.make(all, needs),
  };
}

/** `errorThreshold=0.2` as a name and a number. */
export function assignment(text: string): readonly [string, number] {
  const [, name, value] = /^([\w.]+)=(\S+)$/.exec(text.trim()) ?? [];
  if (name === undefined || value === undefined || !Number.isFinite(Number(value)))
    throw new LabError(`${JSON.stringify(text)} sets no option; write it as errorThreshold=0.2.`);
  return [name, Number(value)];
}
