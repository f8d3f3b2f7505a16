/**
 * A gateway as a vendor in a hurry writes it: it plays, and believes everything. The conformance kit has to tell what it
 * does wrong, and what it does right. Usage: node careless-gateway.ts URL CODE
 */
import { randomUUID } from "node:crypto";
import mqtt from "mqtt";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { Command, PlaybackRecord, Playlist, PlaylistBroadcast } from "../../src/protocol/messages.ts";

const [, , server = "", code = ""] = process.argv;
const software = "careless/1";
const bootId = randomUUID();

const enrolment = await fetch(`${server}/device/v1/enroll`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code, hardwareId: "careless", kind: "loudspeaker", model: "careless", software }),
});
const { deviceId, token, mqtt: broker } = (await enrolment.json()) as EnrolResponse;
const authorization = { authorization: `Bearer ${token}` };
const time = await fetch(`${server}/device/v1/time?t1=0`, { headers: authorization });
const offsetMs = ((await time.json()) as { t3: number }).t3 - Date.now();
const now = () => Date.now() + offsetMs;

// No will, and a hunger for the commands of the whole county.
const client = await mqtt.connectAsync(broker.url, {
  clientId: deviceId,
  username: broker.username,
  password: broker.password,
  protocolVersion: 4,
  keepalive: 30,
});
const topic = (leaf: string) => `ccx/v1/device/${deviceId}/${leaf}`;
const say = (leaf: string, message: object, retain = false) =>
  client.publish(topic(leaf), JSON.stringify(message), { qos: 1, retain });

let seq = 0;
const report = (record: Omit<PlaybackRecord, "seq" | "at">, at = now()) => {
  seq += 1;
  say("report", { bootId, records: [{ seq, at: Math.round(at), ...record }] });
};
const known = new Set<string>();
let coming: NodeJS.Timeout[] = [];

async function take(broadcast: PlaylistBroadcast): Promise<void> {
  const { id: broadcastId, startAt, items, lateness } = broadcast;
  if (known.has(broadcastId)) return;
  known.add(broadcastId);
  report({ type: "received", broadcastId });
  for (const { url } of items) {
    // Whole or not at all, whatever the digest, and the token for everybody.
    const answer = await fetch(new URL(url, server), { headers: authorization });
    await answer.arrayBuffer().catch(() => null);
  }
  report({ type: "cached", broadcastId });
  const lateMs = now() - startAt;
  if (lateMs > 2_000 && lateness === "skip") return report({ type: "skipped", broadcastId, reason: "late" });
  const lengthMs = items.reduce((sum, item) => sum + item.durationMs, 0);
  const begin = () => {
    report({ type: "started", broadcastId, latenessMs: Math.round(now() - startAt) });
    coming.push(setTimeout(() => report({ type: "finished", broadcastId, positionMs: lengthMs }), lengthMs));
  };
  coming.push(setTimeout(begin, Math.max(0, -lateMs)));
}

async function fetchPlaylist(): Promise<void> {
  const answer = await fetch(`${server}/device/v1/playlist`, { headers: authorization });
  if (answer.status !== 200) return;
  const { revision, broadcasts } = payloadOf(await answer.text()) as Playlist;
  state(revision);
  const listed = new Set(broadcasts.map(({ id }) => id));
  for (const id of known) if (!listed.has(id)) silence(id, "withdrawn");
  await Promise.all(broadcasts.map(take));
}

function silence(broadcastId: string, reason: string): void {
  known.delete(broadcastId);
  for (const timer of coming) clearTimeout(timer);
  coming = [];
  report({ type: "skipped", broadcastId, reason });
}

function state(revision: number): void {
  say("state", {
    revision,
    cached: { ready: 0, total: 0 },
    volume: 50,
    clock: { offsetMs, trusted: true },
    freeBytes: 1,
    faults: [],
  });
}

const payloadOf = (jws: string): unknown =>
  JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString("utf8"));

client.on("message", (from, bytes) => {
  const text = bytes.toString("utf8");
  if (from.endsWith("/playlist")) return void fetchPlaylist();
  if (!from.endsWith("/command") || text === "") return;
  try {
    const { id, type } = payloadOf(text) as Command;
    report({ type: "received", commandId: id });
    if (type === "stop") for (const each of known) silence(each, "stopped");
  } catch {
    report({ type: "refused", reason: "malformed" });
  }
});

say("presence", { online: true, bootId, at: Math.round(now()), software }, true);
state(0);
await client.subscribeAsync([topic("command"), topic("playlist"), topic("ack"), "ccx/v1/area/+/command"], {
  qos: 1,
});
