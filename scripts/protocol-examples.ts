import { createHash } from "node:crypto";
import { fetchSlotMs } from "../src/protocol/fetch-slot.ts";
import type { EnrolRequest, EnrolResponse } from "../src/protocol/http-messages.ts";
import type { KeySet } from "../src/protocol/key-set.ts";
import type { Ack, Playlist, PlaylistPointer, Presence, Report } from "../src/protocol/messages.ts";
import { createSigner, publicJwk } from "../src/protocol/signing.ts";
import {
  ackTopic,
  alertTopic,
  commandTopic,
  playlistTopic,
  subscriptionsOf,
  uplinkTopic,
} from "../src/protocol/topics.ts";
import { bytes, decode, fence, http, publish } from "./line-blocks.ts";
import { EXAMPLE_DEVICE, ISSUED_AT, stopCommand, testKey } from "./protocol-vectors.ts";

const AREAS = ["370783112201", "370783112000", "370783000000", "370700000000", "370000000000"];
const TOKEN = "dGhlIHRva2VuIG9mIGFuIGV4YW1wbGUsIG5vdGhpbmcgZWxzZQ";
const PASSWORD = "dGhlIHBhc3N3b3JkIG9mIGFuIGV4YW1wbGUsIG5vIG90aGVy";
const BOOT = "5f0c1f0e-5f0a-4a6e-9c0b-0d5d2a3f8c11";
const HOST = "county.example:3000";
const MEDIA = Buffer.from("ID3 the bytes of a recording, of which there are 56 in all");

