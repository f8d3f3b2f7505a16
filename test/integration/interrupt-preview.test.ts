import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, toIso } from "../../src/clock.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import {
  COUNTY,
  createTestClock,
  FAR_VILLAGE,
  NEIGHBOUR,
  OTHER_TOWN,
  TOWN,
  VILLAGE,
} from "../support/fleet.ts";
import { secondPerson } from "../support/second-person.ts";
import { until } from "../support/until.ts";

interface Preview {
  startAt: string;
  endsAt: string;
  devices: { total: number; online: number; byKind: { kind: string; devices: number }[] };
  areas: { code: string; name: string; devices: number }[];
  own: { code: string; devices: number }[];
  meets: { broadcast: { id: string }; devices: number; fates: { code: string; devices: number }[] }[];
}

const clock = createTestClock(Date.parse("2026-12-02T09:00:00+08:00"));
let app: RunningApp;
let online: DeviceClient;
beforeAll(async () => {
  app = await runApp({ clock });
  await importRegions(app.operator);
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  await enrolDevice(app.operator, app.url, NEIGHBOUR);
  await enrolDevice(app.operator, app.url, FAR_VILLAGE, "terminal");
  online = await connectDevice(app.brokerUrl, near);
  const present = { online: true, bootId: "boot-1", at: clock.now(), software: "1" };
  await online.publish(uplinkTopic(near.identity.id, "presence"), JSON.stringify(present), true);
  await until(async () => (await preview()).devices.online === 1, { what: "the presence" });
});
afterAll(async () => {
  await online.end();
  await app.close();
});

const preview = (changes: object = {}) =>
  app.operator.post<Preview>("/interrupts/preview", {
    class: "announcement",
    title: "停水通知",
    targets: { regions: [COUNTY], kinds: ["loudspeaker", "terminal"] },
    durationMs: MINUTE_MS,
    ...changes,
  });
const inAnHour = () => toIso(clock.now() + HOUR_MS);

async function announced(changes: object): Promise<string> {
  const { id } = await app.operator.post<{ id: string }>("/announcements", {
    title: "选种培训",
    class: "announcement",
    source: { text: "选种培训。" },
    targets: { regions: [TOWN], kinds: ["loudspeaker"] },
    ...changes,
  });
  await until(
    async () => (await app.operator.get<{ state: string }>(`/broadcasts/${id}`)).state === "ready",
    {
      what: "the announcement",
      timeoutMs: 30_000,
    },
  );
  return id;
}

test("who would hear it: by kind and area, those that are connected, and where there is nobody", async () => {
  const all = await preview();
  expect(all.devices).toEqual({
    total: 3,
    online: 1,
    byKind: [
      { kind: "loudspeaker", devices: 2 },
      { kind: "terminal", devices: 1 },
    ],
  });
  const targets = { regions: [TOWN, OTHER_TOWN], kinds: ["loudspeaker"], exclude: [NEIGHBOUR] };
  const some = await preview({ targets });
  expect(some.devices).toMatchObject({ total: 1, online: 1 });
  expect(some.areas).toEqual([
    { code: TOWN, name: "稻田镇", devices: 1 },
    { code: OTHER_TOWN, name: "侯镇", devices: 0 },
  ]);
  expect(some).toMatchObject({ own: [], meets: [], endsAt: toIso(Date.parse(some.startAt) + MINUTE_MS) });
});

test("what it meets: the earlier keeps the air within a class, a higher class takes it, silence takes it from nobody", async () => {
  const startAt = inAnHour();
  const id = await announced({ startAt, repeat: 10 });
  const soon = toIso(Date.parse(startAt) + 2_000);
  const meets = (changes: object) => preview({ startAt: soon, ...changes });

  const same = await meets({});
  expect(same.meets).toMatchObject([{ broadcast: { id }, devices: 2, fates: [] }]);
  expect(same.own).toEqual([{ code: "waits", devices: 2 }]);

  const higher = await meets({ class: "drill" });
  expect(higher.meets).toMatchObject([{ broadcast: { id }, fates: [{ code: "interrupted", devices: 2 }] }]);
  expect(higher.own).toEqual([]);

  const silent = await meets({ class: "drill", silent: true });
  expect(silent.meets).toMatchObject([{ broadcast: { id }, fates: [] }]);
  expect(silent.own).toEqual([{ code: "waits", devices: 2 }]);

  const before = await preview({ durationMs: 2 * HOUR_MS });
  expect(before.meets).toMatchObject([{ broadcast: { id }, fates: [{ code: "lost", devices: 2 }] }]);
  const elsewhere = await meets({ targets: { regions: [OTHER_TOWN], kinds: ["terminal"] } });
  expect(elsewhere.meets).toEqual([]);
});

test("a standing emergency has the air until its end, whatever its text lasts", async () => {
  const deputy = await secondPerson(app);
  const { id } = await app.operator.post<{ id: string }>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source: { text: "请转移。" },
    areas: [VILLAGE],
    until: toIso(clock.now() + HOUR_MS),
  });
  await deputy.post(`/emergencies/${id}/confirm`);
  await until(
    async () => (await app.operator.get<{ state: string }>(`/emergencies/${id}`)).state === "active",
    {
      what: "the emergency",
      timeoutMs: 30_000,
    },
  );
  clock.advance(10 * MINUTE_MS);
  const { own, meets } = await preview();
  expect(own).toEqual([{ code: "lost", devices: 1 }]);
  expect(meets).toMatchObject([{ broadcast: { id }, devices: 1, fates: [] }]);

  const another = await preview({ class: "emergency", standing: true, durationMs: 30 * MINUTE_MS });
  expect(another.meets.map(({ broadcast }) => broadcast.id)).toContain(id);
});

test.each([
  ["an unknown region", { targets: { regions: ["370783199000"], kinds: ["loudspeaker"] } }, 404],
  ["a start that is none", { startAt: "tomorrow" }, 422],
  ["more than a day", { durationMs: 25 * HOUR_MS }, 422],
])("refuses %s", async (_what, changes, status) => {
  await expect(preview(changes)).rejects.toMatchObject({ status });
});
