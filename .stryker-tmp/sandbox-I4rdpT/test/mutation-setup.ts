// @ts-nocheck
import fc from "fast-check";

// A mutant is dead at the first counterexample: shrinking it would only cost time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
