import { Circuits } from "recloser";
import { lognormal, seeded } from "./world.js";

/** Two hundred circuits in real time, all of them in use; `stop` ends their traffic. */
export function crowd(size: number): { circuits: Circuits; stop(): void } {
  const random = seeded(3);
  const circuits = new Circuits();
  const names = Array.from(
    { length: size },
    (_, n) => `provider-${n % 8}/model-${String(n).padStart(3, "0")}`,
  );
  for (const name of names) circuits.get(name);
  const pending: { readonly at: number; run(): void }[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    for (const due of pending.splice(0)) {
      if (due.at <= now) due.run();
      else pending.push(due);
    }
    for (const name of names) {
      const admission = random() < 0.3 ? circuits.get(name).admit({ streaming: true }) : undefined;
      if (admission?.ok !== true) continue;
      const { permit } = admission;
      const failed = name.endsWith("7") && random() < 0.5;
      pending.push({ at: now + lognormal(200, 0.5, random), run: () => permit.progress() });
      pending.push({
        at: now + lognormal(900, 0.5, random),
        run: () =>
          permit.settle(
            failed
              ? { verdict: "failure", reason: "overloaded", detail: "503 overloaded" }
              : { verdict: "success", outputTokens: 80 },
          ),
      });
    }
  }, 100);
  return { circuits, stop: () => clearInterval(timer) };
}
