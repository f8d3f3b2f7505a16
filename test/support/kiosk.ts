import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { CHROMIUM } from "../../scripts/chromium.ts";
import type { Clock } from "../../src/clock.ts";
import type { RunningApp } from "./app.ts";
import type { Page } from "./browser.ts";
import { VILLAGE } from "./fleet.ts";

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
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  page.on("pageerror", ({ message }) => void complaints.push(message));
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
