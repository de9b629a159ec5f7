import { type Config, loadConfig } from "../config/load.js";

/** Reads a configuration and says what it means. */
export function check(file: string): string {
  const config = loadConfig(file);
  return [
    `${file} is valid.`,
    ...config.providers.map((provider) => `  ${routeLine(config, provider)}`),
  ].join("\n");
}

function routeLine(
  { listen }: Config,
  { name, origin, basePath, prefix }: Config["providers"][number],
): string {
  return `${name}: http://${listen.host}:${listen.port}${prefix}/… goes to ${origin}${basePath}/…`;
}
