import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "../../scripts/chromium.ts";

export type { Page } from "playwright-core";

/** Without a window and what belongs to one, as microphones and their permissions: that halves the work. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ ...CHROMIUM, executablePath: "/usr/bin/chromium-headless-shell" });

/** The console as somebody in an office has it open. */
export async function openConsole(
  context: BrowserContext,
  url: string,
  password: string,
  name = "admin",
): Promise<Page> {
  const page = await context.newPage();
  // It asks before an upload is left; whoever is here means it.
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto(url);
  await page.getByLabel("用户名").fill(name);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
  await choosePlace(page, "栏目");
  return page;
}

/** Goes to a page by the navigation; on a telephone that is in the menu. */
export async function choosePlace(page: Page, name: string, menu = "菜单"): Promise<void> {
  await page.locator("header .brand").waitFor();
  const button = page.getByRole("button", { name: menu, exact: true });
  if (await button.isVisible()) await button.click();
  await page.getByRole("link", { name, exact: true }).click();
}

/** A link of so many bytes a second upwards. */
export async function createLink(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  return (uploadThroughput: number) =>
    session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
}

/** What is asked for anew before somebody confirms something, or makes a token. @param proof a password, or a code */
export async function giveProof(page: Page, proof: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "请证明是您本人在操作" });
  await dialog.locator("input").fill(proof);
  await dialog.getByRole("button", { name: "继续" }).click();
}
