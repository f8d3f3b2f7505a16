import { afterEach, beforeEach, expect, test } from "vitest";
import { type Change, type ChangeFeed, createChangeFeed } from "../../src/changes/change-feed.ts";
import { hears } from "../../src/changes/who-hears.ts";
import type { Act, Grant } from "../../src/people/permissions.ts";
import type { DeviceState } from "../../src/protocol/messages.ts";
import { createFleet, FAR_VILLAGE, type Fleet, TOWN, VILLAGE } from "../support/fleet.ts";
import { everywhere, ofArea } from "../support/people.ts";

const STATE: DeviceState = {
  revision: 1,
  cached: { ready: 3, total: 3 },
  volume: 60,
  clock: { offsetMs: 4, trusted: true },
  freeBytes: 5_000_000_000,
  faults: [],
};

let fleet: Fleet;
let feed: ChangeFeed;
let brokerSince: number | null;
let told: Change[];
beforeEach(() => {
  fleet = createFleet();
  brokerSince = 1;
  feed = createChangeFeed(fleet.db, { broker: () => brokerSince });
  told = [];
  feed.listen((changes) => void told.push(...changes));
  feed.tell();
});
afterEach(() => fleet.close());

/** What is told in so many seconds. */
function topicsIn(seconds: number): string[] {
  told.length = 0;
  for (let second = 0; second < seconds; second += 1) feed.tell();
  return told.map(({ topic }) => topic).toSorted();
}

test("however many devices say something new, it is told every two seconds at most", () => {
  const fleetOf = [VILLAGE, FAR_VILLAGE].map((code) => fleet.enrol(code).identity.id);
  topicsIn(20);
  told.length = 0;
  for (let second = 0; second < 10; second += 1) {
    for (const id of fleetOf)
      fleet.devices.recordState(id, { ...STATE, cached: { ready: second, total: 10 } });
    feed.tell();
  }
  const topics = told.map(({ topic }) => topic);
  expect(topics.filter((topic) => topic === "devices")).toHaveLength(5);
  expect(topics.filter((topic) => topic === "reports")).toHaveLength(1);
  // The last of it is told as well.
  expect(topicsIn(2)).toEqual(["devices"]);
  expect(told[0]?.about).toEqual(new Set([VILLAGE, FAR_VILLAGE]));
});

test("what a device says every few minutes is not told, and a fault is", () => {
  const { id } = fleet.enrol(VILLAGE).identity;
  fleet.devices.recordState(id, STATE);
  fleet.devices.recordPresence(id, { online: true, bootId: "boot", at: 1, software: "1" });
  topicsIn(20);
  fleet.devices.recordState(id, { ...STATE, clock: { offsetMs: -7, trusted: true }, freeBytes: 4 });
  fleet.devices.recordPresence(id, { online: true, bootId: "boot", at: 1, software: "1" });
  expect(topicsIn(20)).toEqual([]);
  fleet.devices.recordState(id, { ...STATE, faults: ["no sound card"] });
  expect(topicsIn(20)).toEqual(["devices", "reports"]);
  fleet.devices.recordPresence(id, { online: false, bootId: "boot", at: 2, software: "1" });
  expect(topicsIn(20)).toEqual(["devices", "reports"]);
});

test("that the broker is lost is told, once", () => {
  expect(topicsIn(5)).toEqual([]);
  brokerSince = null;
  expect(topicsIn(5)).toEqual(["broker"]);
});

test("a change is heard by who may read it there, by oneself, and by a token with the scope", () => {
  const person = (roles: Grant[], scopes: Act[] | null = null) => ({
    user: { id: "own", name: "own", roles },
    scopes,
  });
  const here: Change = { topic: "devices", about: new Set([VILLAGE]) };
  const there: Change = { topic: "devices", about: new Set([FAR_VILLAGE]) };
  const own: Change = { topic: "people", about: new Set(["own"]) };
  const keys: Change = { topic: "keys", about: new Set([null]) };
  const heardBy = (who: ReturnType<typeof person>) =>
    [here, there, own, keys].map((change) => hears(who, change));
  expect(heardBy(person(ofArea(TOWN)))).toEqual([true, false, true, false]);
  expect(heardBy(person(everywhere("editor")))).toEqual([true, true, true, false]);
  expect(heardBy(person(everywhere("auditor")))).toEqual([true, true, true, true]);
  expect(heardBy(person([]))).toEqual([false, false, true, false]);
  expect(heardBy(person(everywhere("auditor"), ["devices:read"]))).toEqual([true, true, false, false]);
});
