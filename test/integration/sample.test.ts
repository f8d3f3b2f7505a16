import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operator } from "../../scripts/operator-client.ts";
import { HOUR_MS } from "../../src/clock.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import { sha256Hex } from "../../src/protocol/sha256.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type EpisodeView, enrolDevice, importRegions, makeTone, programmeId } from "../support/county.ts";
import { COUNTY, VILLAGE as REAL_VILLAGE } from "../support/fleet.ts";
import { everywhere, newPerson, ofArea } from "../support/people.ts";
import { scheduleDefinition } from "../support/schedule-definition.ts";

const SAMPLE = "990101000000";
const TOWN = "990101101000";
const VILLAGE = "990101101201";
const NO_SAMPLE = { sample: null, hindrance: null };
/** What a removal leaves: the log, what becomes garbage, and what goes on by itself. */
const LEFT =
  /^(audit_|sqlite_|asset|composition|rendition|jobs|library_|trash|outbox|sign_ins|clock_events|commands$)/;

let app: RunningApp;
let admin: Operator;
beforeAll(async () => {
  app = await runApp({ env: { ESPEAK_PATH: "/nowhere/espeak-ng" } });
  admin = app.operator;
});
afterAll(() => app.close());

/** Every row of every table but those. */
function rowsOf(): Record<string, unknown[]> {
  const db = openDatabaseReadOnly(`${app.folder}/data/cuncunxiang.db`);
  try {
    const tables = db
      .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all();
    const kept = tables.filter(({ name }) => !LEFT.test(name));
    return Object.fromEntries(kept.map(({ name }) => [name, db.prepare(`SELECT * FROM ${name}`).all()]));
  } finally {
    db.close();
  }
}

const named = async (path: string): Promise<string[]> => {
  const { items } = await admin.get<{ items: { name?: string; title?: string; topic?: string }[] }>(path);
  return items.map(({ name, title, topic }) => name ?? title ?? topic ?? "");
};
const refusal = (kind: string) => ({ status: 409, problem: { type: `urn:ccx:problem:${kind}` } });
const forVillages = (...regions: string[]) => ({
  title: "停水通知",
  class: "announcement",
  source: { upload: true },
  targets: { regions, kinds: ["loudspeaker"] },
});

