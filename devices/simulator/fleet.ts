import { randomUUID } from "node:crypto";
import mqtt, { type MqttClient } from "mqtt";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type {
  PlaybackRecord,
  PlaylistBroadcast,
  PlaylistPointer,
  Presence,
  ReasonCode,
} from "../../src/protocol/messages.ts";
import { createVerifier, VerificationError } from "../../src/protocol/signing.ts";
import { parseTopic, subscriptionsOf, uplinkTopic } from "../../src/protocol/topics.ts";
import { createSimulatedAir } from "./air.ts";

export interface FleetOptions {
  /** Base URL of the server. */
  server: string;
  /** One enrolment code a gateway. */
  codes: string[];
  /** Enrolments and connections under way at once. */
  concurrency?: number;
  /** Called with every command as it arrives, before anything is done with it. `receivedAt` is epoch ms. */
  onCommand?: (gateway: number, jws: string, receivedAt: number) => void;
  /** Verify, fetch the playlist and report what a gateway would, by the clock but without sound. Default: true. */
  takePart?: boolean;
}

export interface Fleet {
  readonly size: number;
  close(): Promise<void>;
}

const SOFTWARE = "cuncunxiang-simulator/0.1";

/** Many light gateways in one process: each enrols, connects, listens and reports for itself. */
export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const { codes, concurrency = 50 } = options;
  const gateways: { close(): Promise<void> }[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < codes.length; index = next++) {
      gateways.push(await startGateway(options, index, codes[index] ?? ""));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    size: gateways.length,
    close: async () => void (await Promise.all(gateways.map((gateway) => gateway.close()))),
  };
}

async function startGateway(
  { server, onCommand, takePart = true }: FleetOptions,
  index: number,
  code: string,
) {
  const identity = await enrol(server, code, `simulated-${index}-${randomUUID()}`);
  const { deviceId } = identity;
  const bootId = randomUUID();
  const connection = await connect(identity, bootId);
  const verify = createVerifier(identity.keys);
  const part = takePart ? takePartIn(server, identity, bootId, connection) : null;

  connection.on("message", (topic, payload) => {
    const leaf = parseTopic(topic)?.leaf;
    const text = payload.toString("utf8");
    if (leaf === "command") {
      onCommand?.(index, text, performance.timeOrigin + performance.now());
      if (part)
        void verify("command", text).then(
          ({ id }) => part.received(id),
          (error: unknown) => part.refused(error instanceof VerificationError ? error.reason : "malformed"),
        );
    } else if (leaf === "playlist") {
      part?.pointer(JSON.parse(text) as PlaylistPointer);
    }
  });
  await connection.subscribeAsync(subscriptionsOf({ deviceId, areas: identity.areas, groups: [] }), {
    qos: 1,
  });
  await connection.publishAsync(uplinkTopic(deviceId, "presence"), JSON.stringify(presence(bootId, true)), {
    qos: 1,
    retain: true,
  });
  return {
    async close() {
      part?.close();
      await connection.endAsync(true);
    },
  };
}

const presence = (bootId: string, online: boolean): Presence => ({
  online,
  bootId,
  at: Date.now(),
  software: SOFTWARE,
});

async function enrol(server: string, code: string, hardwareId: string): Promise<EnrolResponse> {
  const answer = await fetch(`${server}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code, hardwareId, kind: "loudspeaker", model: "simulated", software: SOFTWARE }),
  });
  if (answer.status !== 201)
    throw new Error(`enrolment ${hardwareId}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as EnrolResponse;
}

function connect({ deviceId, mqtt: broker }: EnrolResponse, bootId: string): Promise<MqttClient> {
  return mqtt.connectAsync(broker.url, {
    clientId: deviceId,
    username: broker.username,
    password: broker.password,
    protocolVersion: 4,
    clean: true,
    keepalive: 120,
    will: {
      topic: uplinkTopic(deviceId, "presence"),
      payload: Buffer.from(JSON.stringify(presence(bootId, false))),
      qos: 1,
      retain: true,
    },
  });
}

/** What a gateway does with its playlist, apart from the sound: received, cached, started and finished at their instants. */
function takePartIn(server: string, identity: EnrolResponse, bootId: string, connection: MqttClient) {
  const known = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  const verify = createVerifier(identity.keys);
  let seq = 0;
  let etag: string | null = null;

  function report(record: Omit<PlaybackRecord, "seq" | "at">): void {
    seq += 1;
    const message = { bootId, records: [{ seq, at: Date.now(), ...record }] };
    connection.publish(uplinkTopic(identity.deviceId, "report"), JSON.stringify(message), { qos: 1 });
  }

  function at(instant: number, run: () => void): void {
    const ms = instant - Date.now();
    // Beyond what a timer can hold; a fleet under load does not run for weeks.
    if (ms > 2 ** 31 - 1) return;
    const timer = setTimeout(run, Math.max(0, ms));
    timers.add(timer);
  }

  async function fetchPlaylist(): Promise<void> {
    const answer = await fetch(`${server}/device/v1/playlist`, {
      headers: {
        authorization: `Bearer ${identity.token}`,
        accept: "application/jose",
        ...(etag === null ? {} : { "if-none-match": etag }),
      },
    });
    if (answer.status !== 200) return;
    etag = answer.headers.get("etag");
    const playlist = await verify("playlist", await answer.text());
    for (const entry of playlist.broadcasts) take(entry);
  }

  const air = createSimulatedAir({ report, at, now: Date.now });

  function take(entry: PlaylistBroadcast): void {
    const { id: broadcastId, startAt } = entry;
    if (known.has(broadcastId) || startAt < Date.now()) return;
    known.add(broadcastId);
    report({ type: "received", broadcastId });
    report({ type: "cached", broadcastId });
    air.play(entry);
  }

  return {
    received: (commandId: string) => report({ type: "received", commandId }),
    refused: (reason: ReasonCode) => report({ type: "refused", reason }),
    pointer({ fetchBy }: PlaylistPointer): void {
      // Evenly over the window, like the hashed slots of real gateways.
      at(
        Date.now() + Math.random() * Math.max(0, fetchBy - Date.now()),
        () => void fetchPlaylist().catch(() => {}),
      );
    },
    close: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
