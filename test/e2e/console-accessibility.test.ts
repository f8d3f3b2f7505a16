import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { launchChromium } from "../support/browser.ts";
import { importRegions, makeEpisode, makeTone, programmeId } from "../support/county.ts";
import { COUNTY } from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const OFFICE = { width: 1366, height: 768 };
const TELEPHONE = { width: 390, height: 844 };
/** Colours are the same at any size. */
const LOOKS = [
  ["light", [OFFICE, TELEPHONE]],
  ["dark", [OFFICE]],
] as const;
const pages = () => [
  { hash: "#/today", shows: ".countdown" },
  { hash: `#/broadcasts/${broadcastId}`, shows: ".proof-bar, .empty" },
  { hash: "#/calendar", shows: ".month .entry" },
  { hash: "#/calendar?view=list", shows: ".view table, .view .empty" },
  { hash: "#/calendar?view=timeline", shows: ".bar-of-day, .quiet-band" },
  { hash: "#/calendar/schedules", shows: ".view table" },
  { hash: "#/calendar/schedules/new", shows: ".next-dates li" },
  { hash: "#/calendar/sharing", shows: ".empty" },
  { hash: "#/programmes", shows: ".board" },
  { hash: `#/episodes/${episodeId}`, shows: ".waveform canvas" },
  { hash: "#/review", shows: ".empty" },
  { hash: `#/review/episodes/${episodeId}`, shows: ".player-tools" },
  { hash: "#/people", shows: ".view table" },
  { hash: `#/people/${ownId}`, shows: ".view table" },
  { hash: "#/account", shows: ".view table" },
  { hash: "#/devices", shows: ".coverage-chart canvas, .empty" },
  { hash: `#/devices/${deviceId}`, shows: ".facts" },
  { hash: "#/devices/outages", shows: ".empty" },
  { hash: "#/devices/quarantine", shows: ".empty" },
  { hash: "#/devices/software", shows: ".empty" },
  { hash: "#/announcements", shows: ".region-tree li" },
  { hash: "#/announcements/emergencies", shows: ".view .empty" },
  { hash: "#/audit", shows: ".secret" },
  { hash: "#/reports/broadcasts", shows: ".view table, .view .empty" },
  { hash: "#/reports/approvals", shows: ".empty" },
  { hash: "#/reports/proof", shows: ".empty" },
  { hash: "#/reports/attendance", shows: ".empty" },
  { hash: "#/settings/areas", shows: ".area-rules table" },
  { hash: `#/settings/areas?within=${COUNTY}`, shows: ".area-rules table" },
  { hash: "#/settings/programmes", shows: ".view table" },
  { hash: "#/settings/profiles", shows: ".view table" },
  { hash: "#/settings/keys", shows: ".view table" },
  { hash: "#/settings/broker", shows: ".facts" },
  { hash: "#/settings/backups", shows: ".make-backup" },
];
const GRAVE = new Set(["serious", "critical"]);

let app: RunningApp;
let browser: Browser;
let episodeId: string;
let ownId: string;
let deviceId: string;
let broadcastId: string;

beforeAll(async () => {
  app = await runApp();
  browser = await launchChromium();
  await importRegions(app.operator);
  ({ id: deviceId } = await app.operator.post<{ id: string }>("/devices", {
    regionCode: COUNTY,
    kind: "loudspeaker",
    name: "村口",
  }));
  await app.operator.post("/schedules", {
    ...scheduleDefinition(),
    programmeId: await programmeId(app.operator, "broadcast"),
  });
  const { items } = await app.operator.get<{ items: { id: string }[] }>("/broadcasts?limit=1");
  broadcastId = items[0]?.id ?? "";
  const tone = makeTone(join(app.folder, "tone.wav"), 4);
  ({ id: episodeId } = await makeEpisode(app.operator, 1, tone));
  ownId = (await app.operator.get<{ user: { id: string } }>("/me")).user.id;
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

/** What axe-core finds on the page, as far as it keeps somebody from using it. */
async function graveFindings(page: Page): Promise<string[]> {
  // Pages of one document.
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
      for (const viewport of sizes) {
        await page.setViewportSize(viewport);
        for (const { hash, shows } of pages()) {
          await page.goto(`${app.url}/${hash}`);
          await page.locator(shows).first().waitFor();
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
