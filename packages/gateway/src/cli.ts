import cluster from "node:cluster";
import { Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { check } from "./commands/check.js";
import { flagsToConfig, type GatewayFlags } from "./commands/flags.js";
import { runGateway } from "./commands/gateway.js";
import { type TopFlags, top } from "./commands/top.js";
import { ConfigError } from "./config/config-error.js";
import { configJsonSchemaText } from "./config/json-schema.js";
import { ListenError } from "./listen.js";
import { TopError } from "./top/top-error.js";
import { runWorker } from "./workers/worker.js";

const program = new Command("recloser")
  .description("A circuit breaker between workers and their LLM providers.")
  .showHelpAfterError(false)
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, `${pc.red("recloser")}: `)),
  });

program
  .command("gateway")
  .description("Run the gateway.")
  .option("-u, --upstream <url...>", "where calls go, e.g. https://api.openai.com")
  .option("-c, --config <file>", "a YAML file instead; flags win over it")
  .option("--host <address>", "address for callers (default 127.0.0.1)")
  .option("-p, --port <number>", "port for callers (default 8787; 0 takes a free one)", port)
  .option("--admin-port <number>", "port for operators (default 8788; 0 takes a free one)", port)
  .option("--log-level <level>", "debug, info, warn, error or silent")
  .option("-w, --workers <number>", "processes that serve callers (default 1)", count)
  .action(async (flags: GatewayFlags) => {
    await runGateway(() => flagsToConfig(flags, process.env), flags.config === undefined ? "flags" : "file");
    process.exit(0);
  });

program
  .command("check")
  .description("Check a configuration file, and say what goes where.")
  .argument("<file>", "a YAML file")
  .option("--json", "for programs")
  .action((file: string, { json = false }: { json?: boolean }) => {
    process.stdout.write(`${check(file, json ? "json" : "words")}\n`);
  });

program
  .command("schema")
  .description("Print the JSON Schema of the configuration file.")
  .action(() => {
    process.stdout.write(configJsonSchemaText());
  });

program
  .command("top")
  .description("Show the circuits of a running gateway, worst first, in this terminal. q leaves.")
  .option("--url <address>", "the gateway's admin address", "http://127.0.0.1:8788")
  .option("--once", "print once and leave, as it does where there is no terminal")
  .option("--json", "the same for programs")
  .addHelpText("after", "\nA token is taken from RECLOSER_ADMIN_TOKEN.")
  .action(async (flags: TopFlags) => {
    await top(flags, process.env);
  });

function count(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 64) {
    throw new InvalidArgumentError("Give a whole number from 1 to 64.");
  }
  return number;
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError("Give a whole number from 0 to 65535.");
  }
  return number;
}

try {
  if (cluster.isWorker) runWorker();
  else await program.parseAsync();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof ListenError || error instanceof TopError))
    throw error;
  for (const line of error.message.split("\n")) process.stderr.write(`${pc.red("recloser")}: ${line}\n`);
  process.exit(1);
}
