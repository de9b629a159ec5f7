import * as peers from "./peer-subjects.js";
import * as ours from "./recloser-subjects.js";
import { answering, countedWork, expectCount, type Subject } from "./subject.js";

export interface Entry {
  readonly label: string;
  readonly group: "answered" | "two-step" | "rejected";
  readonly make: () => Subject | Promise<Subject>;
}

function bare(): Subject {
  const work = countedWork();
  return answering(work.run, expectCount("the work", work.calls));
}

/** Everything that `overhead` measures, by id. */
export const CATALOG = {
  bare: { label: "await fn()", group: "answered", make: bare },
  call: { label: "circuit.call", group: "answered", make: ours.call },
  "call-signal": {
    label: "circuit.call, fn reads its signal",
    group: "answered",
    make: ours.callReadingSignal,
  },
  "call-streaming": {
    label: "circuit.call, streaming, one progress()",
    group: "answered",
    make: ours.callStreaming,
  },
  "call-or-throw": { label: "circuit.callOrThrow", group: "answered", make: ours.callOrThrow },
  "cockatiel-sampling": { label: "cockatiel, sampling", group: "answered", make: peers.cockatielSampling },
  "cockatiel-consecutive": {
    label: "cockatiel, consecutive",
    group: "answered",
    make: peers.cockatielConsecutive,
  },
  opossum: { label: "opossum, timeout off", group: "answered", make: peers.opossumNoTimeout },
  "opossum-timeout": {
    label: "opossum, timeout 10 s (its default)",
    group: "answered",
    make: peers.opossumTimeout,
  },
  "effect-alone": { label: "Effect.runPromise, no breaker", group: "answered", make: peers.effectAlone },
  "effect-consecutive": {
    label: "Effect, consecutive, runPromise a call",
    group: "answered",
    make: peers.effectConsecutive,
  },
  "effect-rate": { label: "Effect, rate, runPromise a call", group: "answered", make: peers.effectRate },
  "effect-fiber": {
    label: "Effect, consecutive, all in one fiber",
    group: "answered",
    make: peers.effectInFiber,
  },
  "admit-settle": { label: "admit + settle", group: "two-step", make: ours.admitSettle },
  "admit-settle-busy": {
    label: "admit + settle, 1,000 in flight",
    group: "two-step",
    make: ours.admitSettleBusy,
  },
  "admit-progress-settle": {
    label: "admit + progress + settle, streaming",
    group: "two-step",
    make: ours.admitProgressSettle,
  },
  "admit-rejected": { label: "admit, open", group: "rejected", make: ours.admitRejected },
  "call-rejected": { label: "circuit.call, open", group: "rejected", make: ours.callRejected },
  "call-or-throw-rejected": {
    label: "circuit.callOrThrow, open",
    group: "rejected",
    make: ours.callOrThrowRejected,
  },
  "cockatiel-rejected": { label: "cockatiel, open", group: "rejected", make: peers.cockatielRejected },
  "opossum-rejected": { label: "opossum, open", group: "rejected", make: peers.opossumRejected },
  "effect-rejected": {
    label: "Effect, open, runPromise a call",
    group: "rejected",
    make: peers.effectRejected,
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type SubjectId = keyof typeof CATALOG;

export const SUBJECT_IDS = Object.keys(CATALOG) as readonly SubjectId[];

export function isSubjectId(id: string | undefined): id is SubjectId {
  return id !== undefined && id in CATALOG;
}
