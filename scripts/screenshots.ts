/**
 * Takes pictures of every page of the console into docs/screenshots/: in Chinese and in English on an office screen, and in
 * Chinese on a telephone. A server of its own with a sample county is started for it, and ended.
 *
 *   npm run screenshots [-- today devices]      only these pages
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "./chromium.ts";
import { signIn } from "./operator-client.ts";
import { type Running, start, startServer } from "./processes.ts";
import { makeSampleCounty, type SampleCounty } from "./sample-county.ts";

const OFFICE = { width: 1366, height: 768 };
const TELEPHONE = { width: 390, height: 844 };
const VIEWS = [
  { name: "zh", language: "zh", viewport: OFFICE },
  { name: "en", language: "en", viewport: OFFICE },
  { name: "zh-telephone", language: "zh", viewport: TELEPHONE },
];

const pagesOf = (places: SampleCounty["places"]): Record<string, string> => ({
  today: "#/today",
  broadcast: places.broadcast,
  calendar: "#/calendar",
  timeline: "#/calendar?view=timeline",
  schedules: "#/calendar/schedules",
  schedule: places.schedule,
  sharing: "#/calendar/sharing",
  programmes: places.programmes,
  episode: places.episode,
  reviews: "#/review",
  review: places.review,
  announcements: "#/announcements",
  emergencies: "#/announcements/emergencies",
  devices: "#/devices",
  device: places.device,
  outages: "#/devices/outages",
  quarantine: "#/devices/quarantine",
  software: "#/devices/software",
  people: "#/people",
  person: places.person,
  account: "#/account",
  audit: "#/audit",
  "report-broadcasts": "#/reports/broadcasts",
  "report-approvals": "#/reports/approvals",
  "report-proof": "#/reports/proof",
  "report-attendance": "#/reports/attendance",
  areas: "#/settings/areas",
  "programme-rules": "#/settings/programmes",
  profiles: "#/settings/profiles",
  keys: "#/settings/keys",
  broker: "#/settings/broker",
  backups: "#/settings/backups",
});

const target = fileURLToPath(new URL("../docs/screenshots/", import.meta.url));
const only = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "cuncunxiang-screenshots-"));
const processes: Running[] = [];

async function main(): Promise<void> {
  // What they are called does not depend on what is there.
  const names = ["sign-in", ...Object.keys(pagesOf({} as SampleCounty["places"]))];
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no page ${unknown.join(", ")}; there are ${names.join(", ")}.`);
  const server = await startServer(folder, { ENROLMENTS_PER_MINUTE: "10000" });
  processes.push(server);
  const password = await server.password;
  console.log("A sample county is made …");
  const operator = await signIn(server.url, "admin", password);
  const county = await makeSampleCounty(operator, folder);
  const codes = join(folder, "codes.txt");
  writeFileSync(codes, county.codes.slice(2).join("\n"));
  const simulator = ["devices/simulator/main.ts", "--server", server.url, "--codes", codes];
  processes.push(start(simulator, join(folder, "simulator.log")));
  await county.onAir();
  const browser = await chromium.launch(CHROMIUM);
  for (const view of VIEWS) await takeAll(browser, view, server.url, password, pagesOf(county.places));
  await browser.close();
}

async function takeAll(
  browser: Browser,
  { name, language, viewport }: (typeof VIEWS)[number],
  url: string,
  password: string,
  pages: Record<string, string>,
): Promise<void> {
  const context = await browser.newContext({
    locale: language === "zh" ? "zh-CN" : "en-GB",
    timezoneId: "Asia/Shanghai",
    viewport,
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  await context.addInitScript(`localStorage.setItem("ccx-language", "${language}")`);
  const page = await context.newPage();
  const into = join(target, name);
  mkdirSync(into, { recursive: true });
  const take = async (what: string) => {
    if (only.length > 0 && !only.includes(what)) return;
    await page.screenshot({ path: join(into, `${what}.png`), animations: "disabled" });
    console.log(`docs/screenshots/${name}/${what}.png`);
  };
  await page.goto(url);
  const form = page.getByRole("dialog");
  await form.locator("[name=password]").waitFor();
  // Nothing behind it is read before somebody is signed in.
  await take("sign-in");
  await form.locator("[name=name]").fill("admin");
  await form.locator("[name=password]").fill(password);
  await form.locator("[type=submit]").click();
  await page.locator("header .brand").waitFor();
  for (const [what, hash] of Object.entries(pages)) {
    await page.goto(`${url}/${hash}`);
    await settle(page);
    await take(what);
  }
  await context.close();
}

/** Until nothing is being loaded any more; what is live never ends. */
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  const busy = page.locator("[aria-busy=true], .ant-spin, .loading");
  do {
    await busy.first().waitFor({ state: "detached" });
    await page.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(done), 700))");
    // What has come may load more, as a chart its own script.
  } while ((await busy.count()) > 0);
}

try {
  await main();
} finally {
  await Promise.all(processes.toReversed().map((running) => running.end()));
  rmSync(folder, { recursive: true });
}
