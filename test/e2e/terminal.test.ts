import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import type { RunningApp } from "../support/app.ts";
import type { Page } from "../support/browser.ts";
import type { BroadcastView } from "../support/county.ts";
import { TOWN, VILLAGE } from "../support/fleet.ts";
import {
  aheadOf,
  type MeetingRoom,
  newTerminal,
  openKiosk,
  openMeetingRoom,
  tellOf,
} from "../support/kiosk.ts";
import { LECTURE_START } from "../support/lecture.ts";
import type { Relay } from "../support/relay.ts";
import { secondPerson } from "../support/second-person.ts";
import type { ShiftedClock } from "../support/shifted-clock.ts";
import { type LiveAnnouncement, speak } from "../support/speaker.ts";
import { speakLadder } from "../support/spoken-ladder.ts";

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
/** What the browser complained of, such as the content security policy. */
const complaints: string[] = [];

beforeAll(async () => {
  room = await openMeetingRoom(FILM_SECONDS);
  ({ folder, clock, app, relay, broadcastId } = room);
});
beforeEach(({ onTestFailed }) => onTestFailed(() => tellOf(page)));
afterAll(async () => {
  await context?.close();
  await room.close();
});

const startKiosk = async () => {
  [context, page] = await openKiosk(relay.url, folder, complaints);
};
const aheadMs = () => aheadOf(page, clock, LECTURE_START);
const inStep = (what: string) =>
  until(async () => Math.abs((await aheadMs()) ?? Infinity) < IN_STEP_MS, { what });
const view = () => app.operator.get<BroadcastView>(`/broadcasts/${broadcastId}`);
const reports = async () => (await view()).devices.items[0];

test("enrols, keeps the film, shows it in step with the clock through a cut line and its own restart, gives way to an emergency, and reports", async () => {
  const deputy = await secondPerson(app);
  clock.jumpTo(LECTURE_START - 25 * SECOND_MS);
  await startKiosk();
  await page.getByLabel("注册码").fill("0000-0000-0000-0000");
  await page.getByRole("button", { name: "登记" }).click();
  await page.getByText("注册码不对或已过期").waitFor();
  await page.getByLabel("注册码").fill((await newTerminal(app)).code);
  await page.getByRole("button", { name: "登记" }).click();

  await page.getByRole("timer").waitFor();
  expect(await page.getByRole("timer").textContent()).toMatch(/^0:\d\d$/);
  await page.getByRole("heading", { name: "乡村振兴" }).waitFor();
  await page.getByText("扫码签到").waitFor();
  await until(async () => (await view()).proof.atLeast["cached"] === 1, { what: "the film to be kept" });

  // Half a minute is about what is left until its instant.
  await page.locator("video.shown").waitFor({ timeout: MINUTE_MS });
  await inStep("the picture to be in step");
  await until(async () => (await reports())?.grade === "started", { what: "the report of the start" });
  expect(Math.abs((await view()).proof.startLatenessMs?.max ?? Infinity)).toBeLessThan(500);

  relay.cut();
  await page.getByText("网络已断开").waitFor({ state: "attached" });
  await inStep("the picture to go on without the line");

  // It opens from what it keeps. Its own clock is weeks behind the server's, so it waits for the time; then it takes up the
  // film where it would be by now.
  await context.close();
  await startKiosk();
  await page.getByText("时间尚未校准").waitFor();
  relay.mend();
  await page.locator("video.shown").waitFor();
  await inStep("the picture to be in step after a restart");

  const emergency = await app.operator.post<{ id: string }>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source: { text: "请立即转移到安全地带。" },
    areas: [TOWN],
    until: new Date(clock.now() + 10 * MINUTE_MS).toISOString(),
  });
  await deputy.postAnew(`/emergencies/${emergency.id}/confirm`);
  await page.getByRole("heading", { name: "暴雨红色预警" }).waitFor();
  await page.getByText("请立即转移到安全地带。").waitFor();
  await app.operator.post(`/emergencies/${emergency.id}/stop`, { reason: "all clear" });
  await page.locator("video.shown").waitFor();
  await inStep("the film to go on after the emergency");

  await until(async () => (await reports())?.grade === "finished", { what: "the end", timeoutMs: 60_000 });
  await page.getByText("扫码打分、留言").waitFor();
  expect(complaints).toEqual([]);
});

test("sounds a live voice at the instant, under its title", async () => {
  const { id } = await app.operator.post<LiveAnnouncement>("/announcements", {
    title: "现场通知",
    class: "announcement",
    source: { live: { longestMinutes: 1 } },
    targets: { regions: [VILLAGE], kinds: ["terminal"] },
  });
  await speak(app, id, speakLadder(join(folder, "spoken.wav"), 5));
  await app.operator.post(`/live/${id}/end`);
  await page.getByRole("heading", { name: "现场通知" }).waitFor();
  const { broadcast } = await app.operator.get<LiveAnnouncement>(`/announcements/${id}`);
  await until(
    async () => {
      const { at, positionMs } = await page.evaluate<{ at: number; positionMs: number }>(`({
        at: performance.timeOrigin + performance.now(),
        positionMs: document.querySelector("audio").currentTime * 1000,
      })`);
      const dueMs = at + clock.now() - Date.now() - Date.parse(broadcast.startAt);
      return positionMs > 0 && Math.abs(positionMs - dueMs) < IN_STEP_MS;
    },
    { what: "the voice to be in step" },
  );
  const heard = async () => (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).devices.items[0];
  const isOver = async () => (await heard())?.grade === "finished" || Boolean((await heard())?.reason);
  await until(isOver, { what: "the end of the voice" });
  expect(await heard()).toMatchObject({ grade: "finished", reason: null });
  expect(complaints).toEqual([]);
});
