import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { DAY_MS, MINUTE_MS, toIso } from "../../src/clock.ts";
import type { PlaybackRecord, Playlist } from "../../src/protocol/messages.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import type { RunningApp } from "../support/app.ts";
import { enrolDevice } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
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
import { openTimetable, type Timetable } from "../support/timetable.ts";

interface Verdict {
  code: string;
  text: string;
}
interface RuleDate {
  schedule: string;
  date: string;
  time: string;
  startAt: string;
  broadcastId: string | null;
  isPlanned: boolean;
  verdict: Verdict;
}
interface Preview {
  entries: { id: string; title: string; startAt: string; isPlanned: boolean; items: object[] }[];
  dates: RuleDate[];
  truncated: boolean;
  notFor: { schedule: string; verdict: Verdict }[];
}
interface Why {
  verdict: Verdict;
  device: { wasOnline: boolean | null; clock: { offsetMs: number } | null } | null;
  due: {
    slot: RuleDate;
    state: string | null;
    verdict: Verdict;
    stopped: { by: string | null } | null;
    wasTold: boolean | null;
    commands: { type: string; answeredAt: string | null }[];
    records: { type: string }[];
    devices: { total: number; byCode: Record<string, number>; silent: { verdict: Verdict }[] } | null;
  }[];
}

const START = Date.parse("2026-11-30T20:00:00+08:00");
const clock = createTestClock(START);
let app: RunningApp;
let timetable: Timetable;
let near: Member;
let neighbour: Member;
let far: Member;
let client: DeviceClient;

beforeAll(async () => {
  timetable = await openTimetable({ clock, episodes: [41, 42], isShipped: false });
  ({ app } = timetable);
  near = await enrolDevice(app.operator, app.url, VILLAGE);
  neighbour = await enrolDevice(app.operator, app.url, NEIGHBOUR);
  far = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
  client = await connectDevice(app.brokerUrl, near);
});
afterAll(async () => {
  await client.end();
  await timetable.close();
});

const scheduled = (name: string, more: object = {}): Promise<string> =>
  timetable.schedule(
    { name, content: { policy: "latest-approved" }, lateness: "skip", ...more },
    "?acceptConflicts=test",
  );
const ended = (id: string) => app.operator.post(`/schedules/${id}/end`);

const previewOf = ({ identity }: Member, days = 35) =>
  app.operator.get<Preview>(
    `/devices/${identity.id}/playlist-preview?from=${toIso(clock.now())}&until=${toIso(clock.now() + days * DAY_MS)}`,
  );
