import type { BrowserContext, Route } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { SECOND_MS } from "../../src/clock.ts";
import type { RunningApp } from "../support/app.ts";
import type { Page } from "../support/browser.ts";
import type { BroadcastView } from "../support/county.ts";
import {
  aheadOf,
  type MeetingRoom,
  newTerminal,
  openKiosk,
  openMeetingRoom,
  tellOf,
} from "../support/kiosk.ts";
import { LECTURE_START } from "../support/lecture.ts";
import { profilesForAnyLength } from "../support/profiles.ts";
import type { Relay } from "../support/relay.ts";
import type { ShiftedClock } from "../support/shifted-clock.ts";

const FILM_SECONDS = 45;
/** Two pictures of a film. */
const IN_STEP_MS = 80;

let room: MeetingRoom;
let folder: string;
let clock: ShiftedClock;
let app: RunningApp;
let relay: Relay;
let broadcastId: string;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  room = await openMeetingRoom(FILM_SECONDS, async (parent) => ({
    PROFILES_DIR: await profilesForAnyLength(parent),
  }));
  ({ folder, clock, app, relay, broadcastId } = room);
});
beforeEach(({ onTestFailed }) => onTestFailed(() => tellOf(page)));
afterAll(async () => {
  await context?.close();
  await room.close();
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
