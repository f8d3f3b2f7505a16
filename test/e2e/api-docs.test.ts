import { expect, test } from "vitest";
import { runApp } from "../support/app.ts";
import { launchChromium } from "../support/browser.ts";

test("the pages of the API work under a policy that names no other host", async () => {
  const app = await runApp();
  const browser = await launchChromium();
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const answer = await page.goto(`${app.url}/api/docs`);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toMatch(/^default-src 'none';.*script-src 'self';/);
  expect(policy).not.toMatch(/https?:|\*|validator|unsafe/);
  await page.getByText("Alive", { exact: true }).click({ timeout: 90_000 });
  await page.getByRole("button", { name: "Try it out" }).first().click();
  await page.getByRole("button", { name: "Execute" }).first().click();
  await page.getByText("Server response").waitFor();
  expect(complaints).toEqual([]);
  expect(asked.filter((url) => !url.startsWith(app.url) && !url.startsWith("data:"))).toEqual([]);
  await browser.close();
  await app.close();
}, 120_000);
