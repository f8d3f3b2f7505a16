import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../../src/console/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
const html = read("index.html");
const css = read("console.css");

const isTexts = (value: unknown): value is Record<string, string> =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((text) => typeof text === "string");

/** The console is plain JavaScript outside this project's type check, so what a module gives is checked here. */
async function stringsOf(language: "zh" | "en"): Promise<Record<string, string>> {
  const module: unknown = await import(new URL(`strings-${language}.js`, folder).href);
  const texts = typeof module === "object" && module !== null ? Reflect.get(module, language) : undefined;
  if (!isTexts(texts)) throw new Error(`strings-${language}.js does not export texts called ${language}`);
  return texts;
}

/** Every string literal of the console's code, comments aside. */
const code = scripts
  .filter((name) => !name.startsWith("strings-"))
  .map((name) => read(name).replace(/^\s*\/\*\*[^]*?\*\//gm, ""))
  .join("\n");
const literals = new Set([...code.matchAll(/"([a-zA-Z]+\.[^"\s]+)"/g)].map(([, key]) => key ?? ""));
/** Keys that are put together from a prefix and a value, as in `state.${state}` or `term("state", state)`. */
const prefixes = new Set(
  [...code.matchAll(/`([a-zA-Z.]+)\.\$\{|term\("([a-zA-Z.]+)"|filter\("[^"]+", "([a-zA-Z]+)"/g)].map(
    ([, template, term, filter]) => `${template ?? term ?? filter}.`,
  ),
);

describe("the console's languages", () => {
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

  test("know every key that is used, and hold none that is not", async () => {
    const keys = Object.keys(await stringsOf("zh"));
    const groups = new Set(keys.map((key) => key.split(".")[0]));
    const isPath = (literal: string) => !groups.has(literal.split(".")[0]) || /\.(js|css)$/.test(literal);
    expect([...literals].filter((literal) => !isPath(literal) && !keys.includes(literal))).toEqual([]);
    const composed = (key: string) => [...prefixes].some((prefix) => key.startsWith(prefix));
    expect(keys.filter((key) => !literals.has(key) && !composed(key))).toEqual([]);
  });
});

describe("the console keeps to the strict content security policy", () => {
  test("index.html has no inline script, style or handler", () => {
    expect([...html.matchAll(/<script\b[^>]*>([^]*?)<\/script>/g)].map(([, body]) => body?.trim())).toEqual([
      "",
    ]);
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

  test.each(scripts)("%s makes no markup, style or code out of text", (name) => {
    const text = read(name);
    expect(text).not.toMatch(/\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|parseFromString)\b/);
    expect(text).not.toMatch(/\bdocument\.write|\beval\(|new Function\(/);
    expect(text).not.toMatch(/\bstyle\s*[:=]\s*["'`]|\.style\b|setAttribute\("style"/);
  });
});
