import { Circuit } from "recloser";
import { answering, countedWork, expectCount, type Subject, sync, throwing } from "./subject.js";

const IN_FLIGHT = 1_000;

/** Everything on, as by default: window, histograms, in-flight ledger, the errors meter; the system's clock. */
function closed(): Circuit {
  return new Circuit("bench/model");
}

/** Opened as a provider would open it, and left there for the length of the run. */
function open(): Circuit {
  const circuit = new Circuit("bench/model", { coolDown: { initialMs: 1e9, maxMs: 1e9 } });
  for (let i = 0; i < 100 && circuit.state === "closed"; i++) {
    const admission = circuit.admit();
    if (admission.ok) admission.permit.settle({ verdict: "failure", reason: "server-error", detail: "503" });
  }
  if (circuit.state !== "open") throw new Error("The circuit did not open on 100 failures in a row.");
  return circuit;
}

function settled(circuit: Circuit): () => number {
  return () => circuit.snapshot().totals.settled;
}

function rejected(circuit: Circuit): () => number {
  return () => circuit.snapshot().totals.rejected.open ?? 0;
}

export function call(): Subject {
  const circuit = closed();
  const work = countedWork();
  return answering(() => circuit.call(work.run), expectCount("the work", work.calls));
}

export function callReadingSignal(): Subject {
  const circuit = closed();
  const work = countedWork();
  return answering(
    () => circuit.call(({ signal }) => (signal.aborted ? -1 : work.run())),
    expectCount("the work", work.calls),
  );
}

export function callStreaming(): Subject {
  const circuit = closed();
  const work = countedWork();
  return answering(
    () =>
      circuit.call(
        ({ progress }) => {
          progress();
          return work.run();
        },
        { streaming: true },
      ),
    expectCount("the work", work.calls),
  );
}

export function callOrThrow(): Subject {
  const circuit = closed();
  const work = countedWork();
  return answering(() => circuit.callOrThrow(work.run), expectCount("the work", work.calls));
}

export function admitSettle(): Subject {
  const circuit = closed();
  return sync(
    () => {
      const admission = circuit.admit();
      return admission.ok && admission.permit.settle({ verdict: "success" });
    },
    expectCount("the circuit", settled(circuit)),
  );
}

export function admitProgressSettle(): Subject {
  const circuit = closed();
  return sync(
    () => {
      const admission = circuit.admit({ streaming: true });
      if (!admission.ok) return false;
      admission.permit.progress();
      return admission.permit.settle({ verdict: "success" });
    },
    expectCount("the circuit", settled(circuit)),
  );
}

export function admitSettleBusy(): Subject {
  const circuit = closed();
  for (let i = 0; i < IN_FLIGHT; i++) circuit.admit();
  return sync(
    () => {
      const admission = circuit.admit();
      return admission.ok && admission.permit.settle({ verdict: "success" });
    },
    expectCount("the circuit", settled(circuit)),
  );
}

export function admitRejected(): Subject {
  const circuit = open();
  return sync(() => circuit.admit(), expectCount("the circuit", rejected(circuit)));
}

export function callRejected(): Subject {
  const circuit = open();
  const work = countedWork();
  return answering(() => circuit.call(work.run), expectCount("the circuit", rejected(circuit)));
}

export function callOrThrowRejected(): Subject {
  const circuit = open();
  const work = countedWork();
  return throwing(() => circuit.callOrThrow(work.run), expectCount("the circuit", rejected(circuit)));
}
