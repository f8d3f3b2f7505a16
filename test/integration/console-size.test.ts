import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BUILT_CONSOLE } from "../../scripts/console-vite.ts";

/** Of Vite's manifest: https://vite.dev/guide/backend-integration */
interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
}

const KB = 1024;
const manifest = JSON.parse(readFileSync(join(BUILT_CONSOLE, ".vite/manifest.json"), "utf8")) as Record<
  string,
  Chunk
>;

function withImports(key: string, into = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build has no ${key}`);
  into.add(chunk.file);
  for (const each of chunk.imports ?? []) withImports(each, into);
  return into;
}

const gzipBytes = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + statSync(join(BUILT_CONSOLE, `${file}.gz`)).size, 0);

const firstLoad = (language: string): Set<string> =>
  ["index.html", `strings-${language}.js`, `locales/${language}.ts`, "pages/today/today.tsx"].reduce(
    (files, key) => withImports(key, files),
    new Set<string>(),
  );

describe("the script that a browser loads, compressed", () => {
  test.each(["zh", "en"])("is at most 250 kB for the sign-in and Today, in %s", (language) => {
    const bytes = gzipBytes(firstLoad(language));
    expect(bytes).toBeGreaterThan(50 * KB);
    expect(bytes).toBeLessThanOrEqual(250 * KB);
  });

  test("is at most 200 kB more for any other page", () => {
    const first = firstLoad("zh");
    const pages = Object.keys(manifest).filter((key) => /^(pages\/|view-)/.test(key));
    expect(pages.length).toBeGreaterThan(8);
    const more = pages.map((key) => gzipBytes([...withImports(key)].filter((file) => !first.has(file))));
    expect(Math.max(...more)).toBeLessThanOrEqual(200 * KB);
  });

  test("is at most 200 kB more for the devices, with their texts and their chart", () => {
    const first = firstLoad("zh");
    const parts = ["pages/devices/devices.tsx", "pages/devices/coverage.tsx", "locales/devices-zh.ts"];
    const files = parts.reduce((into, key) => withImports(key, into), new Set<string>());
    expect(gzipBytes([...files].filter((file) => !first.has(file)))).toBeLessThanOrEqual(200 * KB);
  });
});
