import fc from "fast-check";
import { beforeEach } from "vitest";

// A mutant is dead at the first counterexample: shrinking it would only cost time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });

/** Simulated days and ten thousand circuits, in files that are quick otherwise. */
const SLOW = /by chance open it|block nobody, for hours|ten thousand idle|without end leave|a healthy day/;

beforeEach(({ task, skip }) => {
  skip(SLOW.test(task.name), "too slow to run for each mutant");
});