/** The page of worked examples: what goes over the line, byte by byte, made by the code that makes it in earnest. */
export async function exampleDocument(): Promise<string> {
  const [inUse, next, third] = [
    testKey("eddsa-in-use", "EdDSA"),
    testKey("eddsa-next", "EdDSA"),
    testKey("eddsa-third", "EdDSA"),
  ];
  const signer = await createSigner(inUse);
  const keys: KeySet = { serial: 1, issuedAt: ISSUED_AT, keys: [inUse, next].map(publicJwk) };
  const deviceId = EXAMPLE_DEVICE;
  const sha256 = createHash("sha256").update(MEDIA).digest("hex");
  const digest = createHash("sha256").update(MEDIA).digest("base64");

  const enrolRequest: EnrolRequest = {
    code: "K7QX-2M4P-9RTD-6WVA",
    hardwareId: "SN-20260001",
    kind: "loudspeaker",
    model: "Horn 3",
    software: "horn/2.1",
  };
  const enrolResponse: EnrolResponse = {
    deviceId,
    token: TOKEN,
    mqtt: { url: "mqtt://county.example:1883", username: deviceId, password: PASSWORD },
    areas: AREAS,
    keys,
  };
  const presence = (online: boolean): Presence => ({
    online,
    bootId: BOOT,
    at: ISSUED_AT,
    software: "horn/2.1",
  });
  const pointer: PlaylistPointer = { revision: 7, fetchBy: ISSUED_AT + 300_000 };
  const playlist: Playlist = {
    version: 1,
    deviceId,
    generatedAt: ISSUED_AT,
    validUntil: ISSUED_AT + 36 * 86_400_000,
    revision: 7,
    keySerial: 1,
    policy: { zone: "Asia/Shanghai", quietHours: [{ from: "22:00", to: "06:00" }], maxVolume: 80 },
    desired: {
      version: 3,
      volume: 60,
      groups: ["party-schools"],
      policyVersion: "q3Zr8Xy0aLdM",
      software: { channel: "stable", version: "horn/2.1" },
    },
    fetch: { slotOffsetMs: fetchSlotMs(deviceId, 7, 600_000), deadline: ISSUED_AT + 86_400_000 },
    broadcasts: [
      {
        id: "01939f0a-2f00-7000-8000-00000000b001",
        startAt: ISSUED_AT + 86_400_000,
        notAfter: ISSUED_AT + 86_400_000 + 600_000,
        class: "daily",
        authority: "county",
        priority: 50,
        lateness: "join",
        offline: "play",
        programme: "党建之声",
        title: "第42期",
        items: [
          {
            sha256,
            url: `/media/${sha256}?expires=1798761600&signature=3vQB7B6MrGQZaxCuFg4oh0`,
            mime: "audio/mpeg",
            bytes: MEDIA.length,
            durationMs: 900_000,
            title: "第42期",
          },
        ],
      },
    ],
  };
  const playlistJws = await signer.sign("playlist", playlist);
  const command = await signer.sign("command", stopCommand);
  const [header = "", payload = "", signature = ""] = command.split(".");
  const report: Report = {
    bootId: BOOT,
    bootedAt: ISSUED_AT - 60_000,
    records: [
      { seq: 1, at: ISSUED_AT + 120, upMs: 60_120, type: "received", commandId: stopCommand.id },
      {
        seq: 2,
        at: ISSUED_AT + 130,
        upMs: 60_130,
        type: "interrupted",
        broadcastId: "01939f0a-2f00-7000-8000-00000000b000",
        positionMs: 41_200,
        reason: "stopped",
      },
    ],
  };
  const ack: Ack = { bootId: BOOT, ackedSeq: 2 };
  const second: KeySet = {
    serial: 2,
    issuedAt: ISSUED_AT + 86_400_000,
    keys: [next, third, inUse].map(publicJwk),
  };
  const slotDigest = createHash("sha256").update(`${deviceId}:7`).digest();
  const [t1, t2, t3, t4] = [ISSUED_AT - 5_000, ISSUED_AT + 40, ISSUED_AT + 41, ISSUED_AT - 4_919];

  return `# Worked examples

Written by \`npm run protocol:docs\` from the same code that speaks the protocol; a test reads every byte of it back. The keys
are those of [\`vectors/eddsa.json\`](vectors/eddsa.json). Bodies are shown on one line each, as they travel.

## 1. Enrolment

${http(
  `POST /device/v1/enroll HTTP/1.1\nHost: ${HOST}\nContent-Type: application/json`,
  JSON.stringify(enrolRequest),
)}
${http("HTTP/1.1 201 Created\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store", JSON.stringify(enrolResponse))}
## 2. Connection

CONNECT: MQTT 3.1.1, clean session, keep-alive 30 s, a retained will of QoS 1.

${bytes({
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion: 4,
  clean: true,
  keepalive: 30,
  clientId: deviceId,
  username: deviceId,
  password: Buffer.from(PASSWORD),
  will: {
    topic: uplinkTopic(deviceId, "presence"),
    payload: Buffer.from(JSON.stringify(presence(false))),
    qos: 1,
    retain: true,
  },
})}
SUBSCRIBE to the device's own branch and that of each of its areas: ${subscriptionsOf({ deviceId, areas: AREAS, groups: [] }).length} topics, none with a wildcard.

${bytes({
  cmd: "subscribe",
  messageId: 1,
  subscriptions: subscriptionsOf({ deviceId, areas: AREAS, groups: [] }).map((topic) => ({ topic, qos: 1 })),
})}
After the SUBACK the birth, retained:

${publish(2, uplinkTopic(deviceId, "presence"), JSON.stringify(presence(true)), true)}
The broker sends the retained pointer of the town:

${publish(1, playlistTopic({ kind: "area", id: "370783112000" }), JSON.stringify(pointer), true)}
## 3. Playlist

The slot of this device for revision 7, in a window of 600,000 ms: the SHA-256 of \`${deviceId}:7\` begins
\`${slotDigest.subarray(0, 4).toString("hex")}\`, which is ${slotDigest.readUInt32BE(0)} of 4294967296, so it waits **${fetchSlotMs(deviceId, 7, 600_000)} ms**.

${http(`GET /device/v1/playlist HTTP/1.1\nHost: ${HOST}\nAuthorization: Bearer ${TOKEN}\nAccept: application/jose`)}
${http('HTTP/1.1 200 OK\nContent-Type: application/jose\nETag: "cBhmhr4ZuMXk-jose"\nCache-Control: private, no-cache', playlistJws)}
Its payload is

${fence(JSON.stringify(playlist), "json")}
From then on the device asks with \`If-None-Match: "cBhmhr4ZuMXk-jose"\` and gets \`304\` while nothing has changed.

## 4. Media

The first 20 bytes are there already:

${http(`GET ${playlist.broadcasts[0]?.items[0]?.url} HTTP/1.1\nHost: ${HOST}\nAuthorization: Bearer ${TOKEN}\nRange: bytes=20-`)}
${http(
  `HTTP/1.1 206 Partial Content\nContent-Type: audio/mpeg\nContent-Range: bytes 20-${MEDIA.length - 1}/${MEDIA.length}\nETag: "${sha256}"\nRepr-Digest: sha-256=:${digest}:`,
  MEDIA.subarray(20).toString("latin1"),
)}
The whole, ${MEDIA.length} bytes, has the SHA-256 \`${sha256}\`.

## 5. Time

${http(`GET /device/v1/time?t1=${t1} HTTP/1.1\nHost: ${HOST}\nAuthorization: Bearer ${TOKEN}`)}
${http("HTTP/1.1 200 OK\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store", JSON.stringify({ t1, t2, t3 }))}
Received at t4 = ${t4} by the device's clock: the offset is ((t2 − t1) + (t3 − t4)) / 2 = **${(t2 - t1 + (t3 - t4)) / 2} ms**, uncertain
by half the round trip of ${t4 - t1 - (t3 - t2)} ms.

## 6. A command

Signed are the ASCII bytes of header and payload with the dot between them, in base64url without padding.

| part      | base64url | is |
| --------- | --------- | -- |
| header    | \`${header}\` | \`${decode(header)}\` |
| payload   | \`${payload}\` | \`${decode(payload)}\` |
| signature | \`${signature}\` | \`${Buffer.from(signature, "base64url").toString("hex")}\` |

PUBLISH to the town, QoS 1, not retained:

${publish(9, commandTopic({ kind: "area", id: "370783112000" }), command)}
## 7. A report

${publish(3, uplinkTopic(deviceId, "report"), JSON.stringify(report))}
The broker's PUBACK says nothing about the records. The server's application acknowledges them; only then does the device forget
them:

${publish(10, ackTopic(deviceId), JSON.stringify(ack))}
## 8. The end of an alert

An empty retained payload on the topic of the area that raised it:

${publish(11, alertTopic("370783112000"), "", true)}
## 9. New keys

The playlist names a newer \`keySerial\`. The device holds serial 1:

${http(`GET /device/v1/keys?after=1 HTTP/1.1\nHost: ${HOST}\nAuthorization: Bearer ${TOKEN}`)}
${http(
  "HTTP/1.1 200 OK\nContent-Type: application/json; charset=utf-8\nCache-Control: no-store",
  JSON.stringify({ items: [await signer.sign("keys", second)] }),
)}
It is signed by \`${inUse.kid}\`, which is in the set of serial 1, and says

${fence(JSON.stringify(second), "json")}
so \`${next.kid}\` signs from now on, \`${third.kid}\` is next, and what \`${inUse.kid}\` signed is still good.
`;
}
