import { ConfigError } from "../config/config-error.js";
import { type Config, loadConfig, parseConfig } from "../config/load.js";
import type { ConfigInput } from "../config/schema.js";

export interface GatewayFlags {
  readonly upstream?: string[];
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly adminPort?: number;
  readonly logLevel?: string;
  readonly workers?: number;
}

/** The configuration that flags, a file and the environment make together. Flags win. */
export function flagsToConfig(
  flags: GatewayFlags,
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const { upstream, config: file } = flags;
  if (upstream !== undefined && file !== undefined) {
    throw new ConfigError(["--upstream and --config say the same thing twice; give one of them."]);
  }
  const token = env.RECLOSER_ADMIN_TOKEN;
  const overrides: Record<string, unknown> = {
    ...filled("listen", { host: flags.host, port: flags.port }),
    ...filled("admin", { port: flags.adminPort, token: token === "" ? undefined : token }),
    ...filled("log", { level: flags.logLevel }),
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
  };
  if (file !== undefined) return loadConfig(file, overrides as Partial<ConfigInput>, env);
  if (upstream === undefined) {
    throw new ConfigError([
      "No provider is given; say --upstream https://api.openai.com, or --config recloser.yaml.",
    ]);
  }
  return parseConfig({ ...overrides, providers: upstream.map((url) => ({ upstream: url })) } as ConfigInput);
}

function filled(section: string, options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.length === 0 ? {} : { [section]: Object.fromEntries(given) };
}
