import { Command } from "commander";
import { MockConfigError } from "./check.js";
import { parseFault } from "./model-fault.js";
import { loadScript } from "./script-file.js";
import { startMock } from "./server.js";
import { faultKinds, type MockOptions, type Script } from "./types.js";

interface Flags {
  port: string;
  host: string;
  script?: string;
  log?: string;
  seed?: string;
  speed?: string;
  profile?: string;
  fault?: string[];
}

const program = new Command("recloser-mock-llm")
  .description("A misbehaving LLM provider: OpenAI, Anthropic and Gemini wire formats, scripted faults.")
  .option("--port <number>", "port to listen on; 0 takes a free one", "8089")
  .option("--host <address>", "address to listen on", "127.0.0.1")
  .option("--script <file>", "YAML file with timed phases")
  .option("--log <file>", "append one JSON line for each attempt")
  .option("--seed <number>", "seed of the random decisions")
  .option("--speed <factor>", "divide every latency, phase length and Retry-After by this")
  .option("--profile <name>", "what healthy looks like: quick or realistic", "realistic")
  .option(
    "--fault <kind>",
    "fault for every call, or for a share of them (error-503=0.3); repeatable",
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )
  .addHelpText("after", `\nFaults: ${faultKinds.join(", ")}.`)
  .allowExcessArguments(false);

async function optionsFrom(flags: Flags): Promise<MockOptions> {
  if (flags.script !== undefined && flags.fault !== undefined) {
    throw new MockConfigError(
      "--fault and --script exclude each other; write the fault into the script's defaults.",
    );
  }
  const options: MockOptions = {
    host: flags.host,
    port: numberOf("--port", flags.port),
    seed: numberOf("--seed", flags.seed),
    speed: numberOf("--speed", flags.speed),
    log: flags.log,
    profile: flags.profile as MockOptions["profile"],
  };
  if (flags.script !== undefined) options.script = await loadScript(flags.script);
  if (flags.fault !== undefined) options.script = foreverWith(flags.fault);
  return options;
}

function foreverWith(faults: string[]): Script {
  const parsed = faults.map((text) => parseFault(text, "--fault"));
  return { phases: [{ name: "faults", forMs: 365 * 86_400_000, faults: parsed }], repeat: true };
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new MockConfigError(`${flag} is "${text}"; give a number.`);
  return value;
}

async function main(): Promise<void> {
  program.parse();
  const mock = await startMock(await optionsFrom(program.opts<Flags>()));
  process.stdout.write(`recloser-mock-llm is up at ${mock.url}\n`);
  const stop = () => {
    mock.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

main().catch((error: unknown) => {
  const known = error instanceof MockConfigError;
  const text = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`recloser-mock-llm: ${text}\n`);
  process.exitCode = 1;
});
