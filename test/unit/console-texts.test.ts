import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { calendarZh } from "../../src/console/locales/calendar-zh.ts";
import { devicesZh } from "../../src/console/locales/devices-zh.ts";
import { mediaZh } from "../../src/console/locales/media-zh.ts";
import { operationZh } from "../../src/console/locales/operation-zh.ts";
import { peopleZh } from "../../src/console/locales/people-zh.ts";
import { reportsZh } from "../../src/console/locales/reports-zh.ts";
import { settingsZh } from "../../src/console/locales/settings-zh.ts";

/** What comes with some pages alone. */
const OF_PAGES: Record<string, object> = {
  calendar: calendarZh,
  devices: devicesZh,
  media: mediaZh,
  operation: operationZh,
  people: peopleZh,
  reports: reportsZh,
  settings: settingsZh,
};
const SHELL = new URL("../../src/console/shell/", import.meta.url).pathname;
const ROUTES = readFileSync(join(SHELL, "routes.tsx"), "utf8");

interface Page {
  path: string;
  texts: string[];
}
const pages: Page[] = [...ROUTES.matchAll(/lazy\(\(\) =>([^;]*?)import\("([^"]+)"\)/g)].map(
  ([, before = "", path = ""]) => ({
    path: join(SHELL, path),
    texts: [...before.matchAll(/withTexts\("(\w+)"/g)].map(([, name = ""]) => name),
  }),
);

/** A module and what it imports, also later, of the console; what brings its own texts is looked at for itself. */
function sourcesOf(path: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(path)) return seen;
  const source = readFileSync(path, "utf8").replaceAll(/withTexts\([^;]*?import\("[^"]+"\)/g, "");
  seen.set(path, source);
  for (const [, type, found = ""] of source.matchAll(
    /(import type[^"]*?)?(?:from|import\()\s*"(\.[^"]+\.tsx?)"/g,
  )) {
    const next = join(dirname(path), found);
    if (type === undefined && !next.includes("/locales/") && next.includes("/console/"))
      sourcesOf(next, seen);
  }
  return seen;
}

/** The keys that a source says whole, or that begin as one that it puts together, as in `content.${kind}`. */
function keysIn(source: string, keys: Map<string, string>): Set<string> {
  const whole = [...source.matchAll(/"([\w-]+(?:\.[\w-]+)+)"/g)].map(([, key = ""]) => key);
  const starts = [...source.matchAll(/`([\w-]+(?:\.[\w-]+)*\.)\$\{/g)].map(([, start = ""]) => start);
  const begun = [...keys.keys()].filter((key) => starts.some((start) => key.startsWith(start)));
  return new Set([...whole.filter((key) => keys.has(key)), ...begun]);
}

// What is around every page has no texts but those that are always there.
pages.push({ path: join(SHELL, "../main.tsx"), texts: [] });

test("every page comes with the texts that it says", () => {
  expect(pages.length).toBeGreaterThan(20);
  const missing = pages.flatMap(({ path, texts }) => {
    const absent = Object.keys(OF_PAGES).filter((name) => !texts.includes(name));
    const present = new Set(texts.flatMap((name) => Object.keys(OF_PAGES[name] ?? {})));
    const keys = new Map(
      absent.flatMap((name) => Object.keys(OF_PAGES[name] ?? {}).map((key) => [key, name])),
    );
    return [...sourcesOf(path)].flatMap(([module, source]) =>
      [...keysIn(source, keys)]
        .filter((key) => !present.has(key))
        .map(
          (key) =>
            `${path.slice(SHELL.length - 6)}: ${key} of ${keys.get(key)}, in ${module.slice(SHELL.length - 6)}`,
        ),
    );
  });
  expect(missing).toEqual([]);
});
