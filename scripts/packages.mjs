// Checks that what would be published can be used: publint on each package, as npm would pack it.
import { publint } from "publint";
import { formatMessage } from "publint/utils";

let bad = 0;
for (const name of ["recloser", "mock-llm", "dashboard", "gateway", "lab"]) {
  const pkgDir = `packages/${name}`;
  const { messages, pkg } = await publint({ pkgDir, strict: true });
  for (const message of messages)
    console.error(`${pkgDir}: ${formatMessage(message, pkg, { color: false })}`);
  bad += messages.length;
}
console.log(`packages: ${bad} problems`);
process.exit(bad === 0 ? 0 : 1);
