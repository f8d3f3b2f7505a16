import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFleet, type Fleet } from "../../devices/simulator/fleet.ts";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { SECOND_MS } from "../../src/clock.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import type { PlaybackRecord } from "../../src/protocol/messages.ts";
import { parseTopic } from "../../src/protocol/topics.ts";
import { attackFrom, type Overheard } from "../support/broker-attack.ts";
import { type BroadcastView, importRegions, makeTone } from "../support/county.ts";
import { COUNTY, OTHER_TOWN, TOWN } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { type LawlessBroker, startLawlessBroker } from "../support/lawless-broker.ts";
import { allowAnyHour } from "../support/second-person.ts";

const SEED = Number(process.env["FLEET_SEED"] ?? 5);
/** Of 250 gateways and 45 broadcasts ten thousand meet. */
const GATEWAYS = Number(process.env["FLEET_GATEWAYS"] ?? 100);
const BROADCASTS = Number(process.env["FLEET_BROADCASTS"] ?? 28);
const EVERY_MS = 2 * SECOND_MS;
const SOUND_MS = SECOND_MS;
/** From the announcements to the first of them: time to fetch them in one's slot. */
const LEAD_MS = 15 * SECOND_MS;
/** How late they may begin. */
const GRACE_MS = 12 * SECOND_MS;
/** A clock that is trusted is right to this. */
const CLOCK_MS = 2_000;
const FAULTS = {
  offline: 0.2,
  skewMs: 3_600 * SECOND_MS,
  slow: 0.1,
  rebootEveryMs: 60 * SECOND_MS,
  lostAcks: 0.2,
  clones: 0.01,
};

/** Broadcasts from one attack to the next. */
const ATTACK_EVERY = 5;

interface Sound {
  gateway: number;
  box: string;
  broadcastId: string;
  at: number;
}
interface Written extends Pick<PlaybackRecord, "seq" | "type"> {
  deviceId: string;
  bootId: string;
  broadcastId: string | null;
  commandId: string | null;
  reason: string | null;
}
interface Announced {
  id: string;
  area: string;
  startAt: number;
}

let folder: string;
let env: NodeJS.ProcessEnv;
let server: StartedServer;
let operator: Operator;
let password: string;
let broker: LawlessBroker;
let assetSha256: string;
let fleet: Fleet;
/** By gateway. */
let codes: { code: string; id: string; regionCode: string }[];
const sounds: Sound[] = [];
const written: Written[] = [];
const commands: Overheard[] = [];
const kills: Promise<void>[] = [];
/**
 * When so much of everything has been heard, as a share: the server is killed the next time that it is about to acknowledge
 * something, the broker with the next message.
 */
const serverKills = [0, 0.1, 0.2];
const brokerKills = [0.02, 0.12, 0.17];
/** Everybody is enrolled, and everything is announced. */
let isUnderWay = false;
let isRestarting = false;
let isReplacing = false;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-fleet-"));
  broker = await startLawlessBroker({ port: await freePort(), admit });
  env = {
    PORT: `${await freePort()}`,
    MQTT_URL: broker.url.replace("mqtt://", "mqtt://ccx-server:secret@"),
    MQTT_PUBLIC_URL: broker.url,
    RATE_LIMIT_PER_MINUTE: "1000000",
    ENROLMENTS_PER_MINUTE: "1000000",
    LOG_LEVEL: "warn",
    TRANSCODE_NICENESS: "0",
  };
  server = await startServer(folder, env);
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
  await importRegions(operator);
  await allowAnyHour({ url: server.url, operator });
  codes = await createDevices();
  assetSha256 = await uploadRecording();
  fleet = await createFleet({
    server: server.url,
    codes: codes.map(({ code }) => code),
    faults: FAULTS,
    seed: SEED,
    onPlay: (gateway, broadcastId, box) => void sounds.push({ gateway, box, broadcastId, at: Date.now() }),
    onRecord(deviceId, bootId, { seq, type, broadcastId = null, commandId = null, reason = null }) {
      written.push({ deviceId, bootId, seq, type, broadcastId, commandId, reason });
    },
  });
}, 300_000);
afterAll(async () => {
  await fleet?.close();
  await server?.end("SIGKILL");
  await broker?.close();
  await rm(folder, { recursive: true });
});

