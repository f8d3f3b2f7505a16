import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import { createTransact, type Database, openDatabase } from "../../src/db/open.ts";
import { createSecretBox } from "../../src/db/secret-box.ts";
import { createDownlink, type Downlink } from "../../src/delivery/downlink.ts";
import { createDownlinkStore } from "../../src/delivery/downlink-store.ts";
import { createKeyStore } from "../../src/delivery/key-store.ts";
import { loadKeys } from "../../src/delivery/keys.ts";
import { createOutbox, type Outbox } from "../../src/delivery/outbox.ts";
import { createOutboxStore, type OutboxMessage } from "../../src/delivery/outbox-store.ts";
import { createDeviceService } from "../../src/devices/device-service.ts";
import { createDeviceStore } from "../../src/devices/device-store.ts";
import { createEnrolmentStore } from "../../src/devices/enrolment-store.ts";
import { createTelemetryStore } from "../../src/devices/telemetry-store.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { createRegionService } from "../../src/regions/region-service.ts";
import { createRegionStore } from "../../src/regions/region-store.ts";
import { COUNTY, createTestClock, REGIONS_CSV, type TestClock, TOWN, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

/** A broker that can be cut off, and that may refuse: the part of the link that the outbox sees. */
function createBroker() {
  const taken: { topic: string; payload: string; retain: boolean }[] = [];
  const listeners: (() => void)[] = [];
  const broker = {
    online: true,
    refusing: false,
    taken,
    async publish(topic: string, payload: string, { retain }: { retain: boolean }): Promise<void> {
      if (!broker.online || broker.refusing) throw new Error("not taken");
      taken.push({ topic, payload, retain });
    },
    onOnline: (listener: () => void) => void listeners.push(listener),
    comeBack() {
      broker.online = true;
      for (const listener of listeners) listener();
    },
  };
  return broker;
}

let clock: TestClock;
let db: Database;
let broker: ReturnType<typeof createBroker>;
let outbox: Outbox;
let downlink: Downlink;
let verify: ReturnType<typeof createVerifier>;
let devices: string[];

beforeEach(async () => {
  clock = createTestClock();
  db = openDatabase(":memory:", clock.now());
  broker = createBroker();
  const { signer, set } = await loadKeys({
    store: createKeyStore(db, createSecretBox(randomBytes(32))),
    clock,
    algorithm: "EdDSA",
  });
  verify = createVerifier(set());
  const transact = createTransact(db);
  outbox = createOutbox({
    store: createOutboxStore(db),
    publisher: broker,
    signer,
    clock,
    log: createMemoryLog().log,
  });
  downlink = createDownlink({
    store: createDownlinkStore(db),
    outbox,
    publisher: broker,
    signer,
    transact,
    clock,
  });
  outbox.start();

  const regions = createRegionService({ store: createRegionStore(db) });
  regions.importCsv(REGIONS_CSV);
  const service = createDeviceService({
    store: createDeviceStore(db),
    codes: createEnrolmentStore(db),
    telemetry: createTelemetryStore(db),
    regions,
    refuseNew: () => {},
    clock,
  });
  devices = [1, 2].map(() => service.create({ regionCode: VILLAGE, kind: "loudspeaker" }).id);
  return async () => {
    await outbox.stop();
    db.close();
  };
});

const message = (payload: string, changes: Partial<OutboxMessage> = {}): OutboxMessage => ({
  topic: "ccx/v1/area/x/playlist",
  payload,
  signAs: null,
  retain: true,
  urgent: false,
  notAfter: null,
  ...changes,
});
const payloads = () => broker.taken.map(({ payload }) => payload);

describe("the outbox", () => {
  test("publishes in order what was committed, and nothing that was rolled back", async () => {
    const transact = createTransact(db);
    for (const text of ["1", "2", "3"]) transact(() => outbox.enqueue(message(text)));
    expect(() =>
      transact(() => {
        outbox.enqueue(message("never"));
        throw new Error("rolled back");
      }),
    ).toThrow("rolled back");
    await until(() => outbox.waiting() === 0);
    expect(payloads()).toEqual(["1", "2", "3"]);
  });

  test("keeps what the broker did not take, and sends it when it is back", async () => {
    broker.online = false;
    outbox.enqueue(message("1"));
    outbox.enqueue(message("2"));
    expect(outbox.waiting()).toBe(2);
    broker.comeBack();
    await until(() => outbox.waiting() === 0);
    expect(payloads()).toEqual(["1", "2"]);
  });

  test("tries again by itself when a connected broker refused", async () => {
    broker.refusing = true;
    outbox.enqueue(message("1"));
    broker.refusing = false;
    await until(() => outbox.waiting() === 0);
    expect(payloads()).toEqual(["1"]);
  });

  test("drops what has expired instead of sending it late", async () => {
    broker.online = false;
    outbox.enqueue(message("late", { notAfter: clock.now() + MINUTE_MS }));
    outbox.enqueue(message("still good", { notAfter: clock.now() + 10 * MINUTE_MS }));
    clock.advance(2 * MINUTE_MS);
    broker.comeBack();
    await until(() => outbox.waiting() === 0);
    expect(payloads()).toEqual(["still good"]);
  });

  test("more than a batch goes out whole and in order", async () => {
    broker.online = false;
    const texts = Array.from({ length: 450 }, (_, index) => `${index}`);
    createTransact(db)(() => texts.forEach((text) => outbox.enqueue(message(text))));
    broker.comeBack();
    await until(() => outbox.waiting() === 0);
    expect(payloads()).toEqual(texts);
  });

  test("what devices act on at once does not wait behind what they are only to fetch", async () => {
    broker.online = false;
    const pointers = Array.from({ length: 450 }, (_, index) => `${index}`);
    createTransact(db)(() => {
      for (const text of pointers) outbox.enqueue(message(text));
      for (const text of ["play", "stop"]) outbox.enqueue(message(text, { retain: false, urgent: true }));
    });
    broker.comeBack();
    await until(() => outbox.waiting() === 0);
    expect(payloads()).toEqual(["play", "stop", ...pointers]);
  });
});

describe("the downlink", () => {
  const stop = () =>
    downlink.send({
      type: "stop",
      body: { all: true },
      audience: { areas: [COUNTY] },
      class: "emergency",
      notAfter: clock.now() + 10 * MINUTE_MS,
      untilAckedBy: devices,
    });

  test("a stop is signed, never retained, and repeated with the same id until every device acknowledged", async () => {
    const id = stop();
    await until(() => outbox.waiting() === 0);
    downlink.acknowledge(id, devices[0] ?? "");
    downlink.repeatUnacknowledged();
    await until(() => broker.taken.length === 2);
    expect(downlink.progressOf(id)).toEqual({ settled: false, targets: 2, acked: 1 });
    const ids = await Promise.all(
      broker.taken.map(async ({ payload }) => (await verify("command", payload)).id),
    );
    expect(ids).toEqual([id, id]);
    expect(broker.taken.map(({ topic, retain }) => ({ topic, retain }))).toEqual(
      [1, 2].map(() => ({ topic: `ccx/v1/area/${COUNTY}/command`, retain: false })),
    );

    downlink.acknowledge(id, devices[1] ?? "");
    downlink.repeatUnacknowledged();
    downlink.repeatUnacknowledged();
    await until(() => outbox.waiting() === 0);
    expect(downlink.progressOf(id)).toEqual({ settled: true, targets: 2, acked: 2 });
    expect(broker.taken).toHaveLength(2);
  });

  test("addressed device by device, it is repeated to those that have not acknowledged it", async () => {
    const id = downlink.send({
      type: "stop",
      body: { all: true },
      audience: { devices },
      authorityOver: [TOWN],
      class: "emergency",
      notAfter: clock.now() + 10 * MINUTE_MS,
      untilAckedBy: devices,
    });
    await until(() => broker.taken.length === 2);
    downlink.acknowledge(id, devices[0] ?? "");
    downlink.repeatUnacknowledged();
    await until(() => outbox.waiting() === 0);
    expect(broker.taken.slice(2).map(({ topic }) => topic)).toEqual([`ccx/v1/device/${devices[1]}/command`]);
    expect(await verify("command", broker.taken[2]?.payload ?? "")).toMatchObject({ id, authority: "town" });
  });

  test("a stop that expired is not repeated", async () => {
    const id = stop();
    await until(() => outbox.waiting() === 0);
    clock.advance(11 * MINUTE_MS);
    downlink.repeatUnacknowledged();
    expect(downlink.progressOf(id)).toMatchObject({ settled: true, acked: 0 });
    expect(outbox.waiting()).toBe(0);
  });

  describe("who was away", () => {
    const [there, away] = [() => devices[0] ?? "", () => devices[1] ?? ""];
    const longStop = () =>
      downlink.send({
        type: "stop",
        body: { all: true },
        audience: { areas: [COUNTY], kinds: ["loudspeaker"] },
        class: "emergency",
        notAfter: clock.now() + DAY_MS,
        untilAckedBy: devices,
      });
    const taken = async () => {
      await until(() => outbox.waiting() === 0);
      return broker.taken.splice(0);
    };

    test("gets at each return what it has not acknowledged, on its own topic alone, when the areas are told no more", async () => {
      const id = longStop();
      downlink.acknowledge(id, there());
      await taken();
      clock.advance(10 * MINUTE_MS + 1);
      downlink.repeatUnacknowledged();
      expect(await taken()).toEqual([]);
      for (const hours of [1, 22]) {
        clock.advance(hours * HOUR_MS);
        downlink.sendOwed(away());
        const sent = await taken();
        expect(sent.map(({ topic, retain }) => ({ topic, retain }))).toEqual([
          { topic: `ccx/v1/device/${away()}/command`, retain: false },
        ]);
        expect(await verify("command", sent[0]?.payload ?? "")).toMatchObject({
          id,
          audience: { devices: [away()] },
        });
      }
    });

    test("gets nothing that it has acknowledged, that is expired, or that is another's", async () => {
      const id = longStop();
      await taken();
      downlink.acknowledge(id, there());
      downlink.sendOwed(there());
      expect(await taken()).toEqual([]);
      downlink.acknowledge(id, away());
      downlink.sendOwed(away());
      expect(await taken()).toEqual([]);
      stop();
      await taken();
      clock.advance(11 * MINUTE_MS);
      downlink.sendOwed(away());
      expect(await taken()).toEqual([]);
    });
  });

  test("a change gives its areas one revision, higher than any before, and one pointer each", async () => {
    downlink.playlistChanged([COUNTY, TOWN], clock.now() + 8 * MINUTE_MS);
    downlink.playlistChanged([TOWN], null);
    await until(() => outbox.waiting() === 0);
    const pointers = broker.taken.map(({ topic, payload, retain }) => ({
      topic,
      retain,
      ...JSON.parse(payload),
    }));
    expect(pointers).toMatchObject([
      {
        topic: `ccx/v1/area/${COUNTY}/playlist`,
        retain: true,
        revision: 1,
        fetchBy: clock.now() + MINUTE_MS,
      },
      { topic: `ccx/v1/area/${TOWN}/playlist`, retain: true, revision: 1 },
      {
        topic: `ccx/v1/area/${TOWN}/playlist`,
        retain: true,
        revision: 2,
        fetchBy: clock.now() + 5 * MINUTE_MS,
      },
    ]);
    const scopes = [VILLAGE, TOWN, COUNTY].map((id) => ({ kind: "area" as const, id }));
    expect(downlink.newestRevision(scopes).revision).toBe(2);
    expect(downlink.newestRevision(scopes.slice(2)).revision).toBe(1);

    broker.taken.length = 0;
    downlink.republishPointers();
    await until(() => outbox.waiting() === 0);
    expect(broker.taken.map(({ payload }) => JSON.parse(payload).revision)).toEqual([1, 2]);
  });
});