async function playlistOf({ token }: Member) {
  const answer = await fetch(`${app.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
  });
  return ((await answer.json()) as Playlist).broadcasts;
}
/** As a preview shows it. */
const shown = ({ items, startAt, notAfter, ...entry }: Playlist["broadcasts"][number]) => ({
  ...entry,
  startAt: toIso(startAt),
  notAfter: toIso(notAfter),
  items: items.map(({ url: _, ...item }) => item),
  isPlanned: true,
});
const told = ({ dates }: Preview) =>
  dates.map(({ schedule, date, time, verdict }) => [schedule, `${date} ${time}`, verdict.code]);

test("a preview is the playlist itself, beyond what is planned a forecast, and says why a date is silent", async () => {
  const ids = [
    await scheduled("晨播", {
      exceptions: [
        { date: "2026-12-15", skip: true, reason: "停电" },
        { date: "2027-01-01", moveTo: { date: "2027-01-02", time: "09:00" }, reason: "元旦" },
      ],
    }),
    await scheduled("镇里通知", {
      rule: { dates: ["2026-12-01"], times: ["08:00"] },
      targets: { regions: [TOWN], kinds: ["loudspeaker"], exclude: [NEIGHBOUR] },
      class: "announcement",
    }),
    await scheduled("学校", {
      rule: { dates: ["2026-12-03"], times: ["12:00"] },
      targets: { regions: [COUNTY], kinds: ["loudspeaker"], groups: ["party-schools"] },
    }),
    await scheduled("大屏", {
      rule: { dates: ["2026-12-04"], times: ["12:00"] },
      targets: { regions: [COUNTY], kinds: ["terminal"] },
    }),
    await scheduled("待审", {
      rule: { dates: ["2026-12-05"], times: ["12:00"] },
      content: { policy: "next-approved", fromNumber: 50 },
    }),
  ];
  for (const member of [near, neighbour, far]) {
    const { entries } = await previewOf(member, 44);
    expect(entries.filter(({ isPlanned }) => isPlanned)).toEqual((await playlistOf(member)).map(shown));
    expect(entries.length).toBeGreaterThan(1);
  }
  expect(
    (await playlistOf(near))
      .slice(0, 2)
      .map(({ authority }) => authority)
      .toSorted(),
  ).toEqual(["county", "town"]);

  const preview = await previewOf(near, 60);
  expect(told(preview)).toEqual([
    ["晨播", "2026-12-01 08:00", "lost"],
    ["镇里通知", "2026-12-01 08:00", "plays"],
    ["待审", "2026-12-05 12:00", "nothing-approved"],
    ["晨播", "2026-12-15 08:00", "skipped"],
    ["晨播", "2027-01-01 08:00", "moved-away"],
    ["晨播", "2027-01-01 08:00", "moved"],
    ["晨播", "2027-01-15 08:00", "plays"],
  ]);
  const textOf = (code: string) => preview.dates.find(({ verdict }) => verdict.code === code)?.verdict.text;
  expect(textOf("lost")).toMatch(/announcement, of the town, priority 50\) has the air at that time/);
  expect(textOf("skipped")).toBe("It is skipped: 停电.");
  expect(textOf("moved-away")).toBe("It was moved to 2027-01-02 09:00: 元旦.");
  expect(preview.dates.at(-1)).toMatchObject({ isPlanned: false, broadcastId: null });
  expect(preview.entries.at(-1)).toMatchObject({ isPlanned: false, startAt: "2027-01-15T00:00:00.000Z" });
  expect(preview.notFor.map(({ schedule, verdict }) => [schedule, verdict.code])).toEqual([
    ["学校", "not-in-group"],
    ["大屏", "other-kind"],
  ]);

  // In the next village nothing outranks it.
  const other = await previewOf(neighbour);
  expect(told(other)[0]).toEqual(["晨播", "2026-12-01 08:00", "plays"]);
  expect(other.notFor).toContainEqual(
    expect.objectContaining({
      schedule: "镇里通知",
      verdict: { code: "excluded", text: "This area is left out of it." },
    }),
  );

  interface RegionPreview {
    kinds: (Preview & { kind: string })[];
    differing: { total: number; devices: { deviceId: string; more: string[]; fewer: string[] }[] };
  }
  const ofTown = await app.operator.get<RegionPreview>(`/regions/${TOWN}/preview?from=2026-11-30T20:00`);
  expect(ofTown.kinds.map(({ kind, entries }) => [kind, entries.length])).toEqual([
    ["loudspeaker", 3],
    ["terminal", 1],
  ]);
  const notice = preview.dates[1]?.broadcastId;
  expect(ofTown.differing).toEqual({
    total: 1,
    devices: [{ deviceId: neighbour.identity.id, regionCode: NEIGHBOUR, more: [], fewer: [notice] }],
  });
  for (const id of ids) await ended(id);
});

const whyOn = ({ identity }: Member, at: string) =>
  app.operator.get<Why>(`/broadcasts/why?device=${identity.id}&at=${encodeURIComponent(at)}`);
const whyIn = (region: string, at: string) =>
  app.operator.get<Why>(`/broadcasts/why?region=${region}&at=${at}`);

const bootId = "boot-1";
let seq = 0;
/** Sends records as the device in the village, together. */
async function reports(...said: Omit<PlaybackRecord, "seq" | "at">[]): Promise<void> {
  const records = said.map((record) => ({ seq: (seq += 1), at: clock.now(), ...record }));
  await client.publish(uplinkTopic(near.identity.id, "report"), JSON.stringify({ bootId, records }));
}
const broadcastOf = (scheduleId: string) => timetable.broadcastOf(scheduleId);
const becomes = (scheduleId: string, state: string) =>
  until(async () => (await broadcastOf(scheduleId)).state === state, { what: state, timeoutMs: 30_000 });

test("why: before it, at the freeze, by the device's own words after it, and by nobody's", async () => {
  const present = { online: true, bootId, at: clock.now(), software: "1" };
  await client.publish(uplinkTopic(near.identity.id, "presence"), JSON.stringify(present), true);
  await until(async () => (await whyOn(near, "2026-12-01T07:00")).device?.wasOnline === true);

  const id = await scheduled("晨播", { rule: { dates: ["2026-12-01"], times: ["08:00"] } });
  expect((await whyOn(near, "2026-12-01T07:45:00+08:00")).verdict).toEqual({
    code: "not-yet",
    text: "It has not begun: it stands on 2026-12-01 08:00. It plays as the rule says.",
  });
  expect((await whyOn(near, "2026-12-01T06:00")).verdict.code).toBe("not-planned");

  clock.advance(Date.parse("2026-12-01T07:55:00+08:00") - clock.now());
  await becomes(id, "frozen");
  expect((await whyOn(near, "2026-12-01T08:00")).due[0]).toMatchObject({ wasTold: true, state: "frozen" });
  const { id: broadcastId } = await broadcastOf(id);
  await reports({ type: "cached", broadcastId });
  clock.advance(5 * MINUTE_MS + 5_000);
  await becomes(id, "on_air");
  await until(async () => (await whyOn(near, "2026-12-01T08:00")).due[0]?.records.length === 1);
  expect((await whyOn(near, "2026-12-01T08:00")).verdict).toEqual({
    code: "no-record",
    text: "The device has reported no start; whether it played is not known. It had the media before.",
  });
  await reports({ type: "refused", broadcastId, reason: "quiet-hours" });
  await until(async () => (await whyOn(near, "2026-12-01T08:00")).verdict.code === "device-refused");
  await reports({ type: "started", broadcastId, latenessMs: 3 }, { type: "finished", broadcastId });
  await until(async () => (await whyOn(near, "2026-12-01T08:00")).verdict.code === "played");
  const why = await whyOn(near, "2026-12-01T08:00");
  expect(why.due[0]).toMatchObject({
    wasTold: true,
    commands: [{ type: "play", answeredAt: null }],
    records: [{ type: "cached" }, { type: "refused" }, { type: "started" }, { type: "finished" }],
  });
  expect(why.device).toMatchObject({ wasOnline: true, clock: null });

  expect((await whyOn(far, "2026-12-01T08:00")).verdict.code).toBe("no-record");
  const ofTown = await whyIn(TOWN, "2026-12-01T08:00");
  expect(ofTown.verdict).toEqual({
    code: "partly-played",
    text: "1 of 2 devices reported that they played it.",
  });
  expect(ofTown.due[0]?.devices).toMatchObject({ total: 2, byCode: { played: 1, "no-record": 1 } });
  expect((await whyIn(OTHER_TOWN, "2026-12-01T08:00")).verdict.code).toBe("no-record");
  await ended(id);
});

test("why: what was stopped, by whom; skipped, moved, never approved, taken back", async () => {
  const id = await scheduled("午间", {
    rule: { dates: ["2026-12-01", "2026-12-02", "2026-12-03"], times: ["12:00"] },
    exceptions: [
      { date: "2026-12-02", skip: true, reason: "停电" },
      { date: "2026-12-03", moveTo: { time: "15:00" }, reason: "赶集" },
    ],
  });
  const { id: broadcastId } = await broadcastOf(id);
  await app.operator.post(`/broadcasts/${broadcastId}/stop`, { reason: "念错了" });
  const stopped = await whyOn(near, "2026-12-01T12:00");
  expect(stopped.verdict.text).toMatch(
    /^It was stopped or called off: 念错了\. By admin, 2026-12-01 08:0\d\.$/,
  );
  expect(stopped.due[0]?.stopped?.by).toBe("admin");
  expect((await whyIn(VILLAGE, "2026-12-01T12:00")).verdict.code).toBe("stopped");
  const day = async (at: string) => (await whyOn(near, at)).verdict.code;
  expect([
    await day("2026-12-02T12:00"),
    await day("2026-12-03T12:00"),
    await day("2026-12-03T15:00"),
  ]).toEqual(["skipped", "moved-away", "not-yet"]);
  // The same of what is past.
  const empty = await scheduled("待审", {
    rule: { dates: ["2026-12-02"], times: ["18:00"] },
    content: { policy: "next-approved", fromNumber: 50 },
  });
  const gone = await scheduled("取消", { rule: { dates: ["2026-12-02"], times: ["09:00"] } });
  await ended(gone);
  clock.advance(Date.parse("2026-12-02T20:00:00+08:00") - clock.now());
  // A sign-in does not last that long.
  app.operator = await signIn(app.url, "admin", app.password);
  await becomes(empty, "missed");
  expect([
    await day("2026-12-02T12:00"),
    await day("2026-12-02T18:00"),
    await day("2026-12-02T09:00"),
    await day("2026-12-02T03:00"),
  ]).toEqual(["skipped", "nothing-approved", "withdrawn", "not-planned"]);
  expect((await whyOn(near, "2026-12-02T09:00")).verdict.text).toBe(
    "It was announced and taken back: it is on no timetable any more.",
  );
  await ended(id);
  await ended(empty);
});

test("a question that cannot be answered is a clear problem", async () => {
  const refused = async (path: string, at: string) =>
    expect(app.operator.get(path)).rejects.toMatchObject({ status: 422, problem: { errors: [{ at }] } });
  await refused("/broadcasts/why?at=2026-12-01T07:00", "device");
  await refused(`/broadcasts/why?region=${TOWN}&at=yesterday`, "at");
  await refused(`/broadcasts/why?region=${TOWN}&at=2026-02-30T07:00`, "at");
  await refused(`/regions/${TOWN}/preview?from=2026-12-02T07:00&until=2026-12-01T07:00`, "until");
  await refused(`/regions/${TOWN}/preview?from=2026-12-01T07:00&until=2027-12-01T07:00`, "until");
  await expect(app.operator.get("/regions/370783999000/preview")).rejects.toMatchObject({ status: 404 });
});
