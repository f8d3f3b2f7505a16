import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type BrowserContext, chromium } from "playwright-core";
import { CHROMIUM } from "../../scripts/chromium.ts";
import { type Clock, MINUTE_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "./app.ts";
import type { Page } from "./browser.ts";
import { importRegions } from "./county.ts";
import { VILLAGE } from "./fleet.ts";
import { freePort } from "./free-port.ts";
import { LECTURE_START, scheduleLecture } from "./lecture.ts";
import { type Relay, startRelay } from "./relay.ts";
import { createShiftedClock, type ShiftedClock } from "./shifted-clock.ts";

/** An hour before a lecture, at a server behind a line that can be cut. */
export interface MeetingRoom {
  folder: string;
  clock: ShiftedClock;
  app: RunningApp;
  relay: Relay;
  broadcastId: string;
  close(): Promise<void>;
}

export async function openMeetingRoom(
  filmSeconds: number,
  envIn: (folder: string) => Promise<Record<string, string>> = async () => ({}),
): Promise<MeetingRoom> {
  const folder = await mkdtemp(join(tmpdir(), "ccx-terminal-"));
  const clock = createShiftedClock(LECTURE_START - 60 * MINUTE_MS);
  const port = await freePort();
  const relay = await startRelay(() => port);
  const app = await runApp({ clock, port, env: { PUBLIC_URL: relay.url, ...(await envIn(folder)) } });
  await importRegions(app.operator);
  return {
    folder,
    clock,
    app,
    relay,
    broadcastId: await scheduleLecture(app.operator, filmSeconds),
    async close() {
      await app.close();
      await relay.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** By page: what was said in it, for whoever reads of a failure. */
const said = new WeakMap<Page, string[]>();

/**
 * The video terminal's page in a kiosk; what it keeps is in a profile inside `folder`.
 * @param complaints gets what the browser complains of, such as the content security policy
 */
export async function openKiosk(
  url: string,
  folder: string,
  complaints: string[],
): Promise<[BrowserContext, Page]> {
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    ...CHROMIUM,
    args: [...CHROMIUM.args, "--autoplay-policy=no-user-gesture-required"],
    viewport: { width: 1366, height: 768 },
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const lines: string[] = [];
  said.set(page, lines);
  const hear = (type: string, text: string) => {
    lines.push(`${new Date().toISOString()} ${type} ${text}`);
    if (type === "error") complaints.push(text);
  };
  page.on("console", (message) => hear(message.type(), message.text()));
  page.on("pageerror", ({ message }) => hear("error", message));
  page.on("crash", () => hear("error", "the page crashed"));
  await page.goto(`${url}/terminal/`);
  return [context, page];
}

/** A new terminal of the village. */
export async function newTerminal({ operator }: RunningApp): Promise<{ id: string; code: string }> {
  const { id } = await operator.post<{ id: string }>("/devices", { regionCode: VILLAGE, kind: "terminal" });
  const { code } = await operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
  return { id, code };
}

/** How far the picture is ahead of what the server's clock says is due, ms; `null` while none is shown. */
export async function aheadOf(page: Page, clock: Clock, startAt: number): Promise<number | null> {
  const shown = await page.evaluate<{ at: number; positionMs: number } | null>(`{
    const video = document.querySelector("video.shown");
    video && { at: performance.timeOrigin + performance.now(), positionMs: video.currentTime * 1000 };
  }`);
  return shown && shown.positionMs - (shown.at + clock.now() - Date.now() - startAt);
}

/** Writes what was said in a kiosk, and what its elements do. */
export async function tellOf(page: Page | undefined): Promise<void> {
  if (!page) return;
  process.stderr.write([...(said.get(page) ?? []), ""].join("\n"));
  const state = await page.evaluate<object>(`({
    elements: [...document.querySelectorAll("video, audio")].map((element) => ({
      id: element.id,
      class: element.className,
      currentTime: element.currentTime,
      readyState: element.readyState,
      paused: element.paused,
      seeking: element.seeking,
      ended: element.ended,
      width: element.videoWidth,
      error: element.error?.message,
    })),
    text: document.body.innerText,
  })`);
  process.stderr.write(`${inspect(state)}\n`);
}
