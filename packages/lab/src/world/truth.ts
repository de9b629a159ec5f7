import type { Agenda } from "../engine/agenda.js";
import type { Timeline } from "../figures/timeline.js";
import {
  type Condition,
  Conditions,
  type FaultSpan,
  faultSpan,
  type Stretch,
  stretchesOf,
  WELL,
} from "../scenario/phases.js";
import type { Scenario } from "../scenario/scenario.js";

const NEVER: FaultSpan = { fromMs: Infinity, untilMs: Infinity };
/** What was sent during a fault may still fail for so long after it. */
const GRACE_MS = 60_000;

/** What the models really are like: the provider acts by it, the figures judge by it, and no policy but the oracle sees it. */
export class Truth {
  readonly #agenda: Agenda;
  readonly #onset: number;
  readonly #stretches: readonly (readonly Stretch[])[];
  readonly #conditions: readonly Conditions[];
  readonly #spans: readonly FaultSpan[];

  constructor(scenario: Scenario, agenda: Agenda, { onset }: Timeline) {
    this.#agenda = agenda;
    this.#onset = onset;
    this.#stretches = scenario.models.map(({ name }) => stretchesOf(scenario, name));
    this.#spans = scenario.models.map((model) => faultSpan({ ...scenario, models: [model] }));
    this.#conditions = this.#stretches.map((stretches) => new Conditions(stretches));
  }

  condition(model: number): Condition {
    return this.#conditions[model]?.now(this.#agenda.now - this.#onset) ?? WELL;
  }

  /** Whether the model is well now, and has been for a minute. */
  isWell(model: number): boolean {
    const since = this.#agenda.now - this.#onset;
    return this.#conditions[model]?.wellForMs(since, GRACE_MS) ?? true;
  }

  /** Whether the model was well at that moment, and had been for a minute. */
  wasWell(model: number, at: number): boolean {
    const since = at - this.#onset;
    return !(this.#stretches[model] ?? []).some(({ fromMs, condition }, index, all) => {
      const untilMs = all[index + 1]?.fromMs ?? Infinity;
      return condition.faulty && fromMs <= since && since < untilMs + GRACE_MS;
    });
  }

  /** Whether any model was faulty at that moment. */
  wasFaulty(at: number): boolean {
    const since = at - this.#onset;
    return this.#stretches.some((stretches) =>
      stretches.some(
        ({ fromMs, condition }, index) =>
          condition.faulty && fromMs <= since && since < (stretches[index + 1]?.fromMs ?? Infinity),
      ),
    );
  }

  /** Whether now is between the beginning of the model's first fault and the end of its last one. */
  isHitNow(model: number): boolean {
    const since = this.#agenda.now - this.#onset;
    const { fromMs, untilMs } = this.#spans[model] ?? NEVER;
    return fromMs <= since && since < untilMs;
  }

  /** Whether the model ever is faulty. */
  isHit(model: number): boolean {
    return this.#stretches[model]?.some(({ condition }) => condition.faulty) ?? false;
  }

  /** When the next change of any model's condition comes; Infinity when none does. */
  get moments(): readonly number[] {
    const all = this.#stretches.flatMap((stretches) => stretches.map(({ fromMs }) => fromMs + this.#onset));
    return [...new Set(all)].filter(Number.isFinite);
  }
}
