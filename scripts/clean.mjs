// Removes build output; sources and node_modules stay.
import { rmSync } from "node:fs";

for (const dir of ["packages/recloser", "packages/mock-llm", "packages/gateway", "demo", "bench"]) {
  rmSync(`${dir}/dist`, { recursive: true, force: true });
}
