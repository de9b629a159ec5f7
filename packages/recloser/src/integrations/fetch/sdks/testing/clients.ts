import * as anthropic from "@ai-sdk/anthropic";
import * as openai from "@ai-sdk/openai";
import { ChatOpenAI } from "@langchain/openai";
import * as ai from "ai";
import OpenAI from "openai";
import { aiSdkClients } from "./ai-sdk.js";
import type { Client } from "./client.js";
import { langchainClients } from "./langchain.js";
import { openaiClients } from "./openai.js";
import { cohereClient, genaiClients, mistralClient } from "./others.js";
import { newest, versionOf } from "./packages.js";
import { anthropicClient, groqClient } from "./stainless.js";

/** Every client, in the order of the table. */
export async function allClients(): Promise<readonly Client[]> {
  const newerOpenai = await newest<{ default: typeof OpenAI }>("openai");
  const newerAi = await newest<typeof ai>("ai");
  const newerProviders = {
    ...(await newest<typeof openai>("@ai-sdk/openai")).module,
    ...(await newest<typeof anthropic>("@ai-sdk/anthropic")).module,
  };
  const newerLangchain = await newest<{ ChatOpenAI: typeof ChatOpenAI }>("@langchain/openai");
  return [
    ...openaiClients(OpenAI, versionOf("openai")),
    ...openaiClients(newerOpenai.module.default, newerOpenai.version),
    anthropicClient,
    groqClient,
    ...aiSdkClients(ai, versionOf("ai"), { ...openai, ...anthropic }),
    ...aiSdkClients(newerAi.module, newerAi.version, newerProviders),
    ...langchainClients(ChatOpenAI, versionOf("@langchain/openai")),
    ...langchainClients(newerLangchain.module.ChatOpenAI, newerLangchain.version),
    ...genaiClients,
    mistralClient,
    cohereClient,
  ];
}
