import ICAL from "ical.js";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import type { Command, Playlist } from "../../src/protocol/messages.ts";
import type { ScheduleFile } from "../../src/schedules/schedule.ts";
import type { RunningApp } from "../support/app.ts";
import type { BroadcastView } from "../support/county.ts";
import {
  COUNTY,
  createTestClock,
  FAR_VILLAGE,
  type Member,
  NEIGHBOUR,
  OTHER_TOWN,
  TOWN,
  VILLAGE,
} from "../support/fleet.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";
import {
  comesBack,
  enrolListener,
  type Listener,
  openTimetable,
  type Timetable,
} from "../support/timetable.ts";

const clock = createTestClock(Date.parse("2026-11-30T08:00:00+08:00"));
let app: RunningApp;
let timetable: Timetable;
/** By the name of their region. */
let near: Listener;
let neighbour: Listener;
let far: Listener;
let office: Listener;
const all = () => [near, neighbour, far, office];

beforeAll(async () => {
  timetable = await openTimetable({ clock, episodes: [41], isShipped: false });
  ({ app } = timetable);
  near = await enrolListener(app, VILLAGE);
  neighbour = await enrolListener(app, NEIGHBOUR);
  far = await enrolListener(app, FAR_VILLAGE);
  office = await enrolListener(app, TOWN);
});
afterAll(async () => {
  for (const { client } of all()) await client.end();
  await timetable.close();
});
/** Commands of the tests before: these devices acknowledge none, so each stop is repeated now and then. */
const earlier = new Set<string>();
beforeEach(() => {
  for (const listener of all()) {
    for (const { command } of commandsTo(listener)) earlier.add(command.id);
    listener.client.heard.length = 0;
  }
});

const definition = (targets: object) =>
  scheduleDefinition({
    name: `播 ${JSON.stringify(targets)}`,
    targets: { regions: [COUNTY], kinds: ["loudspeaker"], ...targets },
    content: { policy: "latest-approved" },
    lateness: "skip",
  });
/** A schedule that airs once, half an hour from now. */
async function scheduled(targets: object): Promise<string> {
  const air = new Date(clock.now() + 30 * MINUTE_MS + 8 * 60 * MINUTE_MS).toISOString();
  const rule = { dates: [air.slice(0, 10)], times: [air.slice(11, 16)] };
  return timetable.schedule({ ...definition(targets), rule });
}
const broadcastOf = (scheduleId: string) => timetable.broadcastOf(scheduleId);
async function frozen(scheduleId: string): Promise<BroadcastView> {
  clock.advance(21 * MINUTE_MS);
  await until(async () => (await broadcastOf(scheduleId)).state === "frozen", {
    what: "the freeze",
    timeoutMs: 30_000,
  });
  return broadcastOf(scheduleId);
}
const expectedIds = ({ devices }: BroadcastView) => devices.items.map(({ deviceId }) => deviceId).toSorted();
const idsOf = (...listeners: Listener[]) => listeners.map(({ identity }) => identity.id).toSorted();

