import { randomUUID } from "node:crypto";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { PlaybackRecord } from "../../src/protocol/messages.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { parseTopic } from "../../src/protocol/topics.ts";
import { connectMqtt } from "../core/mqtt-link.ts";
import { type BootEvents, log, SOFTWARE } from "./boot.ts";
import { startBox } from "./box.ts";
import { createDisk } from "./disk.ts";
import { type Faults, fateOf, NO_FAULTS } from "./faults.ts";

export interface GatewayOptions {
  server: string;
  /** Called with every command as it arrives, and the instant: ms of `performance.timeOrigin + performance.now()`. */
  onCommand?: (gateway: number, jws: string, receivedAt: number) => void;
  /** Called when a broadcast would be heard, by which of the boxes: a clone is a second one. */
  onPlay?: (gateway: number, broadcastId: string, box: string) => void;
  /** Called at every connection. */
  onOnline?: (gateway: number) => void;
  /** Called with the status of every answer to a request for the playlist; 0 for none. */
  onPlaylist?: (gateway: number, status: number) => void;
  /** Called with every record that is written down, before it is sent for the first time. */
  onRecord?: (deviceId: string, bootId: string, record: PlaybackRecord) => void;
  /** Verify, fetch the playlist and report what a gateway would, by the clock but without sound. Default: true. */
  takePart?: boolean;
  /** What goes wrong; nothing when left out. */
  faults?: Partial<Faults>;
  /** With the same seed the same goes wrong, with the same gateways, as long after all are there. Default: 0. */
  seed?: string | number;
}

export interface Gateway {
  /** Records that the server has not acknowledged yet. */
  waiting(): number;
  /** What is to go wrong with it does, from now on. */
  beset(): void;
  /** From now on nothing goes wrong with it. */
  calm(): void;
  close(): Promise<void>;
}

/** One simulated gateway; resolves once it is connected for the first time, and comes back by itself from then on. */
export async function startGateway(options: GatewayOptions, index: number, code: string): Promise<Gateway> {
  const identity = await enrol(options.server, code, `simulated-${index}-${randomUUID()}`);
  const online = Promise.withResolvers<void>();
  const events = eventsOf(options, index, identity.deviceId);
  const onOnline = () => {
    events.onOnline();
    online.resolve();
  };
  const gateway =
    options.takePart === false
      ? listen(identity, { ...events, onOnline })
      : takePart(options, index, identity, (box) => ({
          ...events,
          onOnline,
          onPlay: (broadcastId) => options.onPlay?.(index, broadcastId, box),
        }));
  await online.promise;
  return gateway;
}

function eventsOf(options: GatewayOptions, index: number, deviceId: string): Omit<BootEvents, "onPlay"> {
  return {
    onCommand: (jws) => options.onCommand?.(index, jws, performance.timeOrigin + performance.now()),
    onOnline: () => options.onOnline?.(index),
    onPlaylist: (status) => options.onPlaylist?.(index, status),
    onRecord: (bootId, record) => options.onRecord?.(deviceId, bootId, record),
  };
}

function takePart(
  { server, seed = 0, faults: chosen }: GatewayOptions,
  index: number,
  identity: EnrolResponse,
  eventsOfBox: (box: string) => BootEvents,
): Gateway {
  const faults = { ...NO_FAULTS, ...chosen };
  const verify = createVerifier(identity.keys);
  const start = (box: string, disk = createDisk()) => {
    const fate = fateOf(seed, box, faults);
    const hasOwnClock = faults.skewMs > 0;
    return startBox({ server, identity, verify, hasOwnClock, events: eventsOfBox(box), fate, disk });
  };
  const disk = createDisk();
  const boxes = [start(`${index}`, disk)];
  return {
    waiting: () => boxes.reduce((sum, box) => sum + box.waiting(), 0),
    beset() {
      if (fateOf(seed, `${index}`, faults).isCloned) boxes.push(start(`${index} cloned`, disk.copy()));
      for (const box of boxes) box.beset();
    },
    calm() {
      for (const box of boxes) box.calm();
    },
    close: async () => void (await Promise.all(boxes.map((box) => box.close()))),
  };
}

/** Connected, and deaf but for what is commanded: what a broker has to bear. */
function listen(identity: EnrolResponse, { onCommand, onOnline }: Omit<BootEvents, "onPlay">): Gateway {
  const link = connectMqtt({
    identity,
    software: SOFTWARE,
    bootId: randomUUID(),
    now: Date.now,
    log,
    onMessage(topic, text) {
      if (parseTopic(topic)?.leaf === "command") onCommand(text);
    },
    onOnline,
  });
  return { waiting: () => 0, beset() {}, calm() {}, close: link.close };
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
