import { createHash, randomUUID } from "node:crypto";
import { createServer, type Server } from "node:net";
import { Aedes, type Client } from "aedes";
import Fastify from "fastify";
import type { Identity } from "../../devices/core/identity.ts";
import { until } from "../../scripts/until.ts";
import type { LiveIndex } from "../../src/protocol/live-index.ts";
import type {
  Command,
  CommandOf,
  CommandType,
  DeviceState,
  Item,
  PlaybackRecord,
  Playlist,
  PlaylistBroadcast,
  Report,
} from "../../src/protocol/messages.ts";
import { createSigner, generateSigningKey, publicJwk, type Signer } from "../../src/protocol/signing.ts";
import { ackTopic, alertTopic, commandTopic, playlistTopic } from "../../src/protocol/topics.ts";
import { COUNTY, TOWN, VILLAGE } from "./fleet.ts";
import { freePort } from "./free-port.ts";

const DEVICE = "device-under-test";

interface MediaRequest {
  sha256: string;
  range: string | null;
  authorized: boolean;
}

/** The least that a device takes for a server: HTTP, a broker and a signing key, all in the hands of the test. */
export interface AirStation {
  url: string;
  identity: Identity;
  signer: Signer;
  /** What the device reported, once each, in the order of arrival. */
  records: (PlaybackRecord & { bootId: string })[];
  states: DeviceState[];
  mediaRequests: MediaRequest[];
  playlistRequests: number;
  liveRequests: number;
  /** The `If-None-Match` of each of them. */
  conditions: (string | undefined)[];
  /** How many connections of the device the broker has taken. */
  connections: number;
  /** Whether reports are acknowledged. */
  acknowledges: boolean;
  /** What the next media answer does after so many bytes: the connection is cut. `null`: nothing. */
  cutMediaAfter: number | null;
  /** Answers the playlist with this status and nothing else, when set. */
  playlistStatus: number | null;
  /** Signed key sets after the first. */
  keySets: string[];
  addMedia(bytes: Buffer, durationMs: number): Item;
  /** Serves these bytes under the digest of others. */
  spoil(item: Pick<Item, "sha256">, bytes: Buffer): void;
  /** What the index of a live broadcast says from now on, to those who wait as well. */
  tellLive(index: LiveIndex, by?: Signer): Promise<void>;
  /** Serves a playlist and points to it. @returns what it was */
  list(broadcasts: PlaylistBroadcast[], change?: Partial<Playlist>): Promise<Playlist>;
  /** Signs a command for the device and publishes it to its topic. @returns its id */
  command<T extends CommandType>(
    type: T,
    body: CommandOf<T>["body"],
    change?: Partial<Command>,
  ): Promise<string>;
  publish(topic: string, payload: string, retain?: boolean): Promise<void>;
  alert(area: string, payload: string): Promise<void>;
  recordsOf(id: string): string[];
  hears(id: string, ...types: string[]): Promise<void>;
  /** HTTP and broker go away without a word, and come back on the same ports. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

export async function openAirStation(): Promise<AirStation & AsyncDisposable> {
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const key = await generateSigningKey("station-1");
  const signer = await createSigner(key);
  const media = new Map<string, Buffer>();
  let playlist: { jws: string; revision: number } | null = null;
  let lastRevision = 0;
  let live: (LiveIndex & { jws: string }) | null = null;
  const listeners: (() => void)[] = [];
  let http = await openHttp();
  let broker = await openBroker();

  const station: AirStation = {
    url: `http://127.0.0.1:${httpPort}`,
    identity: {
      deviceId: DEVICE,
      token: "token",
      mqtt: { url: `mqtt://127.0.0.1:${mqttPort}`, username: DEVICE, password: "secret" },
      areas: [VILLAGE, TOWN, COUNTY],
      keys: { serial: 1, issuedAt: 0, keys: [publicJwk(key)] },
      kind: "loudspeaker",
    },
    signer,
    records: [],
    states: [],
    mediaRequests: [],
    playlistRequests: 0,
    liveRequests: 0,
    conditions: [],
    connections: 0,
    acknowledges: true,
    cutMediaAfter: null,
    playlistStatus: null,
    keySets: [],

    addMedia(bytes, durationMs) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      media.set(sha256, bytes);
      return {
        sha256,
        url: `/media/${sha256}`,
        mime: "audio/wav",
        bytes: bytes.length,
        durationMs,
        title: "测试",
      };
    },
    spoil: ({ sha256 }, bytes) => void media.set(sha256, bytes),

    async list(broadcasts, change = {}) {
      const generatedAt = Date.now();
      lastRevision += 1;
      const payload: Playlist = {
        version: 1,
        deviceId: DEVICE,
        generatedAt,
        validUntil: generatedAt + 36 * 24 * 3_600_000,
        revision: lastRevision,
        policy: { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100 },
        fetch: { slotOffsetMs: 0, deadline: generatedAt + 60_000 },
        broadcasts,
        ...change,
      };
      playlist = { jws: await signer.sign("playlist", payload), revision: payload.revision };
      const pointer = JSON.stringify({ revision: payload.revision, fetchBy: generatedAt });
      await station.publish(playlistTopic({ kind: "device", id: DEVICE }), pointer, true);
      return payload;
    },

    async command(type, body, change = {}) {
      const now = Date.now();
      const id = randomUUID();
      const command = {
        id,
        type,
        issuedAt: now,
        notAfter: now + 60_000,
        audience: { devices: [DEVICE] },
        class: "announcement",
        authority: "county",
        body,
        ...change,
      } as Command;
      const topic = commandTopic({ kind: "device", id: DEVICE });
      await station.publish(topic, await signer.sign("command", command));
      return command.id;
    },

    publish: (topic, payload, retain = false) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: "publish", topic, payload, qos: 1, retain, dup: false } as const;
        broker.aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    alert: (area, payload) => station.publish(alertTopic(area), payload, true),

    async tellLive(index, by = signer) {
      const jws = await by.sign("live", index);
      live = { ...index, jws };
      for (const tell of listeners.splice(0)) tell();
    },

    recordsOf: (id) =>
      station.records
        .filter(({ broadcastId, commandId }) => broadcastId === id || commandId === id)
        .map(({ type, reason }) => (reason === undefined ? type : `${type} ${reason}`)),
    hears: (id, ...types) =>
      until(() => types.every((type) => station.recordsOf(id).includes(type)), {
        what: `${types.join(", ")} of ${id}`,
        timeoutMs: 15_000,
      }),

    async goDown() {
      await http.close();
      await broker.close();
    },
    async comeBack() {
      http = await openHttp();
      broker = await openBroker();
    },
  };

  async function openHttp() {
    const app = Fastify({ forceCloseConnections: true });
    app.get("/device/v1/time", async () => ({ t1: 0, t2: Date.now(), t3: Date.now() }));
    app.get("/device/v1/keys", async () => ({ items: station.keySets }));
    app.get("/device/v1/playlist", async (request, reply) => {
      station.playlistRequests += 1;
      station.conditions.push(request.headers["if-none-match"]);
      if (station.playlistStatus !== null) return reply.code(station.playlistStatus).send();
      if (!playlist) return reply.code(503).header("retry-after", "0").send();
      const etag = `"${playlist.revision}"`;
      if (request.headers["if-none-match"] === etag) return reply.code(304).send();
      return reply.header("etag", etag).type("application/jose").send(playlist.jws);
    });
    app.get<{ Params: { id: string }; Querystring: { after: string } }>(
      "/device/v1/live/:id",
      async ({ query: { after } }, reply) => {
        station.liveRequests += 1;
        const hasNews = () => live !== null && (live.ended || (live.parts.at(-1)?.n ?? 0) > Number(after));
        if (!hasNews()) await new Promise<void>((resolve) => void listeners.push(resolve));
        return reply.type("application/jose").send(live?.jws);
      },
    );
    app.get<{ Params: { sha256: string } }>("/media/:sha256", async (request, reply) => {
      const { sha256 } = request.params;
      const range = request.headers.range ?? null;
      station.mediaRequests.push({
        sha256,
        range,
        authorized: request.headers.authorization === "Bearer token",
      });
      const bytes = media.get(sha256);
      if (!bytes) return reply.code(404).send();
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
      const rest = bytes.subarray(from);
      reply.hijack();
      const headers = {
        "content-length": rest.length,
        "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      };
      reply.raw.writeHead(from > 0 ? 206 : 200, headers);
      const cutAfter = station.cutMediaAfter;
      station.cutMediaAfter = null;
      if (cutAfter === null) return void reply.raw.end(rest);
      reply.raw.write(rest.subarray(0, cutAfter), () => setImmediate(() => reply.raw.destroy()));
    });
    await app.listen({ host: "127.0.0.1", port: httpPort });
    return app;
  }

  async function openBroker() {
    const aedes = await Aedes.createBroker();
    const tcp: Server = createServer(aedes.handle);
    aedes.on("client", () => void (station.connections += 1));
    aedes.on("publish", (packet, client: Client | null) => {
      if (client) onUplink(packet.topic, packet.payload.toString());
    });
    await new Promise<void>((resolve) => tcp.listen(mqttPort, "127.0.0.1", resolve));
    return {
      aedes,
      async close() {
        await new Promise<void>((resolve) => aedes.close(() => resolve()));
        await new Promise<void>((resolve) => void tcp.close(() => resolve()));
      },
    };
  }

  function onUplink(topic: string, payload: string): void {
    if (topic.endsWith("/state")) station.states.push(JSON.parse(payload) as DeviceState);
    if (!topic.endsWith("/report")) return;
    const { bootId, records } = JSON.parse(payload) as Report;
    const isKnown = (seq: number) =>
      station.records.some((record) => record.bootId === bootId && record.seq === seq);
    for (const record of records) if (!isKnown(record.seq)) station.records.push({ ...record, bootId });
    let ackedSeq = 0;
    while (isKnown(ackedSeq + 1)) ackedSeq += 1;
    if (station.acknowledges) void station.publish(ackTopic(DEVICE), JSON.stringify({ bootId, ackedSeq }));
  }

  return Object.assign(station, { [Symbol.asyncDispose]: () => station.goDown().catch(() => {}) });
}