test("an empty county gets a sample whose every name says so; its removal leaves the tables as they were", async () => {
  const visitor = await newPerson(app, "visitor", everywhere("auditor"));
  const people = await admin.get<{ items: { id: string; name: string }[] }>("/people");
  const visitorId = people.items.find(({ name }) => name === "visitor")?.id;
  expect(await visitor.get("/sample")).toEqual(NO_SAMPLE);
  const before = rowsOf();
  const made = await admin.post("/sample");
  expect(made).toMatchObject({ sample: { regionCode: SAMPLE, name: "样例市" }, hindrance: null });
  await expect(admin.post("/sample")).rejects.toMatchObject(refusal("sample-present"));

  const devices = await admin.get<{ items: { id: string; state: string }[] }>("/devices");
  expect(devices.items.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "new"));
  const lists = await Promise.all(
    ["/devices", "/episodes", "/sessions", `/regions?parent=${SAMPLE}`, `/regions?parent=${TOWN}`].map(named),
  );
  expect(lists.map(({ length }) => length)).toEqual([6, 2, 1, 2, 2]);
  expect(lists.flat().filter((name) => !name.includes("样例"))).toEqual([]);
  expect(await named("/programmes")).toEqual(
    expect.arrayContaining(["样例栏目·党建之声", "样例栏目·初心讲堂"]),
  );
  const { items: planned } = await admin.get<{ items: { programme: string; state: string }[] }>(
    "/broadcasts",
  );
  expect(planned.filter(({ programme }) => programme.includes("样例")).map(({ state }) => state)).toContain(
    "planned",
  );
  const { items: episodes } = await admin.get<{ items: EpisodeView[] }>("/episodes");
  const recordings = episodes.flatMap(({ segments }) => segments.flatMap(({ recording }) => recording ?? []));
  expect(new Set(recordings.map(({ sha256 }) => sha256)).size).toBe(3);

  // No device comes to it, by no way.
  for (const [path, body] of [
    ["/devices", { regionCode: VILLAGE, kind: "loudspeaker" }],
    ["/devices/bulk", { within: COUNTY, kind: "loudspeaker" }],
    [`/devices/${devices.items[0]?.id}/enrolment-code`, {}],
  ] as const)
    await expect(admin.post(path, body)).rejects.toMatchObject(refusal("sample-present"));

  // Somebody tries things out in it.
  await admin.put(`/regions/${VILLAGE}/policy`, { maxVolume: 50 });
  await admin.post(`/regions/${VILLAGE}/calendar-links`, { label: "样例村" });
  const { id: notice } = await admin.post<{ id: string }>("/announcements", forVillages(VILLAGE));
  const spoken = makeTone(join(app.folder, "notice.wav"), 1);
  await admin.upload(`/announcements/${notice}/recording`, spoken);
  const emergency = await admin.post<{ id: string }>("/emergencies", {
    title: "暴雨预警",
    class: "emergency",
    source: { assetSha256: sha256Hex(readFileSync(spoken)) },
    areas: [TOWN],
    until: new Date(Date.now() + HOUR_MS).toISOString(),
  });
  await expect(admin.remove("/sample")).rejects.toMatchObject({
    ...refusal("sample-in-use"),
    problem: { errors: [{ at: "emergency", message: expect.stringContaining("暴雨预警") as string }] },
  });
  await admin.post(`/emergencies/${emergency.id}/stop`);
  await admin.post("/schedules", {
    programmeId: await programmeId(admin, "broadcast"),
    ...scheduleDefinition({ targets: { regions: [TOWN], kinds: ["loudspeaker"] } }),
  });
  await admin.put(`/people/${visitorId}/roles`, { roles: ofArea(TOWN) });
  await expect(admin.remove("/sample")).rejects.toMatchObject({
    ...refusal("sample-in-use"),
    problem: { errors: [{ at: "person", message: expect.stringContaining("visitor") as string }] },
  });
  await admin.put(`/people/${visitorId}/roles`, { roles: everywhere("auditor") });

  expect(await admin.remove("/sample")).toEqual(NO_SAMPLE);
  expect(rowsOf()).toEqual(before);
  await expect(admin.remove("/sample")).rejects.toMatchObject({ status: 404 });
  const { items: entries } = await admin.get<{ items: { act: string; outcome: string }[] }>("/audit?limit=5");
  expect(entries).toContainEqual(expect.objectContaining({ act: "DELETE /api/v1/sample", outcome: "done" }));
});

test("what is for the sample and for more stays without it; a county that has begun gets none", async () => {
  await importRegions(admin);
  await admin.post("/sample");
  const shared = await admin.post<{ id: string }>("/schedules", {
    programmeId: await programmeId(admin, "broadcast"),
    ...scheduleDefinition({ targets: { regions: [REAL_VILLAGE, VILLAGE], kinds: ["terminal"] } }),
  });
  await expect(admin.remove("/sample")).rejects.toMatchObject({
    ...refusal("sample-in-use"),
    problem: { errors: [{ at: "schedule", message: expect.stringContaining("晨播") as string }] },
  });
  await admin.post(`/schedules/${shared.id}/end`);
  const notice = await admin.post<{ id: string }>("/announcements", forVillages(REAL_VILLAGE, VILLAGE));
  await admin.remove("/sample");
  expect(await admin.get(`/announcements/${notice.id}`)).toMatchObject({
    broadcast: { targets: { regions: [REAL_VILLAGE] } },
  });
  expect(await admin.get("/sample")).toEqual({ sample: null, hindrance: "content" });
  await expect(admin.post("/sample")).rejects.toMatchObject(refusal("county-has-begun"));

  await enrolDevice(admin, app.url, REAL_VILLAGE);
  expect(await admin.get("/sample")).toEqual({ sample: null, hindrance: "devices" });
  await expect(admin.post("/sample")).rejects.toMatchObject(refusal("county-has-begun"));
});
