import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Compile } from "typebox/compile";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { KeySet } from "../../src/protocol/key-set.ts";
import {
  type Alert,
  type Command,
  type CommandOf,
  type CommandType,
  DeviceState,
  type Item,
  type PlayBody,
  type PlaybackRecord,
  type Playlist,
  type PlaylistBroadcast,
  Presence,
  Report,
} from "../../src/protocol/messages.ts";
import {
  createSigner,
  generateSigningKey,
  publicJwk,
  type Signer,
  type SigningKey,
} from "../../src/protocol/signing.ts";
import { ackTopic, alertTopic, commandTopic, playlistTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { type BrokerSide, openBroker } from "./broker-side.ts";
import { CaseFailure, demand } from "./failure.ts";
import type { GatewayUnderTest } from "./gateway-under-test.ts";
import { type HttpSide, openHttp } from "./http-side.ts";
import { readAs } from "./read-as.ts";
import { type Sound, silence } from "./sound.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** How far the kit's time is ahead of the machine's: a gateway that never asked for the time plays nothing right. */
const TIME_SHIFT_MS = 37 * 60_000;
export const VILLAGE = "370783112201";
export const AREAS = [VILLAGE, "370783112000", "370783000000"];
const POLICY = { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100 };

const reportValidator = Compile(Report);
const stateValidator = Compile(DeviceState);
const presenceValidator = Compile(Presence);

export type Reported = PlaybackRecord & { bootId: string; arrivedAt: number };

/** Everything a case works with: the server's side in the kit's hands, and the gateway under test. */
export interface Bench {
  readonly deviceId: string;
  readonly timeline: Timeline;
  readonly http: HttpSide;
  readonly broker: BrokerSide;
  readonly gateway: GatewayUnderTest;
  /** Where the kit listens, and the name by which the gateway reaches it. */
  readonly host: string;
  readonly hostname: string;
  readonly signer: Signer;
  /** The private halves of the keys that the device trusts: in use, and next. */
  readonly keys: readonly [SigningKey, SigningKey];
  readonly keySet: KeySet;
  acknowledges: boolean;
  now(): number;
  /** Signs with another key from now on. */
  signWith(key: SigningKey): Promise<void>;
  /** An item of silence that no other case has. */
  item(durationMs: number): Item;
  broadcast(inMs: number, change?: Partial<PlaylistBroadcast>): PlaylistBroadcast;
  /** Serves a playlist and points to it. */
  list(broadcasts: PlaylistBroadcast[], change?: Partial<Playlist>): Promise<Playlist>;
  point(revision: number): Promise<void>;
  /** Signs a command and publishes it. */
  command<T extends CommandType>(
    type: T,
    body: CommandOf<T>["body"],
    change?: Partial<Command>,
  ): Promise<{ id: string; jws: string }>;
  send(jws: string, retain?: boolean): Promise<void>;
  alert(area: string, inMs: number, change?: Partial<Alert>): Promise<Alert>;
  clearAlert(area: string): Promise<void>;
  /** The report in a payload, or `null` when it does not fit. */
  readReport(payload: string): Report | null;
  /** What was reported, each record once. @param id of a broadcast or a command; every one without */
  records(id?: string): Reported[];
  /** Waits until such a record has come. @throws {CaseFailure} when it does not */
  hears(id: string, type: PlaybackRecord["type"], reason?: string): Promise<Reported>;
  /** Waits for any record that comes after `since` with this refusal. */
  hearsRefusal(reason: string, since: number): Promise<void>;
  /** @throws {CaseFailure} when the condition does not come to hold */
  comes(condition: () => boolean, otherwise: string, timeoutMs?: number): Promise<void>;
  /** Waits whether something happens that must not. */
  passes(ms: number): Promise<void>;
  isOnline(): boolean;
  /** The boot ids that it announced itself with, in order. */
  boots(): string[];
  /** HTTP and broker are away while it runs, and come back on the same ports. */
  offline(run: () => Promise<void>): Promise<void>;
  /** Turns the gateway off and on, and waits for it. */
  reboot(): Promise<void>;
  /** Waits until it is online, with a clock that it trusts: before that it may refuse what is not from its past. */
  comesBack(otherwise: string): Promise<void>;
}

export interface BenchOptions {
  host: string;
  port: number;
  mqttPort: number;
  /** The address by which the gateway reaches the kit. */
  url: (port: number) => string;
  code: string;
  gateway: (url: string) => GatewayUnderTest;
}

/** How long a gateway may take for what needs no instant of its own. */
const PATIENCE_MS = 20_000;

export async function openBench(
  options: BenchOptions,
): Promise<Bench & { url: string; close(): Promise<void> }> {
  const now = () => performance.timeOrigin + performance.now() + TIME_SHIFT_MS;
  const timeline = createTimeline();
  const deviceId = randomUUID();
  const account = { username: deviceId, password: randomBytes(24).toString("base64url") };
  const token = randomBytes(24).toString("base64url");
  const [inUse, next] = [await generateSigningKey("kit-1"), await generateSigningKey("kit-2")];
  let signer = await createSigner(inUse);
  let revision = 0;
  const keySet: KeySet = { serial: 1, issuedAt: Math.round(now()), keys: [inUse, next].map(publicJwk) };

  const openBrokerAt = (port: number) =>
    openBroker({ timeline, now, listen: { host: options.host, port }, account });
  let broker = await openBrokerAt(options.mqttPort);
  const enrolment = (): EnrolResponse => ({
    deviceId,
    token,
    mqtt: { url: `mqtt://${new URL(url).hostname}:${broker.port}`, ...account },
    areas: AREAS,
    keys: keySet,
  });
  const http: HttpSide = {
    codes: new Set([options.code]),
    enrolment,
    playlist: null,
    playlistFailure: null,
    keySets: new Map(),
    media: new Map(),
    spoilt: new Map(),
    cutMediaAfter: null,
  };
  const openDoorAt = (port: number) => openHttp(http, timeline, now, { host: options.host, port });
  let door = await openDoorAt(options.port);
  const url = options.url(door.port);

  const reported = new Map<string, Reported>();
  let readUntil = 0;
  /** Takes the reports that have come since the last call into account. */
  function readReports(): void {
    const topic = uplinkTopic(deviceId, "report");
    const fresh = timeline.of("publish", readUntil).filter((deed) => deed.topic === topic);
    readUntil = timeline.length;
    for (const { payload, at } of fresh) {
      const report = bench.readReport(payload);
      if (!report) continue; // the case "well-formed" tells
      const { bootId, records } = report;
      for (const record of records) {
        const key = `${bootId} ${record.seq}`;
        if (!reported.has(key)) reported.set(key, { ...record, bootId, arrivedAt: at });
      }
      if (bench.acknowledges) acknowledge(bootId);
    }
  }

  function acknowledge(bootId: string): void {
    let ackedSeq = 0;
    while (reported.has(`${bootId} ${ackedSeq + 1}`)) ackedSeq += 1;
    void broker.publish(ackTopic(deviceId), JSON.stringify({ bootId, ackedSeq }));
  }

  const device = { kind: "device", id: deviceId } as const;
  const presenceTopic = uplinkTopic(deviceId, "presence");
  const records = (id?: string): Reported[] => {
    readReports();
    const all = [...reported.values()];
    return id === undefined ? all : all.filter((each) => each.broadcastId === id || each.commandId === id);
  };

  /** As the newest state of the newest connection says. */
  function isClockTrusted(): boolean {
    const { connection } = timeline.of("connect").at(-1) ?? {};
    const state = timeline
      .of("publish")
      .findLast((deed) => deed.connection === connection && deed.topic === uplinkTopic(deviceId, "state"));
    return readAs(stateValidator, state?.payload ?? "")?.clock.trusted ?? false;
  }

  const bench: Bench = {
    deviceId,
    timeline,
    http,
    get broker() {
      return broker;
    },
    gateway: options.gateway(url),
    host: options.host,
    hostname: new URL(url).hostname,
    get signer() {
      return signer;
    },
    keys: [inUse, next],
    keySet,
    acknowledges: true,
    now,
    records,
    readReport: (payload) => readAs(reportValidator, payload),

    async signWith(key) {
      signer = await createSigner(key);
    },

    item(durationMs) {
      const sound: Sound = silence(durationMs, randomUUID());
      http.media.set(sound.sha256, sound);
      return {
        sha256: sound.sha256,
        url: `/media/${sound.sha256}?expires=4102444800&signature=kit`,
        mime: "audio/mpeg",
        bytes: sound.bytes.length,
        durationMs: sound.durationMs,
        title: "conformance",
      };
    },

    broadcast(inMs, change = {}) {
      const startAt = Math.round(now() + inMs);
      return {
        id: randomUUID(),
        startAt,
        notAfter: startAt + 60_000,
        class: "announcement",
        priority: 50,
        lateness: "join",
        offline: "play",
        programme: "conformance",
        title: "conformance",
        items: change.items ?? [bench.item(1_000)],
        ...change,
      };
    },

    async list(broadcasts, change = {}) {
      const generatedAt = Math.round(now());
      revision = Math.max(revision + 1, change.revision ?? 0);
      const playlist: Playlist = {
        version: 1,
        deviceId,
        generatedAt,
        validUntil: generatedAt + 36 * 24 * 3_600_000,
        revision,
        policy: POLICY,
        fetch: { slotOffsetMs: 0, deadline: generatedAt + 60_000 },
        broadcasts,
        ...change,
      };
      // A field that no version knows: it is to be passed over.
      const jws = await signer.sign("playlist", { ...playlist, "x-later": true } as Playlist);
      http.playlist = { jws, etag: `"kit-${randomUUID()}"` };
      await bench.point(revision);
      return playlist;
    },

    point: (to) =>
      broker.publish(
        playlistTopic(device),
        JSON.stringify({ revision: to, fetchBy: Math.round(now()) + 300 }),
        true,
      ),

    async command(type, body, change = {}) {
      const command = {
        id: randomUUID(),
        type,
        issuedAt: Math.round(now()),
        notAfter: Math.round(now()) + 60_000,
        audience: { devices: [deviceId] },
        class: "announcement",
        authority: "county",
        body,
        ...change,
      } as Command;
      const jws = await signer.sign("command", command);
      await bench.send(jws);
      return { id: command.id, jws };
    },

    send: (jws, retain = false) => broker.publish(commandTopic(device), jws, retain),

    async alert(area, inMs, change = {}) {
      const from = Math.round(now() + inMs);
      const alert: Alert = {
        id: randomUUID(),
        rev: 1,
        from,
        until: from + 120_000,
        programme: "conformance",
        title: "conformance",
        items: change.items ?? [bench.item(2_000)],
        ...change,
      };
      await broker.publish(alertTopic(area), await signer.sign("alert", alert), true);
      return alert;
    },

    clearAlert: (area) => broker.publish(alertTopic(area), "", true),

    async hears(id, type, reason) {
      const find = () =>
        records(id).find(
          (record) => record.type === type && (reason === undefined || record.reason === reason),
        );
      const wanted = reason === undefined ? type : `${type} (${reason})`;
      await timeline.comes(() => find() !== undefined, PATIENCE_MS);
      const found = find();
      if (found) return found;
      const said = records(id).map((each) => [each.type, each.reason].filter(Boolean).join(" "));
      throw new CaseFailure(`no record "${wanted}" came; what came: ${said.join(", ") || "nothing"}`);
    },

    hearsRefusal: (reason, since) =>
      bench.comes(
        () =>
          records()
            .slice(since)
            .some((record) => record.type === "refused" && record.reason === reason),
        `no "refused" record with the reason "${reason}" came`,
      ),

    async comes(condition, otherwise, timeoutMs = PATIENCE_MS) {
      const holds = () => {
        readReports();
        return condition();
      };
      demand(await timeline.comes(holds, timeoutMs), otherwise);
    },

    async passes(ms) {
      await wait(ms);
      readReports();
    },

    isOnline() {
      const last = timeline.of("publish").findLast(({ topic }) => topic === presenceTopic);
      const gone = timeline.of("disconnect").at(-1);
      if (!last || !readAs(presenceValidator, last.payload)?.online) return false;
      return !gone || gone.connection < last.connection;
    },

    boots: () =>
      timeline.of("publish").flatMap(({ topic, payload }) => {
        const said = topic === presenceTopic ? readAs(presenceValidator, payload) : null;
        return said?.online ? [said.bootId] : [];
      }),

    async offline(run) {
      await Promise.all([broker.close(), door.close()]);
      try {
        await run();
      } finally {
        broker = await openBrokerAt(broker.port);
        door = await openDoorAt(door.port);
      }
      await bench.comesBack("it did not come back when its line did");
    },

    async reboot() {
      await bench.gateway.off();
      await timeline.comes(() => !bench.isOnline(), PATIENCE_MS);
      await bench.gateway.on();
      await bench.comesBack("it did not come back after its power was off");
    },

    async comesBack(otherwise) {
      const isBack = () => bench.isOnline() && isClockTrusted();
      await bench.comes(isBack, `${otherwise}, or never told a state with a trusted clock`, 90_000);
    },
  };

  return Object.assign(bench, {
    url,
    async close() {
      await Promise.all([broker.close(), door.close()]);
    },
  });
}

/** The body of a `play` command for a broadcast. */
export const playBody = ({ id, class: _, ...rest }: PlaylistBroadcast): PlayBody => ({
  broadcastId: id,
  ...rest,
});
