import { join } from "node:path";
import Sqlite from "better-sqlite3";
import ICAL from "ical.js";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunningApp } from "../support/app.ts";
import type { BroadcastView } from "../support/county.ts";
import { COUNTY, createTestClock, FAR_VILLAGE, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { openTimetable, type Timetable } from "../support/timetable.ts";

const clock = createTestClock(Date.parse("2026-11-30T20:00:00+08:00"));
let app: RunningApp;
let timetable: Timetable;
const open: string[] = [];
beforeAll(async () => {
  timetable = await openTimetable({ clock, episodes: [41] });
  ({ app } = timetable);
});
afterEach(async () => {
  for (const id of open.splice(0)) await app.operator.post(`/schedules/${id}/end`);
});
afterAll(() => timetable.close());

async function created(more: object = {}): Promise<string> {
  const id = await timetable.schedule(more);
  open.push(id);
  return id;
}
const changed = (id: string, more: object = {}) => timetable.change(id, more);

const feed = (region: string, headers: Record<string, string> = app.operator.credentials) =>
  fetch(`${app.url}/api/v1/regions/${region}/calendar.ics`, { headers });
interface Seen {
  start: string;
  minutes: number;
  status: string;
  sequence: number;
  summary: string;
  description: string;
}
/** The events of one schedule in a region's calendar, by the slot that their UID names. */
async function seen(region: string, scheduleId: string): Promise<Record<string, Seen>> {
  const answer = await feed(region);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
  const events = new ICAL.Component(ICAL.parse(await answer.text())).getAllSubcomponents("vevent");
  return Object.fromEntries(
    events
      .map((each) => ({ each, event: new ICAL.Event(each) }))
      .filter(({ event }) => event.uid.startsWith(scheduleId))
      .map(({ each, event }) => [
        event.uid.slice(37, 50),
        {
          start: event.startDate.toJSDate().toISOString(),
          minutes: event.duration.toSeconds() / 60,
          status: String(each.getFirstPropertyValue("status")),
          sequence: event.sequence,
          summary: event.summary,
          description: event.description,
        },
      ]),
  );
}

test("the planned dates, in UTC, with what plays; those without content are tentative", async () => {
  const id = await created();
  expect(await seen(VILLAGE, id)).toMatchObject({
    "20261201T0800": {
      start: "2026-12-01T00:00:00.000Z",
      minutes: 1,
      status: "CONFIRMED",
      summary: "党建之声：第41期",
    },
    "20261215T0800": { start: "2026-12-15T00:00:00.000Z", status: "TENTATIVE", summary: "党建之声" },
    "20270101T0800": { start: "2027-01-01T00:00:00.000Z", status: "TENTATIVE" },
  });
});

test("a schedule in another zone keeps its own wall clock", async () => {
  const id = await created({
    zone: "Europe/Berlin",
    class: "announcement",
    rule: { dates: ["2026-12-02"], times: ["08:00"] },
    extraDates: [{ date: "2026-12-05", time: "09:30", reason: "补播" }],
  });
  expect(await seen(COUNTY, id)).toMatchObject({
    "20261202T0800": { start: "2026-12-02T07:00:00.000Z" },
    "20261205T0930": { start: "2026-12-05T08:30:00.000Z" },
  });
});

test("moved, skipped, planned again: one UID, a growing SEQUENCE, and CANCELLED with the reason", async () => {
  const id = await created();
  const first = await seen(TOWN, id);
  const reason = "停电";

  await changed(id, {
    exceptions: [{ date: "2026-12-15", moveTo: { date: "2026-12-16", time: "09:30" }, reason }],
  });
  const moved = await seen(TOWN, id);
  expect(Object.keys(moved)).toEqual(expect.arrayContaining(Object.keys(first)));
  expect(Object.keys(moved)).toHaveLength(Object.keys(first).length);
  expect(moved["20261215T0800"]?.start).toBe("2026-12-16T01:30:00.000Z");
  expect(moved["20261215T0800"]?.sequence).toBeGreaterThan(first["20261215T0800"]?.sequence ?? 0);
  expect(moved["20270101T0800"]).toEqual(first["20270101T0800"]);

  await changed(id, { exceptions: [{ date: "2026-12-15", skip: true, reason }] });
  const skipped = await seen(TOWN, id);
  expect(skipped["20261215T0800"]).toMatchObject({
    status: "CANCELLED",
    description: expect.stringContaining(reason),
  });
  expect(skipped["20261215T0800"]?.sequence).toBeGreaterThan(moved["20261215T0800"]?.sequence ?? 0);

  await changed(id);
  const back = await seen(TOWN, id);
  expect(back["20261215T0800"]).toMatchObject({ start: "2026-12-15T00:00:00.000Z", status: "TENTATIVE" });
  expect(back["20261215T0800"]?.sequence).toBeGreaterThan(skipped["20261215T0800"]?.sequence ?? 0);
});

test("a broadcast that somebody stops, and all of a schedule that ends, are cancelled", async () => {
  const id = await created();
  const { items } = await app.operator.get<{ items: BroadcastView[] }>(`/broadcasts?scheduleId=${id}`);
  await app.operator.post(`/broadcasts/${items[0]?.id}/stop`, { reason: "会议" });
  const stopped = await seen(COUNTY, id);
  expect(stopped["20261201T0800"]).toMatchObject({
    status: "CANCELLED",
    description: expect.stringContaining("会议"),
  });
  expect(stopped["20261215T0800"]?.status).not.toBe("CANCELLED");
  await app.operator.post(`/schedules/${id}/end`);
  const ended = Object.values(await seen(COUNTY, id));
  expect(ended.map(({ status }) => status)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
});

test("an area sees what is for it, for what encloses it and for its parts; what left it is cancelled there", async () => {
  const id = await created({ targets: { regions: [TOWN], kinds: ["loudspeaker"] } });
  const slots = async (region: string) =>
    Object.entries(await seen(region, id)).map(([slot, { status }]) => [slot, status]);
  expect(await slots(VILLAGE)).toHaveLength(3);
  expect(await slots(COUNTY)).toHaveLength(3);
  expect(await slots(FAR_VILLAGE)).toEqual([]);
  const before = await seen(VILLAGE, id);
  await changed(id, { targets: { regions: [OTHER_TOWN], kinds: ["loudspeaker"] } });
  const after = await seen(VILLAGE, id);
  expect(Object.values(after).map(({ status }) => status)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
  for (const [slot, { sequence }] of Object.entries(after))
    expect(sequence).toBeGreaterThan(before[slot]?.sequence ?? 0);
  expect(new Set((await slots(FAR_VILLAGE)).map(([, status]) => status))).not.toContain("CANCELLED");
});

test("a strong ETag: 304 while nothing changed, another one after a change", async () => {
  const id = await created();
  const etag = (await feed(TOWN)).headers.get("etag") ?? "";
  expect(etag).toMatch(/^"[\w-]+"$/);
  const again = await feed(TOWN, { ...app.operator.credentials, "if-none-match": etag });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  await changed(id, { exceptions: [{ date: "2026-12-15", skip: true, reason: "停电" }] });
  const fresh = await feed(TOWN, { ...app.operator.credentials, "if-none-match": etag });
  expect(fresh.status).toBe(200);
  expect(fresh.headers.get("etag")).not.toBe(etag);
});

test("a stranger reads no calendar, and one of nowhere is not found", async () => {
  expect((await feed(TOWN, {})).status).toBe(401);
  expect((await feed("370784000000")).status).toBe(404);
});

interface Link {
  id: string;
  url: string;
  lastUsedAt: string | null;
}
const newLink = () => app.operator.post<Link>(`/regions/${TOWN}/calendar-links`, { label: "值班手机" });

test("a link is read without a cookie, is shown once and stops working when it is revoked", async () => {
  const id = await created();
  const link = await newLink();
  const { host } = new URL(app.url);
  expect(link.url).toMatch(new RegExp(`^http://${host}/calendar\\.ics\\?token=[\\w-]{43}$`));
  const answer = await fetch(link.url);
  expect(answer.headers.get("set-cookie")).toBeNull();
  const etag = answer.headers.get("etag") ?? "";
  const text = await answer.text();
  expect(text).toBe(await (await feed(TOWN)).text());
  expect(text).toContain(id);
  expect((await fetch(link.url, { headers: { "if-none-match": etag } })).status).toBe(304);

  const token = new URL(link.url).searchParams.get("token") ?? "";
  const listed = await app.operator.get<{ items: Link[] }>("/calendar-links");
  expect(listed.items).toMatchObject([
    { id: link.id, regionCode: TOWN, label: "值班手机", createdBy: "admin", lastUsedAt: expect.any(String) },
  ]);
  expect(JSON.stringify(listed)).not.toContain(token);
  const stored = new Sqlite(join(app.folder, "data", "cuncunxiang.db"), { readonly: true });
  const rows = JSON.stringify(stored.prepare("SELECT * FROM calendar_links").all());
  stored.close();
  expect(rows).not.toContain(token);
  expect(JSON.stringify(app.log.entries)).not.toContain(token);

  await app.operator.remove(`/calendar-links/${link.id}`);
  expect((await fetch(link.url)).status).toBe(404);
  expect((await app.operator.get<{ items: Link[] }>("/calendar-links")).items).toEqual([]);
  await expect(app.operator.remove(`/calendar-links/${link.id}`)).rejects.toMatchObject({ status: 404 });
});

test("a link opens its calendar and nothing else; a made-up token opens nothing", async () => {
  const { url } = await newLink();
  const token = new URL(url).searchParams.get("token") ?? "";
  expect((await fetch(`${app.url}/api/v1/regions/${TOWN}/calendar.ics?token=${token}`)).status).toBe(401);
  expect((await fetch(`${app.url}/api/v1/broadcasts?token=${token}`)).status).toBe(401);
  const { status } = await fetch(`${app.url}/calendar.ics?token=${"A".repeat(43)}`);
  expect(status).toBe(404);
  // Guessing is limited like everything else that a stranger may ask.
  expect((await fetch(`${app.url}/calendar.ics?token=x`)).headers.has("x-ratelimit-limit")).toBe(true);
  const unguarded = await fetch(`${app.url}/api/v1/regions/${TOWN}/calendar-links`, {
    method: "POST",
    headers: { cookie: app.operator.credentials["cookie"] ?? "", "content-type": "application/json" },
    body: JSON.stringify({ label: "x" }),
  });
  expect(unguarded.status).toBe(403);
});
