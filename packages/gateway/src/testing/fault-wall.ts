import { request } from "node:http";
import { type FaultKind, faultKinds, type MockServer } from "@recloser/mock-llm";
import type { Gateway } from "../gateway.js";
import { gatewayFor, mockFor, question } from "./gateway.js";

export const MODES = ["unary", "stream", "complete"] as const;
export type Mode = (typeof MODES)[number];

/** What became of one call. */
export interface Cell {
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
}

export interface Wall {
  readonly cells: readonly Cell[];
  readonly gateways: readonly Gateway[];
  readonly mocks: readonly MockServer[];
}

/** Far apart, so that a machine with other work to do gives the same table: the waits here overlap. */
const LIMITS = { firstTokenTimeoutMs: 2_000, stallTimeoutMs: 2_000, timeoutMs: 7_000 };
const ROUTE = { firstTokenTimeoutMs: 2_000, attemptTimeoutMs: 4_500 };
const BEHAVIOUR = { firstTokenMs: 20, perTokenMs: 120, tokens: 5 };
const PATH = "/v1/chat/completions";

const modelOf = (fault: FaultKind) => `mock-fault:${fault}`;
const spareOf = (fault: FaultKind) => `spare-${fault}`;

/** One call for each fault, caller and route, all at once; each combination of the latter two has a gateway of its own. */
export async function faultWall(): Promise<Wall> {
  const parts = await Promise.all(
    MODES.flatMap((mode) => [false, true].map((fallback) => stretch(mode, fallback))),
  );
  return {
    cells: parts.flatMap(({ cells }) => cells),
    gateways: parts.map(({ gateway }) => gateway),
    mocks: parts.flatMap(({ mocks }) => mocks),
  };
}

async function stretch(mode: Mode, fallback: boolean) {
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
      const saw = await ask(gateway, modelOf(fault), mode);
      return {
        fault,
        mode,
        fallback,
        verdict: verdicts.get(`a/${modelOf(fault)}`) ?? "none",
        attempts: { first: count(a, modelOf(fault)), second: count(b, spareOf(fault)) },
        saw,
      };
    }),
  );
  return { cells, gateway, mocks: [a, b] };
}

function count(mock: MockServer, model: string): number {
  return mock.attempts().filter((attempt) => attempt.model === model).length;
}

/** A caller that keeps what it got before the connection broke. */
export function ask(gateway: { readonly url: string }, model: string, mode: Mode): Promise<Saw> {
  const headers = {
    "content-type": "application/json",
    ...(mode === "complete" ? { "x-recloser-delivery": "complete" } : {}),
  };
  return new Promise((resolve, reject) => {
    const req = request(gateway.url + PATH, { method: "POST", headers }, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => {
        text += chunk;
      });
      res.on("error", () => {});
      res.on("close", () => {
        const by = res.headers["x-recloser-provider"];
        resolve({ status: res.statusCode ?? 0, clean: res.complete, by: String(by), text });
      });
    });
    req.on("error", reject);
    req.end(JSON.stringify({ model, stream: mode !== "unary", messages: question }));
  });
}

/** Whether what was seen may be taken for a whole answer, and is one. */
export function isWhole({ status, clean, text }: Saw, mode: Mode): boolean {
  if (status !== 200 || !clean) return false;
  if (mode !== "unary") return text.endsWith("data: [DONE]\n\n") && !text.includes('"error"');
  return parsed(text)?.choices?.[0]?.finish_reason !== undefined;
}

interface Body {
  readonly choices?: readonly { readonly finish_reason?: string }[];
  readonly error?: { readonly code?: string | null; readonly type?: string };
}

function parsed(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}

/** What was seen, in words for the table. */
export function inWords(saw: Saw, mode: Mode): string {
  const { status, clean, by, text } = saw;
  if (isWhole(saw, mode)) return by === "a" ? "the answer" : `the answer of \`${by}\``;
  const error = parsed(text)?.error;
  const code = error?.code ?? error?.type;
  if (status !== 200 && code?.startsWith("upstream_")) return `${status} \`${code}\``;
  if (status !== 200) return `the provider's ${status}`;
  const tokens = text.match(/"content":"[^"]/g)?.length ?? 0;
  if (clean && tokens > 0) return `${tokens} tokens, then the provider's error event`;
  if (clean) return text === "" ? "the provider's empty 200" : "the provider's 200, which is none";
  const told = /"code":"(upstream_\w+|server_error)"/.exec(text)?.[1];
  if (mode === "unary") return "half an answer, then a broken connection";
  return `${tokens} tokens, then ${told === undefined ? "a broken connection" : `\`${told}\``}`;
}
