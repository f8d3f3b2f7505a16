import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import type { Playlist } from "../../src/protocol/messages.ts";
import { addRecording, type Desk, openDesk, renderAll } from "../support/desk.ts";
import { COUNTY, createTestClock, REGIONS_CSV, type TestClock, VILLAGE } from "../support/fleet.ts";
import { everywhere } from "../support/people.ts";

let clock: TestClock;
let desk: Desk;
let deputy: string;
let deviceId: string;
beforeEach(async () => {
  clock = createTestClock(Date.parse("2026-12-02T09:00:00+08:00"));
  desk = await openDesk(clock);
  const { devices, regions, people, link } = desk.services;
  regions.importCsv(REGIONS_CSV.replace("county,,", "county,370700000000,"));
  deputy = people.invite("deputy", everywhere("scheduler"), desk.userId).person.id;
  deviceId = devices.create({ regionCode: VILLAGE, kind: "loudspeaker" }).id;
  const { code } = devices.issueCode(deviceId, 1);
  devices.enrol({ code, hardwareId: "hw", kind: "loudspeaker", model: "test", software: "1" });
  await until(() => link.online, { what: "the broker" });
});
afterEach(() => desk.close());

async function proposed(title: string): Promise<string> {
  const { emergency } = await desk.services.emergencies.propose(
    {
      title,
      class: "emergency",
      severity: null,
      source: { assetSha256: addRecording(desk, `${title}.wav`) },
      areas: [VILLAGE],
      until: clock.now() + 3 * HOUR_MS,
      silent: false,
      replaces: null,
    },
    desk.userId,
  );
  return emergency.id;
}

async function announced(title: string): Promise<string> {
  const { interrupt } = await desk.services.announcements.create(
    {
      title,
      class: "announcement",
      source: { assetSha256: addRecording(desk, `${title}.wav`) },
      targets: { areas: [COUNTY], exclude: [], groups: [], tags: [], kinds: ["loudspeaker"] },
      startAt: null,
      notAfter: null,
      volume: null,
      repeats: 1,
      silent: false,
      corrects: null,
    },
    desk.userId,
  );
  return interrupt.id;
}

/** The stop is given to the broker; what is done meanwhile happens before the broker has taken it. */
async function stopMeanwhile(act: () => void | Promise<void>) {
  let isOver = false;
  const answer = desk.services.stopEverything
    .stop({ id: desk.userId, name: "admin" }, "wrong tape")
    .finally(() => void (isOver = true));
  clock.advance(SECOND_MS);
  await act();
  expect(isOver).toBe(false);
  return answer;
}

const stateOf = (id: string) => desk.services.broadcasts.get(id).state;
const commandsOf = (id: string) => desk.services.downlink.commandsOf(id).map(({ type }) => type);
const listed = (): string[] => {
  const { devices, playlists } = desk.services;
  const device = devices.identityOf(deviceId);
  if (!device) throw new Error("the device is not enrolled");
  const playlist: Playlist = playlists.playlistFor(device, playlists.versionFor(device));
  return playlist.broadcasts.map(({ id }) => id);
};

test("an emergency that is confirmed while the stop waits for the broker is stopped by a command of its own", async () => {
  const { emergencies } = desk.services;
  const id = await proposed("暴雨红色预警");
  renderAll(desk);
  const { stopped, recorded } = await stopMeanwhile(() => {
    emergencies.confirm(id, deputy);
    expect(emergencies.get(id).emergency.state).toBe("active");
  });
  expect({ stopped, recorded }).toEqual({ stopped: [id], recorded: true });
  expect(emergencies.get(id).emergency.state).toBe("stopped");
  expect(stateOf(id)).toBe("cancelled");
  expect(commandsOf(id)).toEqual(["stop"]);
});

test("an announcement that becomes ready while the stop waits is in no playlist, and is stopped by a command of its own", async () => {
  const { announcements, conductor } = desk.services;
  const id = await announced("停水通知");
  const { stopped } = await stopMeanwhile(() => {
    renderAll(desk);
    announcements.tick();
    conductor.tick();
    expect(commandsOf(id)).toEqual(["play"]);
    expect(listed()).toEqual([]);
  });
  expect(stopped).toEqual([id]);
  expect(stateOf(id)).toBe("cancelled");
  expect(commandsOf(id)).toEqual(["play", "stop"]);
});

test("what somebody starts after the stop was given is new, and airs", async () => {
  const { announcements, emergencies } = desk.services;
  const before = await proposed("before");
  let [announcement, emergency] = ["", ""];
  const { stopped } = await stopMeanwhile(async () => {
    announcement = await announced("更正");
    emergency = await proposed("after");
  });
  expect(stopped).toEqual([]);
  expect(emergencies.get(before).emergency.state).toBe("withdrawn");
  renderAll(desk);
  announcements.tick();
  expect(stateOf(announcement)).toBe("frozen");
  expect(listed()).toEqual([announcement]);
  expect(emergencies.confirm(emergency, deputy).emergency.state).toBe("active");
});

test("it is good until the end of what it stops", async () => {
  const { emergencies } = desk.services;
  const id = await proposed("暴雨红色预警");
  renderAll(desk);
  const end = emergencies.confirm(id, deputy).emergency.until;
  clock.advance(MINUTE_MS);
  const { commandId, stopped } = await stopMeanwhile(() => {});
  expect(stopped).toEqual([id]);
  expect(commandsOf(id)).toEqual([]);
  const notAfter = desk.db
    .prepare<[string], number>("SELECT not_after FROM commands WHERE id = ?")
    .pluck()
    .get(commandId);
  expect(notAfter).toBeGreaterThan(end);
  expect(notAfter).toBeLessThan(end + HOUR_MS);
});
