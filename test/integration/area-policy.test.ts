import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import type { Command, Playlist } from "../../src/protocol/messages.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import type { RunningApp } from "../support/app.ts";
import { approvedEpisode, type BroadcastView, makeTone } from "../support/county.ts";
import {
  COUNTY,
  createTestClock,
  FAR_VILLAGE,
  NEIGHBOUR,
  OTHER_TOWN,
  TOWN,
  VILLAGE,
} from "../support/fleet.ts";
import { enrolListener, type Listener, openTimetable, type Timetable } from "../support/timetable.ts";

interface AreaPolicyView {
  own: object | null;
  version: number;
  effective: Playlist["policy"];
  origins: object;
}

// A Monday.
const clock = createTestClock(Date.parse("2026-11-30T08:00:00+08:00"));
const noon = { from: "12:00", to: "14:00" };
const night = { from: "22:00", to: "06:00" };
let app: RunningApp;
let timetable: Timetable;
let near: Listener;
let neighbour: Listener;
let far: Listener;

beforeAll(async () => {
  timetable = await openTimetable({ clock, episodes: [41] });
  ({ app } = timetable);
  near = await enrolListener(app, VILLAGE);
  neighbour = await enrolListener(app, NEIGHBOUR);
  far = await enrolListener(app, FAR_VILLAGE);
});
afterAll(async () => {
  for (const { client } of [near, neighbour, far]) await client.end();
  await timetable.close();
});

const put = (code: string, own: object, query = "") =>
  app.operator.put<AreaPolicyView>(`/regions/${code}/policy${query}`, own);
const take = (code: string, query = "") =>
  app.operator.remove<AreaPolicyView>(`/regions/${code}/policy${query}`);
const read = (code: string) => app.operator.get<AreaPolicyView>(`/regions/${code}/policy`);

async function playlistOf({ token, keys }: Listener): Promise<Playlist> {
  const answer = await fetch(`${app.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${token}`, accept: "application/jose" },
  });
  return createVerifier(keys)("playlist", await answer.text());
}

test("what areas add reaches the signed playlist of what lies below, and of nobody else", async () => {
  await put(TOWN, { quietHours: [noon], maxVolume: 70, weeklyMinutesCap: 200 });
  await put(VILLAGE, { dailyMinutesCap: 30 });
  expect((await playlistOf(near)).policy).toEqual({
    zone: "Asia/Shanghai",
    quietHours: [night, noon],
    maxVolume: 70,
    dailyMinutesCap: 30,
    weeklyMinutesCap: 200,
  });
  expect((await playlistOf(neighbour)).policy).not.toHaveProperty("dailyMinutesCap");
  expect((await playlistOf(far)).policy).toEqual({
    zone: "Asia/Shanghai",
    quietHours: [night],
    maxVolume: 100,
  });
  expect(await read(VILLAGE)).toMatchObject({
    own: { dailyMinutesCap: 30 },
    version: 1,
    origins: {
      quietHours: [
        { ...night, regionCode: null },
        { ...noon, regionCode: TOWN },
      ],
      maxVolume: { value: 70, regionCode: TOWN },
      dailyMinutesCap: { value: 30, regionCode: VILLAGE },
    },
  });
});

test("what is to be louder than an area allows is listed no louder there", async () => {
  const rule = { dates: ["2026-12-03"], times: ["09:00"] };
  const scheduleId = await timetable.schedule({ rule, volume: 90 });
  const { id } = await timetable.broadcastOf(scheduleId);
  const volumeFor = async (listener: Listener) =>
    (await playlistOf(listener)).broadcasts.find((broadcast) => broadcast.id === id)?.volume;
  expect(await Promise.all([near, neighbour, far].map(volumeFor))).toEqual([70, 70, 90]);
  await app.operator.post(`/schedules/${scheduleId}/end`);
});

