/** Values by key that are applied a few at each frame, so that two hundred rows never cost one frame its time. */
export interface Spread<Value> {
  add(key: string, value: Value): void;
  drop(key: string): void;
  clear(): void;
}

const A_FRAME = 12;
/** A hidden page has no frames, and nobody to notice. */
const HIDDEN_MS = 250;

export function spread<Value>(apply: (values: readonly Value[]) => void): Spread<Value> {
  const waiting = new Map<string, Value>();
  let scheduled = false;
  const run = () => {
    scheduled = false;
    const due = [...waiting].slice(0, document.hidden ? waiting.size : A_FRAME);
    for (const [key] of due) waiting.delete(key);
    apply(due.map(([, value]) => value));
    schedule();
  };
  const schedule = () => {
    if (scheduled || waiting.size === 0) return;
    scheduled = true;
    if (document.hidden) setTimeout(run, HIDDEN_MS);
    else requestAnimationFrame(run);
  };
  // A frame that was asked for before the page was hidden comes when it is shown again.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && waiting.size > 0) setTimeout(run, HIDDEN_MS);
  });
  return {
    add(key, value) {
      waiting.set(key, value);
      schedule();
    },
    drop(key) {
      waiting.delete(key);
    },
    clear() {
      waiting.clear();
    },
  };
}
