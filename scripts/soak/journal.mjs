// Counts the journal's lines by what they say.
export async function journalLines(file) {
  const { readJournal } = await import(new URL("../../packages/gateway/dist/index.js", import.meta.url).href);
  const lines = { attempts: 0, rejected: 0, torn: 0 };
  for await (const entry of readJournal(file, () => lines.torn++)) {
    if (entry.verdict === "rejected") lines.rejected++;
    else lines.attempts++;
  }
  return lines;
}
