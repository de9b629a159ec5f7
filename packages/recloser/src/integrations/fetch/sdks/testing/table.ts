import type { Client } from "./client.js";
import type { Seen } from "./observe.js";
import type { Look, SceneName } from "./scenes.js";

/** The tables of `docs/sdks.md`, from what was seen. */
export async function tables(clients: readonly Client[], look: Look): Promise<string> {
  const rejected: Cells[] = [];
  const broken: Cells[] = [];
  for (const client of clients) {
    rejected.push(await rejectedRow(client, look));
    broken.push(await brokenRow(client, look));
  }
  return [
    "### When the circuit is open",
    table(
      [
        "client",
        "version",
        "`onReject`",
        "calls of `fetch`",
        "sent",
        "you catch",
        "with the other `onReject`",
      ],
      rejected,
    ),
    "### When something else goes wrong",
    table(
      [
        "client",
        "you abort",
        "its own timeout",
        "cut short",
        "a stream cut short, without `circuitFetch`",
        "error after a 200",
        "status 500",
      ],
      broken,
    ),
  ].join("\n\n");
}

type Cells = readonly string[];

async function rejectedRow(client: Client, look: Look): Promise<Cells> {
  const one = (name: SceneName, text: (seen: Seen) => string) => bothModes(client, look, name, text);
  return [
    client.name,
    client.version,
    `\`${client.onReject}\``,
    await one("rejected", callsOf),
    await one("rejected", ({ sent }) => String(sent)),
    await one("rejected", thrownOf),
    await one("rejectedOtherwise", callsOf),
  ];
}

async function brokenRow(client: Client, look: Look): Promise<Cells> {
  const one = (name: SceneName, text: (seen: Seen) => string) => bothModes(client, look, name, text);
  const untold = await look(client, "unary", "timeout");
  const tell = untold.said.includes("failure timeout") ? "" : ", tell `clientTimeoutMs`";
  return [
    client.name,
    await one("aborted", caughtOf),
    `${await one("timeout", caughtOf)}${tell}`,
    await one("cut", thrownOf),
    caughtOf(await look(client, "stream", "cutUnguarded")),
    await one("errorAfter200", thrownOf),
    await one("serverError", thrownOf),
  ];
}

async function bothModes(
  client: Client,
  look: Look,
  name: SceneName,
  text: (seen: Seen) => string,
): Promise<string> {
  const unary = text(await look(client, "unary", name));
  const stream = text(await look(client, "stream", name));
  return unary === stream ? unary : `${unary} / ${stream}`;
}

function callsOf({ calls, asleepMs }: Seen): string {
  return asleepMs === 0
    ? String(calls)
    : `${calls}, after ${(asleepMs / 1000).toFixed(asleepMs < 10_000 ? 1 : 0)} s`;
}

/** The names that stand for what is no error. */
const OTHERWISE: Readonly<Record<string, string>> = {
  AbortPart: "an `abort` part",
  object: "a plain object",
};

function caughtOf({ caught }: Seen): string {
  return caught === undefined ? "nothing" : (OTHERWISE[caught] ?? `\`${caught}\``);
}

/** `*`: the failure cannot be read from it. */
function thrownOf(seen: Seen): string {
  return `${caughtOf(seen)}${seen.caught !== undefined && seen.failure === undefined ? "\\*" : ""}`;
}

function table(head: Cells, rows: readonly Cells[]): string {
  const line = (cells: Cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
