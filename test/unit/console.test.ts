import { globSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Finding } from "../../src/media/ear/findings.ts";
import { ALL_ACTS, ROLES } from "../../src/people/permissions.ts";

const folder = new URL("../../src/console/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
const html = read("index.html");
const css = read("console.css");

/** The pages that are drawn by React; their texts are a file for each language. */
const components = globSync("**/*.{ts,tsx}", { cwd: folder, exclude: ["dist*/**", "locales/**"] });

const isTexts = (value: unknown): value is Record<string, string> =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((text) => typeof text === "string");

/** The views are plain JavaScript outside this project's type check, so what a module gives is checked here. */
async function textsIn(file: string, name: string): Promise<Record<string, string>> {
  const module: unknown = await import(new URL(file, folder).href);
  const texts = typeof module === "object" && module !== null ? Reflect.get(module, name) : undefined;
  if (!isTexts(texts)) throw new Error(`${file} does not export texts called ${name}`);
  return texts;
}

/** Of some pages alone, which come with them. */
async function textsOfPages(language: "zh" | "en"): Promise<Record<string, string>> {
  const files = globSync(
    `locales/{calendar,devices,media,operation,people,reports,settings}-${language}.ts`,
    {
      cwd: folder,
    },
  );
  const texts = await Promise.all(
    files.map((file) =>
      textsIn(
        file,
        file.replace(/^locales.(\w+)-(\w)(\w)\.ts$/, (_, of, a, b) => `${of}${String(a).toUpperCase()}${b}`),
      ),
    ),
  );
  if (texts.length !== 7) throw new Error(`there are ${texts.length} such files`);
  return Object.assign({}, ...texts);
}

const stringsOf = async (language: "zh" | "en"): Promise<Record<string, string>> => ({
  ...(await textsIn(`strings-${language}.js`, language)),
  ...(await textsIn(`locales/${language}.ts`, language)),
  ...(await textsOfPages(language)),
});

/** Every string literal of the console's code, comments aside. */
const code = [...scripts, ...components]
  .filter((name) => !name.startsWith("strings-"))
  .map((name) => read(name).replace(/^\s*\/\*\*[^]*?\*\//gm, ""))
  .join("\n");
const literals = new Set([...code.matchAll(/"([a-zA-Z]+\.[^"\s]+)"/g)].map(([, key]) => key ?? ""));
/** Keys that are put together from a prefix and a value, as in `state.${state}` or `term("state", state)`. */
const prefixes = new Set(
  [...code.matchAll(/`([a-zA-Z.]+)\.\$\{|term\("([a-zA-Z.]+)"/g)].map(
    ([, template, term]) => `${template ?? term}.`,
  ),
);

interface Pace {
  restart(): void;
  leftMs(sentBytes: number, totalBytes: number): number | null;
}

async function paceAt(now: () => number): Promise<Pace> {
  const module = (await import(new URL("pace.js", folder).href)) as { createPace(now: () => number): Pace };
  return module.createPace(now);
}

describe("what is left of an upload", () => {
  test("is told by the pace of the last seconds, and not before there is one", async () => {
    let nowMs = 0;
    const pace = await paceAt(() => nowMs);
    const at = (ms: number, sentBytes: number) => {
      nowMs = ms;
      return pace.leftMs(sentBytes, 100_000);
    };
    expect(at(0, 0)).toBeNull();
    expect(at(1_000, 10_000)).toBeNull();
    expect(at(5_000, 50_000)).toBe(5_000);
    // Slow since: what was fast more than 15 s ago no longer counts.
    at(10_000, 50_500);
    expect(at(24_000, 51_900)).toBeGreaterThan(400_000);
  });

  test("is unknown after a pause, however fast it was before", async () => {
    let nowMs = 0;
    const pace = await paceAt(() => nowMs);
    pace.leftMs(0, 100_000);
    nowMs = 5_000;
    expect(pace.leftMs(50_000, 100_000)).toBe(5_000);
    nowMs = 3_600_000;
    pace.restart();
    expect(pace.leftMs(50_000, 100_000)).toBeNull();
  });
});

describe("the console's languages", () => {
  test("have each text in one place", async () => {
    const views = Object.keys(await textsIn("strings-zh.js", "zh"));
    const pages = [
      ...Object.keys(await textsIn("locales/zh.ts", "zh")),
      ...Object.keys(await textsOfPages("zh")),
    ];
    expect(new Set(pages).size).toBe(pages.length);
    expect(views.filter((key) => pages.includes(key))).toEqual([]);
  });

  test("have exactly the same keys", async () => {
    const [zh, en] = [await stringsOf("zh"), await stringsOf("en")];
    expect(Object.keys(zh).length).toBeGreaterThan(100);
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(zh).toSorted());
  });

  test("say something for every key, with the same values filled in", async () => {
    const [zh, en] = [await stringsOf("zh"), await stringsOf("en")];
    const values = (text = "") => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();
    expect(Object.keys(zh).filter((key) => !zh[key]?.trim() || !en[key]?.trim())).toEqual([]);
    expect(Object.keys(zh).filter((key) => values(zh[key]).join() !== values(en[key]).join())).toEqual([]);
  });

  test("name every finding of the ear, and say what to do about it", async () => {
    const keys = Object.keys(await stringsOf("zh"));
    const kinds: unknown = Reflect.get(Finding.properties.kind, "enum");
    if (!Array.isArray(kinds)) throw new Error("the kinds of findings are no enumeration");
    expect(kinds.length).toBeGreaterThan(10);
    expect(
      kinds.filter((kind) => !keys.includes(`finding.${kind}`) || !keys.includes(`advice.${kind}`)),
    ).toEqual([]);
  });

  test("name every role, and every act that the roles include", async () => {
    const keys = Object.keys(await stringsOf("zh"));
    const named = [...ALL_ACTS.map((act) => `act.${act}`), ...ROLES.map((role) => `role.${role}`)];
    expect(named.filter((key) => !keys.includes(key))).toEqual([]);
  });

  test("know every key that is used, and hold none that is not", async () => {
    const keys = Object.keys(await stringsOf("zh"));
    const groups = new Set(keys.map((key) => key.split(".")[0]));
    const isPath = (literal: string) =>
      !groups.has(literal.split(".")[0]) || /\.(js|css|tsx?|csv|ics|json)$/.test(literal);
    expect([...literals].filter((literal) => !isPath(literal) && !keys.includes(literal))).toEqual([]);
    const composed = (key: string) => [...prefixes].some((prefix) => key.startsWith(prefix));
    expect(keys.filter((key) => !literals.has(key) && !composed(key))).toEqual([]);
  });
});

describe("the check-in page's words", () => {
  test("are the same keys in both languages, each of them used, with the same values", async () => {
    const module = (await import(new URL("check-in/words.js", folder).href)) as {
      WORDS: Record<"zh" | "en", Record<string, string>>;
    };
    const { zh, en } = module.WORDS;
    const values = (text = "") => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted();
    expect(Object.keys(en)).toEqual(Object.keys(zh));
    expect(Object.keys(zh).filter((key) => values(zh[key]).join() !== values(en[key]).join())).toEqual([]);
    const used = read("check-in/check-in.js");
    const ofDoor = /^(checkIn|feedback)\.(early|closed)$/;
    expect(Object.keys(zh).filter((key) => !ofDoor.test(key) && !used.includes(`"${key}"`))).toEqual([]);
  });
});

describe("the console keeps to the strict content security policy", () => {
  test.each(["index.html", "check-in/index.html"])("%s has no inline script, style or handler", (name) => {
    const html = read(name);
    const scripts = [...html.matchAll(/<script\b[^>]*>([^]*?)<\/script>/g)];
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter(([, body]) => body?.trim() !== "")).toEqual([]);
    expect(html).not.toMatch(/<style\b/i);
    expect(html).not.toMatch(/\sstyle\s*=/i);
    expect(html).not.toMatch(/\son[a-z]+\s*=/i);
    expect(html).not.toMatch(/javascript:/i);
  });

  test("everything comes from the server itself", () => {
    const loaded = [...html.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? "");
    expect(loaded.length).toBeGreaterThan(0);
    for (const url of loaded) expect(() => read(url)).not.toThrow();
    expect(css).not.toMatch(/url\(|@import|https?:/);
    expect(code.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/["'`](?:https?:)?\/\//);
  });

  test.each([...scripts, ...components, "check-in/check-in.js"])(
    "%s makes no markup, style or code out of text",
    (name) => {
      const text = read(name);
      expect(text).not.toMatch(
        /\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|parseFromString|dangerouslySetInnerHTML)\b/,
      );
      expect(text).not.toMatch(/\bdocument\.write|\beval\(|new Function\(/);
      expect(text).not.toMatch(
        /\bstyle\s*[:=]\s*["'`]|\.style\b(?!\.setProperty\("--)|setAttribute\("style"/,
      );
    },
  );
});
