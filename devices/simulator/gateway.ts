import { randomUUID } from "node:crypto";
import { pino } from "pino";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { parseTopic } from "../../src/protocol/topics.ts";
import { connectMqtt } from "../core/mqtt-link.ts";
import { takePartIn } from "./part.ts";

export interface GatewayOptions {
  /** Base URL of the server. */
  server: string;
  /** Called with every command as it arrives, before anything is done with it. `receivedAt` is epoch ms. */
  onCommand?: (gateway: number, jws: string, receivedAt: number) => void;
  /** Called when a gateway begins to play, before it is reported. */
  onPlay?: (gateway: number, broadcastId: string) => void;
  /** Called at every connection. */
  onOnline?: (gateway: number) => void;
  /** Called with the status of every answer to a request for the playlist. */
  onPlaylist?: (gateway: number, status: number) => void;
  /** Verify, fetch the playlist and report what a gateway would, by the clock but without sound. Default: true. */
  takePart?: boolean;
}

export interface Gateway {
  /** Records that the server has not acknowledged yet. */
  waiting(): number;
  close(): Promise<void>;
}

const SOFTWARE = "cuncunxiang-simulator/0.1";
/** Thousands of gateways that tell of every lost connection would drown what the test has to say. */
const log = pino({ level: "silent" });

/** One simulated gateway; resolves once it is connected for the first time, and comes back by itself from then on. */
export async function startGateway(options: GatewayOptions, index: number, code: string): Promise<Gateway> {
  const { server, onCommand, onOnline, onPlay, onPlaylist, takePart = true } = options;
  const identity = await enrol(server, code, `simulated-${index}-${randomUUID()}`);
  const verify = createVerifier(identity.keys);
  const bootId = randomUUID();
  const part = takePart
    ? takePartIn({
        server,
        identity,
        bootId,
        verify,
        link: () => link,
        onPlay: (broadcastId) => onPlay?.(index, broadcastId),
        onPlaylist: (status) => onPlaylist?.(index, status),
      })
    : null;

  function onMessage(topic: string, payload: Buffer, retained: boolean): void {
    const text = payload.toString("utf8");
    switch (parseTopic(topic)?.leaf ?? "unknown") {
      case "command":
        onCommand?.(index, text, performance.timeOrigin + performance.now());
        // It stays with the keys of its enrolment: what is signed by later ones is nothing to it.
        if (part) verify("command", text).then(part.command, () => undefined);
        break;
      case "playlist":
        part?.pointer(JSON.parse(text), retained);
        break;
      case "ack":
        part?.ack(JSON.parse(text));
        break;
      default: // an alert is not played here
    }
  }

  let isOnline = () => {};
  const online = new Promise<void>((resolve) => (isOnline = resolve));
  const link = connectMqtt({
    identity,
    software: SOFTWARE,
    bootId,
    now: Date.now,
    log,
    onMessage,
    onOnline() {
      isOnline();
      onOnline?.(index);
      part?.returned();
    },
  });
  await online;
  return {
    waiting: () => part?.waiting() ?? 0,
    async close() {
      part?.close();
      await link.close();
    },
  };
}

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
