import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import { createTransact } from "../../src/db/open.ts";
import { createOutageService, type OutageService } from "../../src/outages/outage-service.ts";
import { createOutageStore } from "../../src/outages/outage-store.ts";
import {
  createFleet,
  FAR_VILLAGE,
  type Fleet,
  type Member,
  NEIGHBOUR,
  TOWN,
  VILLAGE,
} from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

let fleet: Fleet;
let log: ReturnType<typeof createMemoryLog>;
let outages: OutageService;
let listeningSince: number | null;
/** Four devices of the town, and one of another. */
let town: Member[];
let far: Member;

beforeEach(() => {
  fleet = createFleet();
  log = createMemoryLog();
  listeningSince = fleet.clock.now();
  outages = createOutageService({
    store: createOutageStore(fleet.db),
    devices: fleet.devices,
    listeningSince: () => listeningSince,
    transact: createTransact(fleet.db),
    clock: fleet.clock,
    log: log.log,
  });
  town = [VILLAGE, VILLAGE, NEIGHBOUR, NEIGHBOUR].map((code) => fleet.enrol(code));
  far = fleet.enrol(FAR_VILLAGE);
  there = new Set();
  for (const member of [...town, far]) comes(member);
});
afterEach(() => fleet.close());

let boots = 0;
let there: Set<Member>;
const bootOf = new Map<string, string>();
function comes(member: Member): void {
  const { id } = member.identity;
  there.add(member);
  bootOf.set(id, `boot-${(boots += 1)}`);
  fleet.devices.recordPresence(id, {
    online: true,
    bootId: bootOf.get(id) ?? "",
    at: fleet.clock.now(),
    software: "1",
  });
}
function goes(member: Member): void {
  const { id } = member.identity;
  there.delete(member);
  fleet.devices.recordPresence(id, {
    online: false,
    bootId: bootOf.get(id) ?? "",
    at: fleet.clock.now(),
    software: "1",
  });
}
const says = ({ identity: { id } }: Member): boolean =>
  fleet.devices.recordState(id, {
    revision: 1,
    cached: { ready: 0, total: 0 },
    volume: 50,
    clock: { offsetMs: 0, trusted: true },
    freeBytes: 1,
    faults: [],
  });
const all = (areas: string[] | null = null) =>
  outages.list({ isOpen: false, deviceId: null, areas }, Number.MAX_SAFE_INTEGER, 100);
const open = () => outages.list({ isOpen: true, deviceId: null, areas: null }, Number.MAX_SAFE_INTEGER, 100);
/** Lets minutes pass, one tick each, with every device that is there saying so now and then. */
function pass(minutes: number, heard: Iterable<Member> = there): void {
  for (let minute = 0; minute < minutes; minute += 1) {
    fleet.clock.advance(MINUTE_MS);
    for (const member of heard) says(member);
    outages.tick();
  }
}

describe("outages", () => {
  test("of a single device begin after three minutes and end when it has been back for two", () => {
    goes(far);
    pass(2);
    expect(open()).toEqual([]);
    pass(1);
    expect(open()).toMatchObject([
      { kind: "gone", deviceId: far.identity.id, regionCode: FAR_VILLAGE, regionName: "远村", devices: 1 },
    ]);
    comes(far);
    pass(1);
    expect(open()).toHaveLength(1);
    pass(1);
    expect(open()).toEqual([]);
    expect(all()).toMatchObject([{ endedAt: fleet.clock.now() }]);
    const told = log.entries.map(({ level, msg }) => [level, msg]);
    expect(told).toEqual([
      [40, "an outage began"],
      [30, "an outage is over"],
    ]);
  });

  test("of most of a town at once are one, however the wills trickle in, and its end is one", () => {
    for (const member of town.slice(0, 3)) {
      goes(member);
      fleet.clock.advance(15 * SECOND_MS);
    }
    pass(3);
    expect(open()).toMatchObject([{ deviceId: null, regionCode: TOWN, regionName: "稻田镇", devices: 3 }]);
    for (const member of town) comes(member);
    pass(3);
    expect(open()).toEqual([]);
    expect(all()).toHaveLength(1);
  });

  test("of a device that flaps are one, not one for each time", () => {
    for (let time = 0; time < 20; time += 1) {
      goes(far);
      fleet.clock.advance(20 * SECOND_MS);
      comes(far);
      pass(1);
    }
    expect(all()).toMatchObject([{ kind: "unstable", endedAt: null }]);
    pass(60);
    expect(open()).toEqual([]);
    expect(all()).toHaveLength(1);
  });

  test("of one that says nothing for a quarter of an hour begin although its last word was online", () => {
    pass(14, town);
    expect(open()).toEqual([]);
    pass(4, town);
    expect(open()).toMatchObject([{ deviceId: far.identity.id, kind: "gone" }]);
    says(far);
    pass(1);
    expect(open()).toEqual([]);
  });

  test("do not begin while the server itself hears nobody, nor right after that", () => {
    listeningSince = null;
    pass(60, []);
    listeningSince = fleet.clock.now();
    pass(14, []);
    expect(open()).toEqual([]);
    pass(4, town);
    expect(open()).toMatchObject([{ deviceId: far.identity.id }]);
  });

  test("end with the next word of a device whose coming was told while nobody listened", () => {
    goes(far);
    pass(3);
    expect(open()).toMatchObject([{ deviceId: far.identity.id }]);
    expect(says(far)).toBe(true);
    expect(fleet.devices.get(far.identity.id).presence).toMatchObject({ online: true });
    pass(2, [...town, far]);
    expect(open()).toEqual([]);
    // Its later end counts as that of any boot.
    goes(far);
    expect(fleet.devices.get(far.identity.id).presence).toMatchObject({ online: false });
  });

  test("are shown to whoever has one of their devices in the own area", () => {
    for (const member of [...town, far]) goes(member);
    pass(4);
    expect(all()).toMatchObject([{ deviceId: null, devices: 5 }]);
    expect(all([TOWN])).toEqual(all());
    expect(all([FAR_VILLAGE])).toEqual(all());
    expect(all(["370783110000"])).toEqual([]);
    expect(all([])).toEqual([]);
  });

  test("are of enrolled devices alone", () => {
    goes(far);
    pass(4);
    fleet.devices.revoke(far.identity.id);
    pass(1);
    expect(open()).toEqual([]);
  });
});
