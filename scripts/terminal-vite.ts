import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InlineConfig, Plugin } from "vite";

export const TERMINAL = fileURLToPath(new URL("../devices/terminal", import.meta.url));
/** Where the server has the terminal's page. */
const BASE = "/terminal/";

/** Gives the service worker the names of all files of the page, to be kept for when the network is down. */
const serviceWorker: Plugin = {
  name: "terminal-service-worker",
  // After the page has been made.
  enforce: "post",
  generateBundle(_options, bundle) {
    const files = ["./", ...Object.keys(bundle).filter((name) => name !== "index.html")];
    const page = bundle["index.html"];
    if (page?.type !== "asset") throw new Error("the page is not among the files of the terminal");
    const digest = createHash("sha256")
      .update(JSON.stringify(files))
      .update(page.source)
      .digest("hex")
      .slice(0, 16);
    const source = readFileSync(join(TERMINAL, "service-worker.js"), "utf8")
      .replace('["__FILES__"]', JSON.stringify(files))
      .replace("__DIGEST__", digest);
    this.emitFile({ type: "asset", fileName: "sw.js", source });
  },
};

/** Vite would leave them out, and the page would fail where it uses them. */
const nothingOfNode: Plugin = {
  name: "nothing-of-node",
  enforce: "pre",
  resolveId(name, importer) {
    // sm-crypto-v2 asks for it where there is no Web Cryptography, and never here.
    if (name === "crypto") return { id: name, external: true };
    if (name.startsWith("node:")) throw new Error(`${importer} imports ${name}, which no browser has`);
    return null;
  },
};

/** How the video terminal's page is built. */
export const terminalVite: InlineConfig = {
  configFile: false,
  root: TERMINAL,
  base: BASE,
  logLevel: "warn",
  plugins: [nothingOfNode, serviceWorker],
  resolve: {
    alias: [{ find: /^.*\/suites\/sm2\.ts$/, replacement: join(TERMINAL, "sm2-suite.ts") }],
  },
  worker: { format: "es", plugins: () => [nothingOfNode] },
  build: {
    emptyOutDir: true,
    // The first Chromium with Ed25519 in Web Cryptography.
    target: "chrome137",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
};
