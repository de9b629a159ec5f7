/** Says on stderr how far a long run is, on one line that rewrites itself; silent when stderr is not a terminal. */
export function progress(done: number, of: number, what: string): void {
  if (!process.stderr.isTTY) return;
  const line = done < of ? `${String(done).padStart(String(of).length)}/${of}  ${what}` : "";
  process.stderr.write(`\r\u001b[2K${line}`);
}