async function playlistOf({ token }: Member): Promise<string[]> {
  const answer = await fetch(`${app.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
  });
  return ((await answer.json()) as Playlist).broadcasts.map(({ id }) => id);
}
async function inPlaylistsOf(broadcastId: string): Promise<string[]> {
  const having = await Promise.all(
    all().map(async (member) =>
      (await playlistOf(member)).includes(broadcastId) ? [member.identity.id] : [],
    ),
  );
  return having.flat().toSorted();
}

const LAST = "stop everything";
/** The commands that a device was sent, each once, with the scope whose topic they came by. */
function commandsTo({ client }: Listener) {
  const commands = client.heard
    .filter(({ topic }) => topic.endsWith("/command"))
    .map(({ topic, text }) => {
      const command = JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()) as Command;
      const isForAll = command.type === "stop" && "all" in command.body;
      return { command, told: isForAll ? LAST : `${command.type} ${topic.split("/").slice(2, 4).join("/")}` };
    });
  const isNew = ({ command: { id } }: { command: Command }, at: number) =>
    !earlier.has(id) && commands.findIndex(({ command }) => command.id === id) === at;
  return commands.filter(isNew);
}
const told = (listener: Listener) => commandsTo(listener).map((each) => each.told);
/** What is sent in order has come once something later has. */
async function allHeard(): Promise<void> {
  await app.operator.post("/stop");
  await until(() => all().every((each) => told(each).includes(LAST)), { what: "the last command" });
}

test("an exclusion: not in the playlist, not expected, and no command on any topic the device hears", async () => {
  const id = await scheduled({ exclude: [NEIGHBOUR] });
  const { id: broadcastId } = await broadcastOf(id);
  expect(await inPlaylistsOf(broadcastId)).toEqual(idsOf(near, far, office));
  expect(expectedIds(await frozen(id))).toEqual(idsOf(near, far, office));
  await allHeard();
  expect(told(neighbour)).toEqual([LAST]);
  expect(told(near)[0]).toBe(`play area/${VILLAGE}`);
  expect(told(far)[0]).toBe(`play area/${OTHER_TOWN}`);
  expect(told(office)[0]).toBe(`play device/${office.identity.id}`);
  // A smaller address does not make it a smaller authority's.
  expect(commandsTo(near)[0]?.command.authority).toBe("county");
  await app.operator.post(`/schedules/${id}/end`);
});

test("a stop goes to those who were told to play, and nobody else", async () => {
  const id = await scheduled({ exclude: [TOWN] });
  const { id: broadcastId } = await frozen(id);
  await app.operator.post(`/broadcasts/${broadcastId}/stop`);
  await allHeard();
  expect(told(far)).toEqual([`play area/${OTHER_TOWN}`, `stop area/${OTHER_TOWN}`, LAST]);
  for (const each of [near, neighbour, office]) expect(told(each)).toEqual([LAST]);
  await app.operator.post(`/schedules/${id}/end`);
});

const label = ({ identity }: Listener, labels: object) =>
  app.operator.patch<{ desired: object }>(`/devices/${identity.id}/twin`, labels, "*");

test("groups and tags: who has them, also later, and not any more once they are taken", async () => {
  expect(await label(near, { tags: ["文化广场", "学校"], groups: ["party-schools"] })).toMatchObject({
    desired: { tags: ["学校", "文化广场"].toSorted(), groups: ["party-schools"] },
  });
  await label(far, { groups: ["party-schools"] });
  for (const each of [near, far]) await comesBack(app, each, ["party-schools"]);
  const id = await scheduled({ groups: ["party-schools"], tags: ["学校"] });
  const { id: broadcastId } = await broadcastOf(id);
  expect(await inPlaylistsOf(broadcastId)).toEqual(idsOf(near));
  await label(far, { tags: ["学校"] });
  expect(await inPlaylistsOf(broadcastId)).toEqual(idsOf(near, far));

  // A device that is added inherits.
  const { id: newcomerId } = await app.operator.post<{ id: string }>("/devices", {
    regionCode: NEIGHBOUR,
    kind: "loudspeaker",
    groups: ["party-schools"],
    tags: ["学校"],
  });
  const { code } = await app.operator.post<{ code: string }>(`/devices/${newcomerId}/enrolment-code`, {});
  const enrolled = await fetch(`${app.url}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, hardwareId: "late", kind: "loudspeaker", model: "test", software: "1" }),
  });
  const { token } = (await enrolled.json()) as { token: string };
  expect(await playlistOf({ ...near, token })).toEqual([broadcastId]);

  expect(expectedIds(await frozen(id))).toEqual([...idsOf(near, far), newcomerId].toSorted());
  await until(() => [near, far].every((each) => told(each).length === 1));
  await label(far, { tags: [] });
  expect(await inPlaylistsOf(broadcastId)).toEqual(idsOf(near));
  await allHeard();
  const farId = far.identity.id;
  expect(told(far)).toEqual([`play device/${farId}`, `stop device/${farId}`, LAST]);
  expect(told(near)).toEqual([`play device/${near.identity.id}`, LAST]);
  for (const each of [neighbour, office]) expect(told(each)).toEqual([LAST]);
  await app.operator.post(`/schedules/${id}/end`);
});

