import { startMock } from "@recloser/mock-llm";

/** `cut`: the answer ends too early. `stall`: it falls silent after some tokens. `stream-error`: an error after a 200. */
export type Fault = "hang" | "cut" | "stall" | "stream-error" | "error-500";

/** A provider on loopback. */
export interface Provider {
  readonly url: string;
  /** How it answers from now on; healthy without a fault. Forgets what it has been sent. */
  readonly behave: (fault?: Fault) => void;
  /** How many requests it has got. */
  readonly sent: () => number;
  /** Resolves once it has got one. */
  readonly asked: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The mock: OpenAI, Anthropic, Gemini, and whatever is compatible with them. */
export async function startProvider(): Promise<Provider> {
  const mock = await startMock();
  return {
    url: mock.url,
    behave: (fault) => {
      mock.setBehaviour(fault === undefined ? undefined : { faults: [{ kind: fault }] });
      mock.clear();
    },
    sent: () => mock.attemptsTotal(),
    asked: () => mock.waitForAttempts(1),
    close: () => mock.close(),
  };
}
