import { useSyncExternalStore } from "react";

/** Light or dark: as the system has it, until somebody chooses. Moving or still: as the system has it (WCAG 2.3.3). */

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = "ccx-theme";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
const systemIsStill = matchMedia("(prefers-reduced-motion: reduce)");
const listeners = new Set<() => void>();
let chosen: Theme = stored();

function stored(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(STORED_AS)) ?? "system";
  } catch {
    return "system"; // storage may be switched off; the choice then lasts as long as the page
  }
}

const look = () => (chosen === "system" ? (systemIsDark.matches ? "dark" : "light") : chosen);

function apply(): void {
  document.documentElement.dataset["theme"] = look();
  for (const listener of listeners) listener();
}

/** From now on the page looks as it was chosen, also when the system changes. */
export function followTheme(): void {
  systemIsDark.addEventListener("change", apply);
  systemIsStill.addEventListener("change", apply);
  apply();
}

export function chooseTheme(theme: Theme): void {
  chosen = theme;
  try {
    localStorage.setItem(STORED_AS, theme);
  } catch {
    // as above
  }
  apply();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useTheme = () => ({
  chosen: useSyncExternalStore(subscribe, () => chosen),
  isDark: useSyncExternalStore(subscribe, look) === "dark",
  isStill: useSyncExternalStore(subscribe, () => systemIsStill.matches),
});
