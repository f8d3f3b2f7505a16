import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
const KINDS = ["unit", "contract", "integration", "e2e", "fault"];
const isTest = (name: string) => existsSync(new URL(`../${name}.test.ts`, import.meta.url));

/** The last cell of each row of the threats: names of tests, of which the later ones leave the folder out. */
const shownBy = page
  .slice(page.indexOf("| who |"), page.indexOf("Not defended against"))
  .split("\n")
  .slice(2)
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split(" | ").at(-1) ?? "");

test("every threat names what shows its defence, and every test that it names is there", () => {
  expect(shownBy.length).toBeGreaterThan(30);
  const missing: string[] = [];
  for (const cell of shownBy) {
    const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
    if (names.length === 0) missing.push(cell);
    for (const name of names) {
      if (/^npm run |\.(ts|json)$|^\.npmrc$/.test(name)) continue;
      const isThere = name.includes("/") ? isTest(name) : KINDS.some((kind) => isTest(`${kind}/${name}`));
      if (!isThere) missing.push(name);
    }
  }
  expect(missing).toEqual([]);
});
