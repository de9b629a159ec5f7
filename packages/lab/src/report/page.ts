const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2126; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 3rem; border-top: 1px solid #d5dae0; padding-top: 1.5rem; }
h3 { font-size: 1rem; margin-bottom: 0.2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.82rem; white-space: nowrap; }
th, td { padding: 0.2rem 0.6rem; text-align: right; border-bottom: 1px solid #e6eaee; } th:first-child, td:first-child { text-align: left; }
.key span { margin-right: 1.2rem; white-space: nowrap; } .key i { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.3rem; }
svg { max-width: 100%; height: auto; background: #fff; color: #1d2126; } dt { font-weight: 600; } dd { margin: 0 0 0.3rem; }
`;

/** A page that needs no other file and runs no script. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body>
${body}
</body></html>
`;
}

export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (tag: "th" | "td", texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  return `<div class="wide"><table><thead>${row("th", head)}</thead><tbody>${rows.map((texts) => row("td", texts)).join("")}</tbody></table></div>`;
}

export function swatch(name: string, colour: string): string {
  return `<span><i style="background:${colour}"></i>${escaped(name)}</span>`;
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
