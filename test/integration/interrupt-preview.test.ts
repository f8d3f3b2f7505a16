import { afterAll, beforeAll, expect, test } from "vitest";
import type { Targets } from "../../src/broadcasts/targets.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import type { IntendedInterrupt } from "../../src/explanations/interrupt-preview.ts";
import { addRecording, type Desk, openDesk, renderAll } from "../support/desk.ts";
import {
  COUNTY,
  createTestClock,
  FAR_VILLAGE,
  NEIGHBOUR,
  OTHER_TOWN,
  REGIONS_CSV,
  TOWN,
  VILLAGE,
} from "../support/fleet.ts";
import { everywhere } from "../support/people.ts";

const clock = createTestClock(Date.parse("2026-12-02T09:00:00+08:00"));
const EVERYWHERE = { areas: [COUNTY], exclude: [], groups: [], tags: [] };
let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(clock);
  const { devices, regions } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  const enrol = (regionCode: string, kind: "loudspeaker" | "terminal") => {
    const { id } = devices.create({ regionCode, kind });
    const { code } = devices.issueCode(id, 1);
    devices.enrol({ code, hardwareId: id, kind, model: "test", software: "1" });
    return id;
  };
  const near = enrol(VILLAGE, "loudspeaker");
  enrol(NEIGHBOUR, "loudspeaker");
  enrol(FAR_VILLAGE, "terminal");
  devices.recordPresence(near, { online: true, bootId: "boot-1", at: clock.now(), software: "1" });
});
afterAll(() => desk.close());

const preview = (changes: Partial<IntendedInterrupt> = {}) =>
  desk.services.previewInterrupt({
    class: "announcement",
    title: "停水通知",
    silent: false,
    userId: desk.userId,
    isStanding: false,
    isLive: false,
    targets: { ...EVERYWHERE, kinds: ["loudspeaker", "terminal"] },
    startAt: null,
    notAfter: null,
    durationMs: MINUTE_MS,
    ...changes,
  });

/** Ten minutes of it for the loudspeakers of a town. */
async function announced(startAt: number): Promise<string> {
  const { announcements } = desk.services;
  const { interrupt } = await announcements.create(
    {
      title: "选种培训",
      class: "announcement",
      source: { assetSha256: addRecording(desk, "选种培训.wav") },
      targets: { ...EVERYWHERE, areas: [TOWN], kinds: ["loudspeaker"] },
      startAt,
      notAfter: null,
      volume: null,
      repeats: 10,
      silent: false,
      corrects: null,
    },
    desk.userId,
  );
  renderAll(desk);
  announcements.tick();
  expect(desk.services.broadcasts.get(interrupt.id).state).toBe("ready");
  return interrupt.id;
}

test("who would hear it: by kind and area, those that are connected, and where there is nobody", () => {
  expect(preview().devices).toEqual({
    total: 3,
    online: 1,
    byKind: [
      { kind: "loudspeaker", devices: 2 },
      { kind: "terminal", devices: 1 },
    ],
    leftOut: 0,
  });
  const some = preview({
    targets: { ...EVERYWHERE, areas: [TOWN, OTHER_TOWN], kinds: ["loudspeaker"], exclude: [NEIGHBOUR] },
  });
  expect(some.devices).toMatchObject({ total: 1, online: 1, leftOut: 2 });
  expect(some.areas).toEqual([
    { code: TOWN, name: "稻田镇", devices: 1 },
    { code: OTHER_TOWN, name: "侯镇", devices: 0 },
  ]);
  expect(some).toMatchObject({
    startAt: clock.now(),
    endsAt: clock.now() + MINUTE_MS,
    own: [],
    meets: [],
  });
});

test("what it meets: the earlier keeps it from its like, a higher authority or class takes it, silence takes it from nobody", async () => {
  const startAt = clock.now() + HOUR_MS;
  const id = await announced(startAt);
  const meets = (changes: Partial<IntendedInterrupt>) => {
    const { own, meets: met } = preview({ startAt: startAt + 2_000, ...changes });
    return {
      own,
      met: met.map(({ airing, devices, fates }) => ({ id: airing.broadcast.id, devices, fates })),
    };
  };
  const ofTheTown: Targets = { ...EVERYWHERE, areas: [TOWN], kinds: ["loudspeaker"] };
  expect(meets({ targets: ofTheTown })).toEqual({
    met: [{ id, devices: 2, fates: [] }],
    own: [{ code: "waits", devices: 2 }],
  });
  expect(meets({})).toEqual({
    met: [{ id, devices: 2, fates: [{ code: "interrupted", devices: 2 }] }],
    own: [],
  });
  expect(meets({ class: "drill" })).toEqual({
    met: [{ id, devices: 2, fates: [{ code: "interrupted", devices: 2 }] }],
    own: [],
  });
  expect(meets({ class: "drill", silent: true })).toEqual({
    met: [{ id, devices: 2, fates: [] }],
    own: [{ code: "waits", devices: 2 }],
  });
  // A recording waits for its turn; what is spoken live is over by then.
  expect(meets({ targets: ofTheTown, isLive: true, durationMs: 5 * MINUTE_MS }).own).toEqual([
    { code: "lost", devices: 2 },
  ]);
  expect(meets({ targets: ofTheTown, isLive: true, durationMs: 15 * MINUTE_MS }).own).toEqual([
    { code: "waits", devices: 2 },
  ]);
  // An alert has the highest priority of its class, as devices give it.
  expect(meets({ targets: ofTheTown, isStanding: true })).toEqual({
    met: [{ id, devices: 2, fates: [{ code: "interrupted", devices: 2 }] }],
    own: [],
  });
  // From before it until long after it has to begin at last.
  expect(meets({ startAt: null, durationMs: 2 * HOUR_MS }).met).toEqual([
    { id, devices: 2, fates: [{ code: "lost", devices: 2 }] },
  ]);
  const elsewhere = { ...EVERYWHERE, areas: [OTHER_TOWN], kinds: ["terminal" as const] };
  expect(meets({ targets: elsewhere })).toEqual({ met: [], own: [] });
});

test("a standing emergency has the air until its end, whatever its text lasts", async () => {
  const { emergencies, people } = desk.services;
  const deputy = people.invite("deputy", everywhere("scheduler"), desk.userId).person.id;
  const { emergency } = await emergencies.propose(
    {
      title: "暴雨红色预警",
      class: "emergency",
      severity: null,
      source: { assetSha256: addRecording(desk, "转移.wav") },
      areas: [VILLAGE],
      until: clock.now() + HOUR_MS / 2,
      silent: false,
      replaces: null,
    },
    desk.userId,
  );
  renderAll(desk);
  emergencies.confirm(emergency.id, deputy);
  expect(emergencies.get(emergency.id).emergency.state).toBe("active");
  clock.advance(10 * MINUTE_MS);
  const { own, meets } = preview();
  expect(own).toEqual([{ code: "waits", devices: 1 }]);
  expect(meets.map(({ airing, devices, fates }) => [airing.broadcast.id, devices, fates])).toEqual([
    [emergency.id, 1, []],
  ]);
  const replacing = preview({ class: "emergency", isStanding: true, durationMs: HOUR_MS / 2 });
  expect(replacing.meets.map(({ airing }) => airing.broadcast.id)).toContain(emergency.id);
});

test("a region that is not there is refused", () => {
  expect(() =>
    preview({ targets: { ...EVERYWHERE, areas: ["370783199000"], kinds: ["loudspeaker"] } }),
  ).toThrow(expect.objectContaining({ code: "not_found" }));
});
