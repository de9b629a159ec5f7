/** The thing that is guarded: an async function whose calls are counted, so that nothing can be optimised away unseen. */
export interface Work {
  readonly run: () => Promise<number>;
  readonly calls: () => number;
}

export function countedWork(): Work {
  let calls = 0;
  return { run: async () => ++calls, calls: () => calls };
}

/** One line of the table, ready to run. Lives alone in its process, so no other subject shapes its machine code. */
export interface Subject {
  /** Makes `n` calls, one after the other. */
  run(n: number): Promise<void> | void;
  /** Throws unless all of `made` calls did what they are measured for. */
  check(made: number): void;
}

/** The last result of a loop lands here, where the compiler must assume that somebody reads it. */
export const sink: { last: unknown } = { last: undefined };

export function sync(step: () => unknown, check: (made: number) => void): Subject {
  return {
    run(n) {
      for (let i = 0; i < n; i++) sink.last = step();
    },
    check,
  };
}

export function answering(step: () => Promise<unknown>, check: (made: number) => void): Subject {
  return {
    async run(n) {
      for (let i = 0; i < n; i++) sink.last = await step();
    },
    check,
  };
}

/** For what refuses by throwing: the loop catches, as a caller would have to. */
export function throwing(step: () => Promise<unknown>, check: (made: number) => void): Subject {
  return {
    async run(n) {
      for (let i = 0; i < n; i++) {
        try {
          await step();
          sink.last = undefined;
        } catch (error) {
          sink.last = error;
        }
        if (!(sink.last instanceof Error)) throw new Error("A call that should have been rejected was not.");
      }
    },
    check,
  };
}

export function expectCount(what: string, actual: () => number, perCall = 1): (made: number) => void {
  return (made) => {
    if (actual() === made * perCall) return;
    throw new Error(`Measured ${made} calls, but ${what} counted ${actual()}.`);
  };
}
