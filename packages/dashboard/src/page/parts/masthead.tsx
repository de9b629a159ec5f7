import type { VNode } from "preact";
import { clockSeconds } from "../../words/format.js";
import { HOME } from "../route.js";
import { connection, now, staleSince } from "../store.js";
import { THEMES, type Theme, theme } from "../theme.js";

const NAMES: Readonly<Record<Theme, string>> = { auto: "Auto", light: "Light", dark: "Dark" };

export function Masthead(): VNode {
  return (
    <header class="masthead">
      <a class="brand" href={HOME}>
        Recloser
      </a>
      <Status />
      <label class="theme">
        Theme{" "}
        <select
          value={theme.value}
          onChange={({ currentTarget }) => {
            theme.value = THEMES.find((name) => name === currentTarget.value) ?? "auto";
          }}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {NAMES[name]}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}

function Status(): VNode {
  const stale = staleSince.value;
  if (connection.value.kind !== "live")
    return <span class="status waiting">{words(connection.value.kind)}</span>;
  if (stale !== undefined) return <span class="status stale">No data</span>;
  return <span class="status live">Live, {clockSeconds(now.value, now.value)}</span>;
}

function words(kind: "connecting" | "token"): string {
  return kind === "token" ? "Locked" : "Connecting …";
}
