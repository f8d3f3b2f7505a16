import { randomBytes, randomUUID } from "node:crypto";
import type { PlaybackRecord } from "../../src/protocol/messages.ts";
import { wait } from "../core/wait.ts";
import { type BrokerSide, openBroker } from "./broker-side.ts";
import { CaseFailure, demand } from "./failure.ts";
import type { GatewayUnderTest } from "./gateway-under-test.ts";
import { type HttpSide, openHttp } from "./http-side.ts";
import { createLine, type Line } from "./line.ts";
import { createProgramme, type Programme } from "./programme.ts";
import { createRecords, type Records, type Reported } from "./records.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** How far the kit's time is ahead of the machine's: a gateway that never asked for the time plays nothing right. */
const TIME_SHIFT_MS = 37 * 60_000;
export const VILLAGE = "370783112201";
export const AREAS = [VILLAGE, "370783112000", "370783000000"];

/** Everything a case works with: the server's side in the kit's hands, and the gateway under test. */
export interface Bench {
  readonly deviceId: string;
  /** What the kit says, and what is reported to it. */
  readonly server: Programme;
  readonly reports: Records;
  readonly line: Line;
  readonly timeline: Timeline;
  readonly http: HttpSide;
  readonly broker: BrokerSide;
  readonly gateway: GatewayUnderTest;
  /** Where the kit listens, and the name by which the gateway reaches it. */
  readonly host: string;
  readonly hostname: string;
  /** Epoch ms, as the gateway learns it by asking for the time. */
  now(): number;
  /** Waits until such a record has come. @throws {CaseFailure} when it does not */
  hears(id: string, type: PlaybackRecord["type"], reason?: string): Promise<Reported>;
  /** Waits for any refusal with this reason after so many records. @throws {CaseFailure} when there is none */
  hearsRefusal(reason: string, since: number): Promise<void>;
  /** @throws {CaseFailure} when the condition does not come to hold */
  comes(condition: () => boolean, otherwise: string, timeoutMs?: number): Promise<void>;
  /** Waits whether something happens that must not. */
  passes(ms: number): Promise<void>;
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
const BACK_MS = 90_000;

export async function openBench(
  options: BenchOptions,
): Promise<Bench & { url: string; close(): Promise<void> }> {
  const { host } = options;
  const now = () => performance.timeOrigin + performance.now() + TIME_SHIFT_MS;
  const timeline = createTimeline();
  const deviceId = randomUUID();
  const account = { username: deviceId, password: randomBytes(24).toString("base64url") };
  const token = randomBytes(24).toString("base64url");

  const openBrokerAt = (port: number) => openBroker({ timeline, now, listen: { host, port }, account });
  let broker = await openBrokerAt(options.mqttPort);
  const publish: BrokerSide["publish"] = (...message) => broker.publish(...message);
  const http: HttpSide = {
    codes: new Set([options.code]),
    enrolment: () => ({
      deviceId,
      token,
      mqtt: { url: `mqtt://${new URL(url).hostname}:${broker.port}`, ...account },
      areas: AREAS,
      keys: server.keySet,
    }),
    playlist: null,
    playlistFailure: null,
    keySets: new Map(),
    live: null,
    media: new Map(),
    spoilt: new Map(),
    cutMediaAfter: null,
  };
  const openDoorAt = (port: number) => openHttp(http, timeline, now, { host, port });
  let door = await openDoorAt(options.port);
  const url = options.url(door.port);
  const server = await createProgramme({ deviceId, http, now, publish });
  const reports = createRecords({ timeline, deviceId, publish });
  const line = createLine(timeline, deviceId);
  const gateway = options.gateway(url);

  async function comes(condition: () => boolean, otherwise: string, timeoutMs = PATIENCE_MS): Promise<void> {
    const holds = () => {
      reports.records(); // acknowledges what has come meanwhile
      return condition();
    };
    demand(await timeline.comes(holds, timeoutMs), otherwise);
  }

  const bench: Bench & { url: string; close(): Promise<void> } = {
    deviceId,
    server,
    reports,
    line,
    timeline,
    http,
    get broker() {
      return broker;
    },
    gateway,
    host,
    hostname: new URL(url).hostname,
    now,
    comes,

    async hears(id, type, reason) {
      const find = () =>
        reports
          .records(id)
          .find((record) => record.type === type && (reason === undefined || record.reason === reason));
      await timeline.comes(() => find() !== undefined, PATIENCE_MS);
      const found = find();
      if (found) return found;
      const wanted = reason === undefined ? type : `${type} (${reason})`;
      const said = reports.records(id).map((each) => [each.type, each.reason].filter(Boolean).join(" "));
      throw new CaseFailure(`no record "${wanted}" came; what came: ${said.join(", ") || "nothing"}`);
    },

    hearsRefusal(reason, since) {
      const isIt = (record: Reported) => record.type === "refused" && record.reason === reason;
      const otherwise = `no "refused" record with the reason "${reason}" came`;
      return comes(() => reports.records().slice(since).some(isIt), otherwise);
    },

    async passes(ms) {
      await wait(ms);
      reports.records();
    },

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
      await gateway.off();
      await timeline.comes(() => !line.isOnline(), PATIENCE_MS);
      await gateway.on();
      await bench.comesBack("it did not come back after its power was off");
    },

    comesBack: (otherwise) =>
      comes(
        () => line.isOnline() && line.isClockTrusted(),
        `${otherwise}, or never told a state with a trusted clock`,
        BACK_MS,
      ),

    url,
    async close() {
      await Promise.all([broker.close(), door.close()]);
    },
  };
  return bench;
}