test("a looser limit is refused with what the parent has; so is an outdated version and an unknown region", async () => {
  await expect(put(VILLAGE, { maxVolume: 71 })).rejects.toMatchObject({
    status: 422,
    problem: {
      errors: [{ at: "/maxVolume", message: expect.stringContaining(`${TOWN} allows at most 70`) }],
    },
  });
  await expect(put(VILLAGE, { maxVolume: 60 }, "?ifVersion=0")).rejects.toMatchObject({
    status: 409,
    problem: { type: "urn:ccx:problem:changed-meanwhile" },
  });
  await expect(put("370783999000", {})).rejects.toMatchObject({ status: 404 });
  await expect(put(VILLAGE, { quietHours: [{ ...noon, dates: ["2027-02-30"] }] })).rejects.toMatchObject({
    problem: { errors: [{ at: "/quietHours/0/dates/0" }] },
  });
  expect((await read(VILLAGE)).version).toBe(1);
});

test("a change is one pointer to its area, and survives being taken back", async () => {
  for (const { client } of [near, far]) client.heard.length = 0;
  expect(await take(VILLAGE, "?ifVersion=1")).toMatchObject({ own: null, version: 2 });
  const pointers = () => near.client.heard.filter(({ topic }) => topic.endsWith("/playlist"));
  await until(() => pointers().length > 0, { what: "the pointer" });
  await put(TOWN, { quietHours: [noon] });
  await until(() => pointers().length > 1, { what: "the town's pointer" });
  expect(pointers().map(({ topic }) => topic)).toEqual([
    `ccx/v1/area/${VILLAGE}/playlist`,
    `ccx/v1/area/${TOWN}/playlist`,
  ]);
  expect(far.client.heard).toEqual([]);
});

const local = (at: number) => new Date(at + 8 * 60 * MINUTE_MS).toISOString();
const scheduledAt = (time: string, regions: string[], more: object = {}): Promise<string> =>
  timetable.schedule(
    {
      name: `播 ${time} ${regions.join()}`,
      rule: { dates: [local(clock.now()).slice(0, 10)], times: [time] },
      targets: { regions, kinds: ["loudspeaker"] },
      content: { policy: "latest-approved" },
      lateness: "skip",
      ...more,
    },
    "?acceptConflicts=rest",
  );
const broadcastOf = (scheduleId: string) => timetable.broadcastOf(scheduleId);
const view = (id: string) => app.operator.get<BroadcastView>(`/broadcasts/${id}`);
/** The broadcasts that a device was commanded to play. */
const commanded = ({ client }: Listener) =>
  client.heard.flatMap(({ topic, text }) => {
    if (!topic.endsWith("/command")) return [];
    const { body } = JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()) as Command;
    return "broadcastId" in body ? [body.broadcastId] : [];
  });

test("what begins in a village's rest is not in its playlist, not expected of it, and not commanded", async () => {
  const noonId = await scheduledAt("12:30", [COUNTY], { class: "announcement" });
  const dailyId = await scheduledAt("12:40", [COUNTY]);
  const [notice, daily] = [await broadcastOf(noonId), await broadcastOf(dailyId)];
  const idsOf = async (device: Listener) => (await playlistOf(device)).broadcasts.map(({ id }) => id);
  expect(await idsOf(near)).toContain(notice.id);
  expect(await idsOf(near)).not.toContain(daily.id);
  expect(await idsOf(far)).toContain(daily.id);
  const why = (region: string) =>
    app.operator.get<{ verdict: object }>(`/broadcasts/why?region=${region}&at=2026-11-30T12:40&within=5`);
  expect((await why(VILLAGE)).verdict).toMatchObject({ code: "quiet-there" });
  expect((await why(FAR_VILLAGE)).verdict).toMatchObject({ code: "not-yet" });
  clock.advance(Date.parse("2026-11-30T12:31:00+08:00") - clock.now());
  await until(async () => (await broadcastOf(dailyId)).state === "frozen", {
    what: "the freeze",
    timeoutMs: 30_000,
  });
  const frozen = await broadcastOf(dailyId);
  expect(frozen.devices.items.map(({ deviceId }) => deviceId)).toEqual([far.identity.id]);
  await until(() => commanded(far).includes(daily.id), { what: "the command elsewhere" });
  expect(commanded(near)).not.toContain(daily.id);
});