test("a change of tags tells the device at once that its playlist is another", async () => {
  const etag = async () =>
    (
      await fetch(`${app.url}/device/v1/playlist`, {
        headers: { authorization: `Bearer ${office.token}` },
      })
    ).headers.get("etag");
  const before = await etag();
  await label(office, { tags: ["镇办"] });
  expect(await etag()).not.toBe(before);
  await until(() =>
    office.client.heard.some(({ topic }) => topic === `ccx/v1/device/${office.identity.id}/playlist`),
  );
  const between = await etag();
  await label(office, { tags: ["镇办"] });
  expect(await etag()).toBe(between);
});

test.each([
  ["an exclusion outside the regions", { regions: [TOWN], exclude: [OTHER_TOWN] }, "/targets/exclude/0"],
  ["an exclusion of all there is", { regions: [TOWN], exclude: [TOWN] }, "/targets/exclude"],
  ["an exclusion of nowhere", { exclude: ["370783999000"] }, "/targets/exclude/0"],
  ["a group that is no part of a topic", { groups: ["#"] }, "/targets/groups/0"],
])("%s is a clear problem", async (_what, targets, at) => {
  const posted = app.operator.post("/schedules", {
    programmeId: timetable.programme,
    ...definition(targets),
  });
  await expect(posted).rejects.toMatchObject({ status: 422, problem: { errors: [{ at }] } });
});

test("targets go from server to server with the schedule", async () => {
  const targets = { exclude: [NEIGHBOUR], groups: ["party-schools"], tags: ["学校"] };
  const { id } = await app.operator.post<{ id: string }>("/schedules", {
    programmeId: timetable.programme,
    ...definition(targets),
  });
  const { schedules } = await app.operator.get<ScheduleFile>("/schedules/export");
  expect(schedules.map((each) => each.targets)).toEqual([definition(targets).targets]);
  await app.operator.post(`/schedules/${id}/end`);
});

test("the calendar of an excluded region never has it, or has it cancelled once it was announced there", async () => {
  const { id } = await app.operator.post<{ id: string }>("/schedules", {
    programmeId: timetable.programme,
    ...definition({ exclude: [NEIGHBOUR] }),
  });
  const statuses = async (region: string) => {
    const answer = await fetch(`${app.url}/api/v1/regions/${region}/calendar.ics`, {
      headers: app.operator.credentials,
    });
    return new ICAL.Component(ICAL.parse(await answer.text()))
      .getAllSubcomponents("vevent")
      .filter((each) => String(each.getFirstPropertyValue("uid")).startsWith(id))
      .map((each) => String(each.getFirstPropertyValue("status")));
  };
  expect(await statuses(NEIGHBOUR)).toEqual([]);
  expect(await statuses(TOWN)).toHaveLength(3);
  expect(await statuses(VILLAGE)).not.toContain("CANCELLED");
  await app.operator.put(`/schedules/${id}`, definition({ exclude: [NEIGHBOUR, VILLAGE] }));
  expect(await statuses(NEIGHBOUR)).toEqual([]);
  expect(await statuses(VILLAGE)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
  await app.operator.put(`/schedules/${id}`, definition({}));
  expect(await statuses(NEIGHBOUR)).not.toContain("CANCELLED");
  expect(await statuses(NEIGHBOUR)).toHaveLength(3);
  await app.operator.post(`/schedules/${id}/end`);
});
