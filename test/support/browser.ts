import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export type { Page } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";
/** No sandbox inside containers, and nothing of what a browser asks the internet of its own accord. */
export const ARGS = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ARGS });

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
  await page.getByRole("link", { name: "栏目", exact: true }).click();
  return page;
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