test("a schedule for that town alone is refused; one that was there is planned as silent, until the rest is gone", async () => {
  await expect(scheduledAt("13:00", [TOWN])).rejects.toMatchObject({
    status: 422,
    problem: { detail: expect.stringContaining("quiet hours 12:00–14:00") },
  });
  const id = await scheduledAt("17:00", [OTHER_TOWN]);
  expect((await broadcastOf(id)).state).toBe("ready");
  await put(OTHER_TOWN, { quietHours: [{ from: "16:30", to: "17:30" }] });
  expect(await broadcastOf(id)).toMatchObject({
    state: "planned",
    reason: "inside the quiet hours 16:30–17:30",
  });
  await take(OTHER_TOWN);
  expect((await broadcastOf(id)).state).toBe("ready");
});

test("what does not fit into a village's minutes is left out there: playlist, preview, reason, command and proof agree", async () => {
  const long = await approvedEpisode(app.operator, 44, makeTone(join(app.folder, "long.wav"), 40));
  await put(VILLAGE, { dailyMinutesCap: 1 });
  const content = { policy: "item", contentId: long.id };
  const low = await broadcastOf(await scheduledAt("15:00", [COUNTY], { content }));
  const highSchedule = await scheduledAt("15:30", [COUNTY], { content, priority: 60 });
  const high = await broadcastOf(highSchedule);
  const notice = await broadcastOf(
    await scheduledAt("15:10", [COUNTY], { content, class: "announcement", priority: 1 }),
  );
  const own = [low.id, notice.id, high.id];
  const listed = async (device: Listener) =>
    (await playlistOf(device)).broadcasts.map(({ id }) => id).filter((id) => own.includes(id));
  expect(await listed(near)).toEqual([notice.id, high.id]);
  expect(await listed(far)).toEqual(own);

  type Preview = {
    entries: { id: string }[];
    dates: { broadcastId: string; verdict: { code: string; text: string } }[];
  };
  const day = "from=2026-11-30T14:50&until=2026-11-30T16:00";
  const preview = await app.operator.get<Preview>(`/devices/${near.identity.id}/playlist-preview?${day}`);
  expect(preview.entries.map(({ id }) => id)).toEqual([notice.id, high.id]);
  const over = {
    code: "over-minutes",
    text: "What comes before it has the 1 min a day that are allowed there.",
  };
  expect(preview.dates.find(({ broadcastId }) => broadcastId === low.id)?.verdict).toEqual(over);
  const whyAtThree = async (where: string) =>
    (await app.operator.get<{ verdict: object }>(`/broadcasts/why?${where}&at=2026-11-30T15:00&within=5`))
      .verdict;
  expect(await whyAtThree(`device=${near.identity.id}`)).toEqual(over);
  expect(await whyAtThree(`region=${VILLAGE}`)).toEqual(over);
  expect(await whyAtThree(`region=${NEIGHBOUR}`)).toMatchObject({ code: "not-yet" });

  clock.advance(Date.parse("2026-11-30T14:51:00+08:00") - clock.now());
  await until(async () => (await view(low.id)).state === "frozen", { what: "the freeze", timeoutMs: 30_000 });
  const told = (await view(low.id)).devices.items.map(({ deviceId }) => deviceId);
  expect(told.toSorted()).toEqual([neighbour.identity.id, far.identity.id].toSorted());
  await until(() => commanded(far).includes(low.id), { what: "the command elsewhere" });
  expect(commanded(near)).not.toContain(low.id);
  await until(() => commanded(neighbour).includes(low.id), { what: "the command next door" });

  // What it lost to is called off before its own freeze.
  await app.operator.post(`/schedules/${highSchedule}/end`);
  expect(await listed(near)).toEqual([low.id, notice.id]);
  await take(VILLAGE);
});
