import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BUILT_CONSOLE, CONSOLE } from "../../scripts/console-vite.ts";

/** Of Vite's manifest: https://vite.dev/guide/backend-integration */
interface Chunk {
  file: string;
  imports?: string[];
  dynamicImports?: string[];
}

const KB = 1000;
const LANGUAGES = ["zh", "en"];
const TODAY = "pages/today/today.tsx";
const manifest = JSON.parse(readFileSync(join(BUILT_CONSOLE, ".vite/manifest.json"), "utf8")) as Record<
  string,
  Chunk
>;

function withImports(key: string, into = new Set<string>()): Set<string> {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build has no ${key}`);
  if (into.has(key)) return into;
  into.add(key);
  for (const each of chunk.imports ?? []) withImports(each, into);
  return into;
}

const gzipBytes = (keys: Iterable<string>): number =>
  [...keys].reduce((sum, key) => sum + statSync(join(BUILT_CONSOLE, `${manifest[key]?.file}.gz`)).size, 0);

/** A page and all that it may load by itself, as a chart; without what is there already. */
function ofPage(page: string, there: ReadonlySet<string>): Set<string> {
  const own = new Set([...withImports(page)].filter((key) => !there.has(key)));
  for (const key of own)
    for (const later of manifest[key]?.dynamicImports ?? [])
      for (const each of withImports(later)) if (!there.has(each)) own.add(each);
  return own;
}

/** What the sign-in and Today need; Today is loaded with the sign-in over it. */
function firstLoad(language: string): Set<string> {
  const first = new Set<string>();
  for (const key of ["index.html", `strings-${language}.js`, `locales/${language}.ts`])
    withImports(key, first);
  return new Set([...first, ...ofPage(TODAY, first)]);
}

/** Each page that has an address, with the texts that come with it. */
const routes = readFileSync(join(CONSOLE, "shell/routes.tsx"), "utf8")
  .split(/\blazy\(/)
  .slice(1)
  .map((lazy) => ({
    page: /import\("\.\.\/(pages\/[^"]+)"\)/.exec(lazy)?.[1] ?? "",
    texts: [...lazy.matchAll(/withTexts\("(\w+)"/g)].map(([, name]) => name),
  }));

describe.each(LANGUAGES)("the script that a browser loads, compressed, in %s", (language) => {
  const first = firstLoad(language);

  test("is at most 250 kB for the sign-in and Today", () => {
    expect(gzipBytes(first)).toBeGreaterThan(50 * KB);
    expect(gzipBytes(first)).toBeLessThanOrEqual(250 * KB);
  });

  test("is at most 200 kB more for any other page, with its texts and all that it draws later", () => {
    const pages = routes.map(({ page, texts }) => {
      const own = ofPage(page, first);
      for (const name of texts) for (const key of withImports(`locales/${name}-${language}.ts`)) own.add(key);
      return { page, kB: gzipBytes(own) / KB };
    });
    expect(pages.map(({ page }) => page)).toContain("pages/devices/devices.tsx");
    expect(pages.filter(({ kB }) => kB > 200)).toEqual([]);
  });
});

test("every page of the build has an address, and so is among those that are measured", () => {
  const entry = manifest["index.html"]?.dynamicImports ?? [];
  expect(routes.map(({ page }) => page).toSorted()).toEqual(
    entry.filter((key) => key.startsWith("pages/")).toSorted(),
  );
});
