import { effect, type Signal, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

export const THEMES: readonly Theme[] = ["auto", "light", "dark"];

const KEY = "recloser-theme";

export const theme: Signal<Theme> = signal(
  THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "auto",
);

const wantsDark = matchMedia("(prefers-color-scheme: dark)");

/** What is really shown: charts have to be drawn again when it changes. */
export const shown: Signal<"light" | "dark"> = signal("light");

const systemIsDark = signal(wantsDark.matches);
wantsDark.addEventListener("change", () => {
  systemIsDark.value = wantsDark.matches;
});

export function followTheme(): void {
  effect(() => {
    const is = theme.value === "auto" ? (systemIsDark.value ? "dark" : "light") : theme.value;
    document.documentElement.dataset.theme = is;
    localStorage.setItem(KEY, theme.value);
    shown.value = is;
  });
}