/** One for each of as many villages, half of them in either town. */
async function createDevices(): Promise<typeof codes> {
  const villages = Array.from({ length: GATEWAYS }, (_, index) => {
    const town = [TOWN, OTHER_TOWN][index % 2] ?? "";
    const code = `${town.slice(0, 9)}${300 + Math.floor(index / 2)}`;
    return `${code},village,${town},样本${code},`;
  });
  const csv = `code,level,parent,name,note\n${villages.join("\n")}\n`;
  await operator.postText("/regions/import", "text/csv", csv);
  const { items } = await operator.post<{ items: typeof codes }>("/devices/bulk", {
    within: COUNTY,
    kind: "loudspeaker",
  });
  return items.slice(0, GATEWAYS);
}

function admit(topic: string, payload: Buffer): boolean {
  const leaf = parseTopic(topic)?.leaf;
  if (leaf === "command") commands.push({ topic, jws: payload });
  if (!isUnderWay) return true;
  if (!isReplacing && isDue(brokerKills)) kills.push(killBroker());
  if (leaf !== "ack" || isRestarting || !isDue(serverKills)) return true;
  // It has stored the records, and nobody is told.
  kills.push(killServer());
  return false;
}

function isDue(shares: number[]): boolean {
  const isNext = sounds.length >= (shares[0] ?? Infinity) * GATEWAYS * BROADCASTS;
  if (isNext) shares.shift();
  return isNext;
}

async function killBroker(): Promise<void> {
  isReplacing = true;
  await broker.kill();
  isReplacing = false;
}

async function killServer(): Promise<void> {
  isRestarting = true;
  await server.end("SIGKILL");
  server = await startServer(folder, env);
  isRestarting = false;
}

const order = (area: string, startAt: number, source: object) => ({
  title: "通知",
  class: "announcement",
  source,
  targets: { regions: [area], kinds: ["loudspeaker"] },
  startAt: new Date(startAt).toISOString(),
  notAfter: new Date(startAt + GRACE_MS).toISOString(),
});

/** By an announcement that is for much later. @returns the SHA-256 of the recording, once it can be aired */
async function uploadRecording(): Promise<string> {
  const later = order(COUNTY, Date.now() + 24 * 3_600 * SECOND_MS, { upload: true });
  const { id } = await operator.post<{ id: string }>("/announcements", later);
  await operator.upload(`/announcements/${id}/recording`, makeTone(join(folder, "t.wav"), SOUND_MS / 1000));
  const state = async () => (await operator.get<{ state: string }>(`/broadcasts/${id}`)).state;
  await until(async () => (await state()) === "ready", { what: "the recording", timeoutMs: 90_000 });
  return (await operator.get<{ assetSha256: string }>(`/announcements/${id}`)).assetSha256;
}

/** County-wide, but for every fifth, which is for one town. */
async function announceAll(): Promise<Announced[]> {
  const first = Date.now() + LEAD_MS;
  const announced: Announced[] = [];
  for (let index = 0; index < BROADCASTS; index += 1) {
    const area = index % 5 === 4 ? TOWN : COUNTY;
    // Where a word of the operator takes long, what follows comes later.
    const startAt = Math.max(first + index * EVERY_MS, Date.now() + LEAD_MS);
    const { id } = await operator.post<{ id: string }>(
      "/announcements",
      order(area, startAt, { assetSha256 }),
    );
    announced.push({ id, area, startAt });
  }
  return announced;
}

interface Stored extends Written {
  at: number;
}
function stored(): { records: Stored[]; quarantined: unknown[] } {
  const db = openDatabaseReadOnly(join(folder, "data", "cuncunxiang.db"));
  try {
    const records = db
      .prepare<[], Stored>(
        `SELECT device_id AS deviceId, boot_id AS bootId, seq, type, broadcast_id AS broadcastId,
           command_id AS commandId, reason, at FROM playback_records`,
      )
      .all();
    return { records, quarantined: db.prepare("SELECT * FROM quarantined_reports").all() };
  } finally {
    db.close();
  }
}

/** As text, so that thousands compare quickly. */
const lineOf = ({ deviceId, bootId, seq, type, broadcastId, commandId, reason }: Written): string =>
  [deviceId, bootId, seq, type, broadcastId, commandId, reason].join(" ");

