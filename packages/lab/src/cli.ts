import pc from "picocolors";
import { program } from "./cli/commands.js";
import { LabError } from "./lab-error.js";

try {
  const streams = { out: (text: string) => process.stdout.write(text), stderr: process.stderr };
  await program(streams).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${pc.red("recloser-lab:")} ${error.message}\n`);
  process.exitCode = 2;
}
