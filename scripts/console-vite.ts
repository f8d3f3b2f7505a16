import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { InlineConfig } from "vite";

const path = (from: string) => fileURLToPath(new URL(from, import.meta.url));

export const CONSOLE = path("../src/console");
export const BUILT_CONSOLE = path("../src/console/dist");

/** How the console is built and, while somebody works on it, served. */
export const consoleVite: InlineConfig = {
  configFile: false,
  root: CONSOLE,
  logLevel: "warn",
  plugins: [react()],
  resolve: {
    // Only a script of its own may style a page under the console's content security policy, never a `<style>`.
    alias: [
      {
        find: /^(.*\/)?(Dom\/dynamicCSS|cssUtils)$/,
        replacement: path("../src/console/shell/adopted-styles.ts"),
      },
    ],
  },
  build: {
    emptyOutDir: true,
    // The last Chromium for the offices' Windows 7.
    target: "chrome109",
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      input: [path("../src/console/index.html"), path("../src/console/check-in/index.html")],
    },
    chunkSizeWarningLimit: 1000,
  },
};
