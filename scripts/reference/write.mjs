// One Markdown page for each entry point, from what `read.mjs` has read.

const GROUPS = [
  ["Classes", ({ kind }) => kind === "class"],
  ["Functions", ({ kind }) => kind === "function"],
  ["Options", (item) => isOptions(item)],
  ["Types", (item) => (item.kind === "interface" || item.kind === "type") && !isOptions(item)],
  ["Values", ({ kind }) => kind === "value"],
];
const WIDEST = 100;

const isOptions = ({ kind, name }) => kind === "interface" && name.endsWith("Options");

/** What an option's docstring gives as its default, and the rest of it. */
function withoutDefault(about) {
  const text = oneLine(about);
  const found = /(?:^|(?<=[.;] ))Default:? (.+?)(?=[.:;](?: |$)|$)/.exec(text);
  if (found === null) return { value: /(`[^`]+`) \(default\)/.exec(text)?.[1], meaning: text };
  const end = found.index + found[0].length;
  // Only a sentence of its own can go; one that explains itself stays.
  const whole = text[end] === "." || end === text.length;
  const meaning = whole ? `${text.slice(0, found.index)}${text.slice(end + 2)}`.trim() : text;
  return { value: found[1], meaning };
}

/** The pages, by file name. */
export function writePages(entries) {
  const links = new Map();
  for (const { page, items, inner } of entries) {
    for (const { name } of [...items, ...inner]) links.set(name, `${page}#${anchor(name)}`);
  }
  return new Map(entries.map((entry) => [entry.page, page(entry, entries, links)]));
}

function page(entry, entries, links) {
  const link = (name) => `[\`${name}\`](${links.get(name)?.replace(entry.page, "")})`;
  const linked = (type) => {
    // Its parts have rows of their own.
    if (type.startsWith("{")) return "";
    const names = type.replace(/"[^"]*"/g, "").match(/\b[A-Z]\w+/g);
    const [known, ...more] = [...new Set(names)].filter((name) => links.has(name));
    if (known === undefined || more.length > 0) return code(type);
    return `[${code(type)}](${links.get(known).replace(entry.page, "")})`;
  };
  const groups = [
    ...GROUPS.map(([title, belongs]) => [title, entry.items.filter(belongs)]),
    ["Named above, not exported", entry.inner],
  ].filter(([, items]) => items.length > 0);
  const others = entries
    .filter(({ name }) => name !== entry.name)
    .map(({ name, page }) => `[\`${name}\`](${page})`);
  return `${[
    "<!-- Written by `npm run reference` from the docstrings in the sources. Change those, not this. -->",
    `# \`${entry.name}\``,
    entry.about,
    `Other entry points: ${others.join(", ")}.`,
    groups
      .map(([title, items]) => `- ${title}: ${items.map(({ name }) => link(name)).join(", ")}`)
      .join("\n"),
    ...groups.flatMap(([title, items]) => [`## ${title}`, ...items.flatMap((item) => section(item, linked))]),
  ]
    .filter((block) => block !== "")
    .join("\n\n")}\n`;
}

function section(item, linked) {
  const title = `### ${item.name}`;
  const text = [item.about, ...notes(item)];
  switch (item.kind) {
    case "class": {
      const fields = item.members.filter(({ type }) => type !== undefined);
      const methods = item.members.filter(({ signature }) => signature !== undefined);
      const parts = methods.flatMap((one) => [
        `#### ${item.name}: ${bare(one.name)}`,
        block(one.signature),
        one.about,
        ...notes(one),
      ]);
      return [
        title,
        ...text,
        table(
          ["property", "type", "meaning"],
          fields.map((one) => fieldRow(one, linked)),
        ),
        ...parts,
      ];
    }
    case "function":
      return [title, block(item.signature), ...text];
    case "type":
      return [title, ...text, fence(item.source)];
    case "value":
      return [title, fence(`const ${item.name}: ${item.type}`), ...text];
    case "interface": {
      const more = item.inherits.map((type) => `Also everything of ${linked(type)}.`);
      const rows = item.members.flatMap((member) => [member, ...(member.members ?? [])]);
      if (isOptions(item)) {
        const options = rows.filter(({ members, about }) => about !== "" || !members?.length);
        return [
          title,
          ...text,
          ...more,
          table(
            ["option", "type", "default", "meaning"],
            options.map((one) => optionRow(one, linked)),
          ),
        ];
      }
      return [
        title,
        ...text,
        ...more,
        table(
          ["member", "type", "meaning"],
          rows.map((one) => fieldRow(one, linked)),
        ),
      ];
    }
  }
}

function optionRow(option, linked) {
  const { value, meaning } = withoutDefault(option.about);
  return [
    code(option.name),
    option.type === undefined ? code(flat(option.signature)) : linked(option.type),
    value ?? "",
    meaning,
  ];
}

function fieldRow(member, linked) {
  const name =
    member.type === undefined ? flat(member.signature) : `${member.name}${member.optional ? "?" : ""}`;
  return [code(name), member.type === undefined ? "" : linked(member.type), oneLine(member.about)];
}

function notes({ parameters, returns, throws, examples }) {
  return [
    parameters.map((text) => `- ${text.replace(/^(\w+) ?/, "`$1`: ")}`).join("\n"),
    ...returns.map((text) => `Returns: ${text}`),
    ...throws.map((text) => `Throws: ${text}`),
    ...examples.map(fence),
  ];
}

function table(head, rows) {
  if (rows.length === 0) return "";
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const flat = ({ head, parameters, returns }) => `${head}(${parameters.join(", ")})${returns}`;

function block(signature) {
  const text = flat(signature);
  if (text.length <= WIDEST && !text.includes("\n")) return fence(text);
  const { head, parameters, returns } = signature;
  return fence(
    `${head}(\n${parameters.map((one) => `  ${one.replaceAll("\n", "\n  ")},\n`).join("")})${returns}`,
  );
}

const fence = (text) => `\`\`\`ts\n${text.trim()}\n\`\`\``;
const code = (text) => `\`${oneLine(text)}\``;
const oneLine = (text) => text.replace(/\s+/g, " ").trim();
const bare = (name) => name.replace(/^[A-Z]\w*\./, "static ");
const anchor = (name) => name.toLowerCase().replace(/[^\w-]/g, "");
