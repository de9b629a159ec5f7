import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "rolldown";

export interface BundleSize {
  /** What a program takes from the package. */
  readonly what: string;
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
}

const CIRCUIT = "export { Circuit }";
const EVERYTHING = "export *";
const ENTRY = "\0entry";

/** What the library adds to a program's bundle, minified and gzipped: the circuit alone, and everything. */
export async function bundleSizes(): Promise<{
  readonly circuit: BundleSize;
  readonly everything: BundleSize;
}> {
  return { circuit: await bundled(CIRCUIT), everything: await bundled(EVERYTHING) };
}

async function bundled(what: string): Promise<BundleSize> {
  const { output } = await build({
    input: ENTRY,
    // As a browser or an edge runtime gets it: whatever needs Node would be an unresolved import.
    platform: "neutral",
    write: false,
    output: { minify: true, format: "esm" },
    plugins: [
      {
        name: "entry",
        resolveId: (id) =>
          id === ENTRY ? id : id === "recloser" ? fileURLToPath(import.meta.resolve(id)) : null,
        load: (id) => (id === ENTRY ? `${what} from "recloser";` : null),
      },
    ],
  });
  const [chunk, ...more] = output;
  if (more.length > 0) throw new Error(`The bundle of ${what} has ${output.length} files; one was expected.`);
  const bytes = Buffer.byteLength(chunk.code);
  return { what, minifiedBytes: bytes, gzipBytes: gzipSync(chunk.code, { level: 9 }).length };
}
