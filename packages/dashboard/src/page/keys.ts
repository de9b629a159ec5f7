import { HOME, route } from "./route.js";

/** Keys for those who have no hand free for a mouse. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    const typing =
      target instanceof HTMLElement && target.matches("input:not([type=radio]), textarea, select");
    switch (event.key) {
      case "/":
        if (typing) return;
        event.preventDefault();
        document.getElementById("filter")?.focus();
        return;
      case "Escape":
        if (route.value.circuit !== undefined) location.hash = HOME;
        else if (typing) firstName()?.focus();
        return;
      case "ArrowDown":
      case "ArrowUp":
        if (typing && !(target instanceof HTMLElement && target.id === "filter")) return;
        if (move(target, event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
        return;
    }
  });
}

function names(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("table.circuits a.name")];
}

function firstName(): HTMLElement | undefined {
  return names()[0];
}

/** From one circuit to the next; from elsewhere to the first. */
function move(from: EventTarget | null, by: 1 | -1): boolean {
  const all = names();
  const at = from instanceof HTMLElement ? all.indexOf(from) : -1;
  const next = at === -1 ? (by === 1 ? all[0] : undefined) : all[at + by];
  next?.focus();
  return next !== undefined;
}
