// What this process keeps, without its garbage.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

export function heapKept() {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
