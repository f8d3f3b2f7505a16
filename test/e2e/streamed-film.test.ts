import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Route } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import type { Page } from "../support/browser.ts";
import { type BroadcastView, importRegions } from "../support/county.ts";
import { freePort } from "../support/free-port.ts";
import { aheadOf, newTerminal, openKiosk } from "../support/kiosk.ts";
import { LECTURE_START, scheduleLecture } from "../support/lecture.ts";
import { profilesForAnyLength } from "../support/profiles.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { createShiftedClock, type ShiftedClock } from "../support/shifted-clock.ts";

const FILM_SECONDS = 45;
/** Two pictures of a film. */
const IN_STEP_MS = 80;

let folder: string;
let clock: ShiftedClock;
let app: RunningApp;
let relay: Relay;
let broadcastId: string;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-stream-"));
  clock = createShiftedClock(LECTURE_START - 60 * MINUTE_MS);
  const port = await freePort();
  relay = await startRelay(() => port);
  app = await runApp({
    clock,
    port,
    env: { PUBLIC_URL: relay.url, PROFILES_DIR: await profilesForAnyLength(folder) },
  });
  await importRegions(app.operator);
  broadcastId = await scheduleLecture(app.operator, FILM_SECONDS);
});
afterAll(async () => {
  await context?.close();
  await app.close();
  await relay.close();
  await rm(folder, { recursive: true });
});

const view = () => app.operator.get<BroadcastView>(`/broadcasts/${broadcastId}`);

/** Changes one byte of each stretch of a film that is asked for. */
function createForger() {
  const forger = {
    count: 0,
    async forge(route: Route): Promise<void> {
      const answer = await route.fetch();
      const body = await answer.body();
      body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
      forger.count += 1;
      await route.fulfill({ response: answer, body });
    },
  };
  return forger;
}

test("shows what it could not fetch in time as a stream, in step and to its end, and nothing of it that was not signed", async () => {
  clock.jumpTo(LECTURE_START - 15 * SECOND_MS);
  const { id, code } = await newTerminal(app);
  await app.operator.patch(`/devices/${id}/twin`, { maxKbps: 16 }, "*");
  [context, page] = await openKiosk(relay.url, folder, complaints);
  const forger = createForger();
  await context.route(/\/media\/[0-9a-f]{64}\.mp4/, forger.forge);
  await page.getByLabel("注册码").fill(code);
  await page.getByRole("button", { name: "登记" }).click();
  await page.getByRole("heading", { name: "乡村振兴" }).waitFor();

  await until(() => clock.now() > LECTURE_START + 5 * SECOND_MS, {
    what: "five seconds of the lecture",
    timeoutMs: 60_000,
  });
  expect(forger.count).toBeGreaterThan(0);
  expect(await page.locator("video.shown").count()).toBe(0);

  await context.unroute(/\/media\/[0-9a-f]{64}\.mp4/);
  await page.locator("video.shown").waitFor({ timeout: 35_000 });
  await until(async () => Math.abs((await aheadOf(page, clock, LECTURE_START)) ?? Infinity) < IN_STEP_MS, {
    what: "the picture to be in step",
  });

  relay.cut();
  await page.getByText("网络已断开").waitFor({ state: "attached" });
  expect(await page.locator("video.shown").count()).toBe(1);
  relay.mend();
  await until(async () => (await view()).devices.items[0]?.grade === "finished", {
    what: "the end",
    timeoutMs: 60_000,
  });
  const { proof } = await view();
  expect(proof.atLeast["finished"]).toBe(1);
  expect(complaints).toEqual([]);
});
