import type { Client, Mode } from "./client.js";
import { type Scene, type Seen, see } from "./observe.js";
import type { Provider } from "./provider.js";

/** Short for the client, and 30 s by the circuit's clock. */
const TIMEOUT = { timeoutMs: 100, maxRetries: 0 } as const;

const SCENES = {
  healthy: {},
  rejected: { open: true },
  /** With the `onReject` that is not recommended. */
  rejectedOtherwise: { open: true },
  aborted: { fault: "hang", abort: "waiting" },
  abortedFlowing: { fault: "stall", abort: "flowing" },
  timeout: { fault: "hang", ...TIMEOUT },
  timeoutTold: { fault: "hang", ...TIMEOUT, clientTimeoutMs: 30_000 },
  cut: { fault: "cut", maxRetries: 0 },
  cutUnguarded: { fault: "cut", maxRetries: 0, unguarded: true },
  errorAfter200: { fault: "stream-error", maxRetries: 0 },
  serverError: { fault: "error-500", maxRetries: 0 },
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof SCENES;
export type Look = (client: Client, mode: Mode, name: SceneName) => Promise<Seen>;

/**
 * Plays each scene once for each client and mode, however often it is looked at. The healthy one comes first: clients load
 * parts of themselves at their first call, which must not run into a short timeout.
 */
export function looking(providerOf: (client: Client) => Provider): Look {
  const seen = new Map<string, Promise<Seen>>();
  const look: Look = (client, mode, name) => {
    const key = `${client.name} ${mode} ${name}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    const other = client.onReject === "throw" ? "respond" : "throw";
    const scene: Scene = name === "rejectedOtherwise" ? { ...SCENES[name], onReject: other } : SCENES[name];
    const play = () => see(client, mode, providerOf(client), scene);
    const played = name === "healthy" ? play() : look(client, mode, "healthy").then(play);
    seen.set(key, played);
    return played;
  };
  return look;
}
