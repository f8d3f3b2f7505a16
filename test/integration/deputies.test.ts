import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type ReviewCase, sign } from "../../scripts/reviewers.ts";
import { DAY_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { makeEpisode, makeTone } from "../support/county.ts";
import { createTestClock, TOWN } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea, PASSWORD } from "../support/people.ts";

const clock = createTestClock(Date.parse("2026-12-01T20:00:00+08:00"));
let folder: string;
let app: RunningApp;
let away: Operator;
let standIn: Operator;
let content: string;

interface DeputyView {
  id: string;
  role: string;
  of: string;
  deputy: string;
  mine: boolean;
}
type Deputies = { items: DeputyView[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-deputies-"));
  app = await runApp({ clock });
  away = await newPerson(app, "初审甲", everywhere("reviewer-1"));
  standIn = await newPerson(app, "排期乙", everywhere("scheduler"));
  await newPerson(app, "审计", everywhere("auditor"));
  await newPerson(app, "镇街", ofArea(TOWN));
  const { id } = await makeEpisode(app.operator, 1, makeTone(join(folder, "tone.wav"), 2));
  content = `episodes/${id}`;
  await app.operator.post(`/${content}/submit`);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const span = { role: "reviewer-1", from: "2026-12-02", until: "2026-12-03" };
const later = async (days: number): Promise<void> => {
  clock.advance(days * DAY_MS);
  standIn = await signIn(app.url, "排期乙", PASSWORD);
};

test("a reviewer names who stands in, with the own role, for somebody who can, for days that there are", async () => {
  const refused = (by: Operator, body: object) =>
    by.post("/me/deputies", { ...span, deputy: "排期乙", ...body }).then(
      () => "taken",
      (error: Error) => error.message,
    );
  expect(await refused(standIn, {})).toMatch(/Your roles do not include this/);
  expect(await refused(away, { role: "reviewer-3" })).toMatch(/You do not hold the role reviewer-3 yourself/);
  expect(await refused(away, { deputy: "谁也不是" })).toMatch(/There is nobody called "谁也不是"/);
  expect(await refused(away, { deputy: "初审甲" })).toMatch(/Nobody stands in for themselves/);
  expect(await refused(away, { deputy: "审计" })).toMatch(/Only who does the county's work/);
  expect(await refused(away, { deputy: "镇街" })).toMatch(/Only who does the county's work/);
  expect(await refused(away, { until: "2026-12-01" })).toMatch(/It ends before it begins/);
  expect(await refused(away, { from: "2026-11-01", until: "2026-11-30" })).toMatch(/These days have passed/);
  expect(await refused(away, { until: "2027-02-30" })).toMatch(/There is no such day/);
  expect(await refused(away, { until: "2028-12-03" })).toMatch(/more than 366 days/);
  expect(await away.post<Deputies>("/me/deputies", { ...span, deputy: "排期乙" })).toMatchObject({
    items: [{ role: "reviewer-1", of: "初审甲", deputy: "排期乙", mine: true }],
  });
  expect(await standIn.get<Deputies>("/me/deputies")).toMatchObject({ items: [{ mine: false }] });
});

test("it holds on these days alone, for as long as the other one holds the role; the signature says for whom", async () => {
  const mayReview = async () => (await standIn.get<{ acts: string[] }>("/me")).acts.includes("content:sign");
  expect(await mayReview()).toBe(false);
  await expect(sign(standIn, content)).rejects.toMatchObject({ status: 403 });
  await later(1);
  expect(await mayReview()).toBe(true);
  expect(await standIn.get<{ items: object[] }>("/review-queue")).toMatchObject({
    items: [{ step: "first" }],
  });
  // Who stands in hands it on to nobody.
  await expect(
    standIn.post("/me/deputies", { ...span, until: "2026-12-09", deputy: "admin" }),
  ).rejects.toThrow(/You do not hold the role reviewer-1 yourself/);
  app.operator = await signIn(app.url, "admin", app.password);
  const { items: people } = await app.operator.get<{ items: { id: string; name: string }[] }>("/people");
  const id = people.find(({ name }) => name === "初审甲")?.id ?? "";
  const setRolesOf = (who: string, ...roles: Parameters<typeof everywhere>) =>
    app.operator.put(`/people/${who}/roles`, { roles: everywhere(...roles) });
  const setRoles = (...roles: Parameters<typeof everywhere>) => setRolesOf(id, ...roles);
  const standInId = people.find(({ name }) => name === "排期乙")?.id ?? "";
  await setRolesOf(standInId, "auditor");
  expect(await mayReview()).toBe(false);
  await setRolesOf(standInId, "scheduler");
  expect(await mayReview()).toBe(true);
  await setRoles("editor");
  expect(await mayReview()).toBe(false);
  await setRoles("reviewer-1", "reviewer-2");
  expect(await sign(standIn, content)).toMatchObject({
    review: { signatures: [{ step: "first", by: "排期乙", inPlaceOf: "初审甲" }] },
  });
  away = await signIn(app.url, "初审甲", PASSWORD);
  await expect(sign(away, content)).rejects.toThrow(
    /The first review of it was signed in your place already/,
  );
  const register = await fetch(`${app.url}/api/v1/registers/approvals?month=2026-12&format=csv`, {
    headers: app.operator.credentials,
  });
  expect(await register.text()).toContain("排期乙（代初审甲）");
  expect((await app.operator.get<ReviewCase>(`/${content}/review`)).review.next).toBe("second");
  await later(2);
  expect(await mayReview()).toBe(false);
});

test("who is away ends it at once, and nobody else does", async () => {
  app.operator = await signIn(app.url, "admin", app.password);
  away = await signIn(app.url, "初审甲", PASSWORD);
  const { items } = await away.post<Deputies>("/me/deputies", {
    role: "reviewer-1",
    from: "2026-12-04",
    until: "2026-12-20",
    deputy: "排期乙",
  });
  const [deputy] = items;
  const acts = async () => (await standIn.get<{ acts: string[] }>("/me")).acts;
  expect(await acts()).toContain("content:sign");
  await expect(standIn.remove(`/me/deputies/${deputy?.id}`)).rejects.toMatchObject({ status: 404 });
  expect(await away.remove<Deputies>(`/me/deputies/${deputy?.id}`)).toEqual({ items: [] });
  expect(await acts()).not.toContain("content:sign");
});

test("an administrator sees who stands in for whom, and ends it for either of the two", async () => {
  const today = new Date(clock.now()).toISOString().slice(0, 10);
  const administrator = await signIn(app.url, "admin", app.password);
  const { items } = await administrator.get<{ items: { id: string; name: string }[] }>("/people");
  const idOf = (name: string) => items.find((person) => person.name === name)?.id ?? "";
  away = await signIn(app.url, "初审甲", PASSWORD);
  const named = async () => {
    const span = { role: "reviewer-1", deputy: "排期乙", from: today, until: today };
    return (await away.post<Deputies>("/me/deputies", span)).items.at(-1)?.id ?? "";
  };
  const auditor = await signIn(app.url, "审计", PASSWORD);
  for (const [index, name] of ["初审甲", "排期乙"].entries()) {
    const id = await named();
    const of = `/people/${idOf(name)}/deputies`;
    expect((await auditor.get<Deputies>(of)).items).toMatchObject([
      { id, of: "初审甲", deputy: "排期乙", mine: index === 0 },
    ]);
    await expect(auditor.remove(`${of}/${id}`)).rejects.toMatchObject({ status: 403 });
    await expect(administrator.remove(`/people/${idOf("镇街")}/deputies/${id}`)).rejects.toMatchObject({
      status: 404,
    });
    expect(await administrator.remove(`${of}/${id}`)).toEqual({ items: [] });
    expect((await away.get<Deputies>("/me/deputies")).items).toEqual([]);
  }
});
