import { type CircuitRow, inOrder, type LiveMessage, type Overview } from "@recloser/dashboard";

const MOST_EVENTS = 100;

/** The overview after one more message. */
export function after(overview: Overview | undefined, message: LiveMessage): Overview | undefined {
  switch (message.type) {
    case "overview":
      return message.data;
    case "rows": {
      if (overview === undefined) return undefined;
      const { at, rows, gone, hidden, providers, events } = message.data;
      const byName = new Map<string, CircuitRow>(overview.rows.map((row) => [row.circuit, row]));
      for (const row of rows) byName.set(row.circuit, row);
      for (const name of gone) byName.delete(name);
      return {
        at,
        hidden,
        providers,
        rows: inOrder([...byName.values()]),
        events: [...overview.events, ...events].slice(-MOST_EVENTS),
      };
    }
    default:
      return overview;
  }
}
