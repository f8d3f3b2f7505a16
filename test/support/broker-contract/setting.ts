import type { IClientOptions } from "mqtt";
import { afterAll, afterEach, beforeAll } from "vitest";
import { until } from "../../../scripts/until.ts";
import { type BrokerLink, connectBroker } from "../../../src/delivery/broker-link.ts";
import { UPLINK_FILTERS } from "../../../src/protocol/topics.ts";
import { connectDevice, type DeviceClient } from "../device-client.ts";
import { createFleet, FAR_VILLAGE, type Fleet, type Member, VILLAGE } from "../fleet.ts";
import { createMemoryLog } from "../memory-log.ts";

/** The server's own account at every broker of the contract. */
export const SERVER = { username: "ccx-server", password: "a-p%ssword/of:the@server" };

/** How a broker answers where brokers differ: the table of `docs/brokers.md`. */
export interface Answers {
  /** A subscription that the account may not have: the code in its SUBACK, or the end of the connection. */
  subscription: 128 | 1 | "closed";
  /** A message on a topic that the account may not use. */
  publish: "acknowledged" | "closed";
  /** A packet over 256 kB. */
  oversized: "acknowledged" | "closed";
  /** What a device finds that comes back to a persistent session: what was said meanwhile, or nothing of it. */
  session: "kept" | "clean";
  /** When a revoked device that is connected is cut off, once the revocation is in force. */
  revoked: "at once" | "at the next topic";
  /** Whether what is retained reaches a subscription with a wildcard, as the server's are. */
  retainedForWildcards: boolean;
}

export interface BrokerUnderTest {
  /** One broker, or the nodes of a cluster; without an account. */
  urls: readonly string[];
  /** Brings what was enrolled or revoked into force, where the broker has to be told. */
  enforce(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the tests of the contract take place: a broker with a fleet's accounts, the server's link to it, and two devices. */
export interface Setting {
  readonly answers: Answers;
  readonly fleet: Fleet;
  readonly broker: BrokerUnderTest;
  /** The server's link, of the newest `serverComes`. */
  readonly server: BrokerLink;
  /** Two enrolled devices, in villages of different towns. */
  readonly near: Member;
  readonly far: Member;
  /** What the server has heard since the test began. */
  readonly received: { topic: string; text: string; retain: boolean }[];
  /** Ended after the test. Where there are nodes, on another than the server is, or on the one that is named. */
  connect(member: Member, options?: IClientOptions & { node?: number }): Promise<DeviceClient>;
  /** The address of a node; one device and the next get different ones. */
  urlOf(member: Member): string;
  /** Another connection of the server, on the first node. */
  openLink(): Promise<BrokerLink>;
  /** The server comes anew, after `server.close()`, and listens as it does. */
  serverComes(): Promise<void>;
  serverHears(text: string): Promise<void>;
}

/** To be called in a `describe`: everything is there for its tests, and gone after them. */
export function settingOf(answers: Answers, start: (fleet: Fleet) => Promise<BrokerUnderTest>): Setting {
  const received: Setting["received"] = [];
  const clients: DeviceClient[] = [];
  let fleet: Fleet;
  let broker: BrokerUnderTest;
  let server: BrokerLink;
  let near: Member;
  let far: Member;

  beforeAll(async () => {
    fleet = createFleet();
    near = fleet.enrol(VILLAGE);
    far = fleet.enrol(FAR_VILLAGE);
    broker = await start(fleet);
    await serverComes();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    received.length = 0;
  });
  afterAll(async () => {
    await server?.close();
    await broker?.stop();
    fleet?.close();
  });

  async function openLink(): Promise<BrokerLink> {
    const { log } = createMemoryLog();
    const link = connectBroker({
      urls: broker.urls.slice(0, 1),
      ...SERVER,
      clientId: SERVER.username,
      log,
    });
    await until(() => link.online, { what: "the server's connection" });
    return link;
  }
  async function serverComes(): Promise<void> {
    server = await openLink();
    await server.subscribe(UPLINK_FILTERS, (topic, payload, { retain }) => {
      received.push({ topic, text: payload.toString(), retain });
    });
  }
  const nodeOf = (member: Member): number => (member === far ? 2 : 1) % broker.urls.length;
  const urlOf = (member: Member, node = nodeOf(member)): string => broker.urls[node] ?? "";

  return {
    answers,
    received,
    get fleet() {
      return fleet;
    },
    get broker() {
      return broker;
    },
    get server() {
      return server;
    },
    get near() {
      return near;
    },
    get far() {
      return far;
    },
    async connect(member, { node, ...options } = {}) {
      const client = await connectDevice(urlOf(member, node), member, options);
      clients.push(client);
      return client;
    },
    urlOf: (member) => urlOf(member),
    openLink,
    serverComes,
    serverHears: (text) =>
      until(() => received.some((message) => message.text === text), {
        what: `the server hearing "${text}"`,
      }),
  };
}

export const idOf = (member: Member): string => member.identity.id;