const isStart = ({ type }: Written): boolean => type === "started";
const startOf = ({ deviceId, broadcastId }: Written): string => `${deviceId} ${broadcastId}`;

/** By how much each stored instant of a start differs from when it was heard, whatever the clock of the box said, ms. */
function latenesses(records: readonly Stored[]): number[] {
  const heardAt = new Map(
    sounds.map(({ gateway, broadcastId, at }) => [`${codes[gateway]?.id} ${broadcastId}`, at]),
  );
  // One that has no sound is not a number, and fails every comparison.
  return records.map((record) => Math.abs(record.at - (heardAt.get(startOf(record)) ?? Number.NaN)));
}

/** With a clone there are two that start, and the records do not say which of them it was. */
function alone<T extends Written>(records: readonly T[]): T[] {
  const cloned = new Set(
    sounds.filter(({ box }) => box.includes("cloned")).map(({ gateway }) => codes[gateway]?.id),
  );
  return records.filter((record) => isStart(record) && !cloned.has(record.deviceId));
}

test("nothing plays twice, nothing unauthorised plays, and no record is lost", async () => {
  const announced = await announceAll();
  isUnderWay = true;
  for (const [round, { startAt }] of announced.entries()) {
    await until(() => Date.now() > startAt, { what: `the air of ${round}`, timeoutMs: 2 * LEAD_MS });
    if (round % ATTACK_EVERY === 0) await attackFrom(broker, commands);
  }
  await until(() => Date.now() > (announced.at(-1)?.startAt ?? 0) + GRACE_MS, { what: "the end of all" });
  for (const { topic, jws } of commands.slice()) await broker.publish(topic, jws);
  fleet.calm();
  // Each server that was killed owes an acknowledgement, with which the next kill comes, as long as one is due.
  await until(() => serverKills.length + brokerKills.length === 0, {
    what: "every kill",
    timeoutMs: 120_000,
  });
  await Promise.all(kills);
  // All that was written down until now. A clone and its original come back for ever, and have a little more to say each time.
  const said = written.slice();
  let { records, quarantined } = stored();
  let lost: Written[] = said;
  const look = () => {
    ({ records, quarantined } = stored());
    const kept = new Set(records.map(lineOf));
    lost = said.filter((record) => !kept.has(lineOf(record)));
    return lost.length === 0;
  };
  await until(look, { what: "every record", timeoutMs: 180_000, everyMs: SECOND_MS }).catch((cause) => {
    throw new Error(`${lost.length} records are lost, as ${lost.slice(0, 5).map(lineOf).join("; ")}`, {
      cause,
    });
  });
  operator = await signIn(server.url, "admin", password);

  const twice = Map.groupBy(sounds, ({ box, broadcastId }) => `${box} ${broadcastId}`);
  expect([...twice].filter(([, times]) => times.length > 1)).toEqual([]);

  // One that could not be made ready in time begins later than it was to.
  const told = await Promise.all(announced.map(({ id }) => operator.get<BroadcastView>(`/broadcasts/${id}`)));
  const byId = new Map(
    announced.map((each, index) => [each.id, { ...each, beginsAt: Date.parse(told[index]?.startAt ?? "") }]),
  );
  const isAllowed = ({ gateway, broadcastId, at }: Sound): boolean => {
    const broadcast = byId.get(broadcastId);
    const village = codes[gateway]?.regionCode ?? "";
    return (
      broadcast !== undefined &&
      village.startsWith(broadcast.area.replace(/0+$/, "")) &&
      at >= broadcast.beginsAt - CLOCK_MS &&
      at <= broadcast.startAt + GRACE_MS + CLOCK_MS
    );
  };
  expect(sounds.filter((sound) => !isAllowed(sound))).toEqual([]);
  // Most of it is heard all the same; on a machine that is busy beyond all measure at least a part.
  expect(sounds.length).toBeGreaterThan((GATEWAYS * BROADCASTS) / 4);

  expect(quarantined).toEqual([]);
  const starts = alone(records);
  expect(starts.map(startOf).toSorted()).toEqual(alone(said).map(startOf).toSorted());
  expect(starts.length).toBeGreaterThan((GATEWAYS * BROADCASTS) / 5);
  expect(latenesses(starts).filter((ms) => !(ms < CLOCK_MS))).toEqual([]);
}, 600_000);
