import { expect, test } from "vitest";
import { DAY_MS } from "../../src/clock.ts";
import { createPlaylistService } from "../../src/delivery/playlist.ts";
import { identityFrom } from "../../src/devices/device.ts";

const POLICY = { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100 };
const device = identityFrom({
  id: "d1",
  kind: "loudspeaker",
  regionCode: "370783112201",
  groups: [],
  tags: [],
});

function setUp() {
  const now = {
    at: 20_000 * DAY_MS,
    changes: 0,
    revision: 7,
    policy: POLICY,
    policyChanges: 0,
    serial: 1,
    asked: 0,
  };
  const notAsked = (): never => {
    throw new Error("a version does not need it");
  };
  const service = createPlaylistService({
    broadcasts: { forPlaylist: notAsked },
    downlink: {
      changeCount: () => now.changes,
      newestRevision() {
        now.asked += 1;
        return { revision: now.revision, changedAt: 0, fetchBy: 0 };
      },
    },
    policy: { effective: () => now.policy, changeCount: () => now.policyChanges },
    twins: { desiredOf: notAsked },
    mediaUrl: notAsked,
    streamUrl: notAsked,
    checkInAddress: notAsked,
    clock: { now: () => now.at, steadyMs: () => 0 },
    keySerial: () => now.serial,
    epoch: "e",
  });
  return { now, version: (of = device) => service.versionFor(of) };
}

test("a playlist's version is made once, for as long as nothing changes", () => {
  const { now, version } = setUp();
  const first = version();
  now.at += DAY_MS - 1;
  expect(version()).toBe(first);
  expect(now.asked).toBe(1);
});

test.each([
  ["a revision", { changes: 1, revision: 8 }],
  ["the policy", { policy: { ...POLICY, maxVolume: 60 }, policyChanges: 1 }],
  ["the signing keys", { serial: 2 }],
  ["the day", { at: 20_001 * DAY_MS }],
])("%s makes another one", (_name, change) => {
  const { now, version } = setUp();
  const { tag } = version();
  Object.assign(now, change);
  expect(version().tag).not.toBe(tag);
  expect(version()).toBe(version());
});

test("so does a change elsewhere ask again, and finds the same", () => {
  const { now, version } = setUp();
  const { tag } = version();
  now.changes += 1;
  expect(version().tag).toBe(tag);
  expect(now.asked).toBe(2);
});

test("no other device has the same", () => {
  const { version } = setUp();
  expect(version({ ...device, id: "d2" }).tag).not.toBe(version().tag);
});
