// What the snippets in the docs may take for granted.
import type OpenAIClient from "openai";

declare global {
  const openai: OpenAIClient;
  const messages: { role: "user"; content: string }[];
  function retryLater(afterMs: number | undefined): undefined;
  function degrade(reason: string): undefined;
  function write(text: string): void;
}
