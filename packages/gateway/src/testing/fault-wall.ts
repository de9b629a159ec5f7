import { request } from "node:http";
import { type FaultKind, faultKinds, type MockServer } from "@recloser/mock-llm";
import type { Gateway } from "../gateway.js";
import { gatewayFor, mockFor } from "./gateway.js";
import { WALL_FORMATS, type WallFormat } from "./wall-formats.js";

export const MODES = ["unary", "stream", "complete"] as const;
export type Mode = (typeof MODES)[number];

/** What became of one call. */
export interface Cell {
  readonly format: WallFormat;
  readonly fault: FaultKind;
  readonly mode: Mode;
  readonly fallback: boolean;
  /** Of the first attempt. */
  readonly verdict: string;
  readonly attempts: { readonly first: number; readonly second: number };
  readonly saw: Saw;
}

export interface Saw {
  readonly status: number;
  /** The body ended as HTTP says it must. */
  readonly clean: boolean;
  readonly by: string | undefined;
  readonly text: string;
  /** From the request to the end of the answer. */
  readonly tookMs: number;
}

/** One format, one kind of caller, with or without a fallback: a gateway of its own, and its providers. */
export interface Stretch {
  readonly format: WallFormat;
  readonly mode: Mode;
  readonly cells: readonly Cell[];
  readonly gateway: Gateway & { readonly lines: string[] };
  readonly mocks: readonly MockServer[];
}

/** Far apart, so that a machine with other work to do gives the same table: the waits here overlap. */
export const LIMITS = { firstTokenTimeoutMs: 2_000, stallTimeoutMs: 2_000, timeoutMs: 7_000 };
export const ROUTE = { firstTokenTimeoutMs: 2_000, attemptTimeoutMs: 4_500 };
const BEHAVIOUR = { firstTokenMs: 20, perTokenMs: 60, tokens: 5 };

const modelOf = (fault: FaultKind) => `mock-fault:${fault}`;
const spareOf = (fault: FaultKind) => `spare-${fault}`;

/** One call for each format, fault, caller and route; those of two formats at once. */
export async function faultWall(): Promise<readonly Stretch[]> {
  const wall: Stretch[] = [];
  for (let from = 0; from < WALL_FORMATS.length; from += 2) {
    const parts = WALL_FORMATS.slice(from, from + 2).flatMap((format) =>
      MODES.flatMap((mode) => [false, true].map((fallback) => stretch(format, mode, fallback))),
    );
    wall.push(...(await Promise.all(parts)));
  }
  return wall;
}

async function stretch(format: WallFormat, mode: Mode, fallback: boolean): Promise<Stretch> {
  const [a, b] = [await mockFor(), await mockFor()];
  for (const mock of [a, b]) mock.setBehaviour(BEHAVIOUR);
  const gateway = await gatewayFor(undefined, {
    providers: [
      { name: "a", upstream: a.url, path: "/" },
      { name: "b", upstream: b.url, auth: "none" },
    ],
    routes: fallback
      ? faultKinds.map((fault) => ({
          model: modelOf(fault),
          fallbacks: [{ provider: "b", model: spareOf(fault) }],
          ...ROUTE,
        }))
      : [],
    limits: LIMITS,
  });
  const verdicts = new Map<string, string>();
  gateway.circuits.on("settled", ({ circuit, verdict }) => {
    verdicts.set(circuit, verdict.verdict === "success" ? "success" : verdict.reason);
  });
  const cells = await Promise.all(
    faultKinds.map(async (fault): Promise<Cell> => {
      const saw = await ask(gateway, format, modelOf(fault), mode);
      return {
        format,
        fault,
        mode,
        fallback,
        verdict: verdicts.get(`a/${modelOf(fault)}`) ?? "none",
        attempts: { first: count(a, modelOf(fault)), second: count(b, spareOf(fault)) },
        saw,
      };
    }),
  );
  return { format, mode, cells, gateway, mocks: [a, b] };
}

function count(mock: MockServer, model: string): number {
  return mock.attempts().filter((attempt) => attempt.model === model).length;
}

/** A caller that keeps what it got before the connection broke. */
export function ask(
  gateway: { readonly url: string },
  format: WallFormat,
  model: string,
  mode: Mode,
): Promise<Saw> {
  const stream = mode !== "unary";
  const headers = {
    "content-type": "application/json",
    ...(mode === "complete" ? { "x-recloser-delivery": "complete" } : {}),
  };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const req = request(gateway.url + format.path(model, stream), { method: "POST", headers }, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => {
        text += chunk;
      });
      res.on("error", () => {});
      res.on("close", () => {
        const by = String(res.headers["x-recloser-provider"]);
        const tookMs = performance.now() - startedAt;
        resolve({ status: res.statusCode ?? 0, clean: res.complete, by, text, tookMs });
      });
    });
    req.on("error", reject);
    req.end(JSON.stringify(format.body(model, stream)));
  });
}
