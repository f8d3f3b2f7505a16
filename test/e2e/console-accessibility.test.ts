import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium } from "../support/browser.ts";
import { type ConsolePage, makeConsolePages } from "../support/console-pages.ts";

const OFFICE = { width: 1366, height: 768 };
const TELEPHONE = { width: 390, height: 844 };
const NOWHERE = /^(没有这个页面|There is no such page)$/;
/** Colours are the same at any size. */
const LOOKS = [
  ["light", [OFFICE, TELEPHONE]],
  ["dark", [OFFICE]],
] as const;
const GRAVE = new Set(["serious", "critical"]);

let app: RunningApp;
let browser: Browser;
let pages: ConsolePage[];

beforeAll(async () => {
  app = await runApp();
  browser = await launchChromium();
  pages = await makeConsolePages(app);
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

/** What axe-core finds on the page, as far as it keeps somebody from using it. */
async function graveFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeResults;
  return violations
    .filter(({ impact }) => GRAVE.has(impact ?? ""))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const isSideways = (page: Page) => page.evaluate("document.documentElement.scrollWidth > innerWidth");

describe.each(["zh", "en"])("in %s", (language) => {
  test.each(LOOKS)(
    "nobody is kept from the sign-in and the pages, in %s colours; nothing scrolls sideways",
    async (colorScheme, sizes) => {
      const reducedMotion = "reduce"; // colours on their way to others are neither
      const context = await browser.newContext({ colorScheme, reducedMotion, viewport: OFFICE });
      await context.addInitScript(`localStorage.setItem("ccx-language", "${language}")`);
      const page = await context.newPage();
      const refused: string[] = [];
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) refused.push(message.text());
      });
      await page.goto(app.url);
      const form = page.getByRole("dialog");
      await form.locator("[name=password]").waitFor();
      expect(await graveFindings(page)).toEqual([]);
      await form.locator("[name=name]").fill("admin");
      await form.locator("[name=password]").fill(app.password);
      await form.locator("[type=submit]").click();
      await page.locator("header .brand").waitFor();
      const nowhere = page.locator("h1", { hasText: NOWHERE });
      for (const viewport of sizes) {
        await page.setViewportSize(viewport);
        for (const { hash, shows } of pages) {
          // By a page that there is not: the one before would be there until the next is drawn.
          await page.goto(`${app.url}/#/nowhere`);
          await nowhere.waitFor();
          await page.goto(`${app.url}/${hash}`);
          await nowhere.waitFor({ state: "detached" });
          await page.locator(shows).first().waitFor();
          await expect.poll(() => page.locator("main .loading").count()).toBe(0);
          expect(await graveFindings(page)).toEqual([]);
          expect(await isSideways(page)).toBe(false);
        }
      }
      await page.setViewportSize(TELEPHONE);
      await page.locator(".menu-button").click();
      await page.getByRole("dialog").getByRole("navigation").waitFor();
      expect(await graveFindings(page)).toEqual([]);
      expect(refused).toEqual([]);
      await context.close();
    },
  );
});
