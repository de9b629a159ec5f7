// @ts-nocheck
// What the snippets in the docs may take for granted.
import type OpenAIClient from "openai";
import type { CircuitSnapshot } from "recloser";

declare global {
  const openai: OpenAIClient;
  const messages: { role: "user"; content: string }[];
  function retryLater(afterMs: number | undefined): undefined;
  function degrade(reason: string): undefined;
  const store: {
    get(key: string): Promise<{ at: number; snapshot: CircuitSnapshot[] } | undefined>;
    set(key: string, value: unknown): Promise<void>;
  };
  function write(text: string): void;
}
