/** The fenced blocks of a language, in order. */
export function blocks(text: string, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm");
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}
