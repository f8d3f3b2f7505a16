import { randomUUID } from "node:crypto";
import type { KeySet } from "../../src/protocol/key-set.ts";
import type { LiveIndex, LivePart } from "../../src/protocol/live-index.ts";
import type {
  Alert,
  Command,
  CommandOf,
  CommandType,
  Item,
  PlayBody,
  Playlist,
  PlaylistBroadcast,
} from "../../src/protocol/messages.ts";
import {
  createSigner,
  generateSigningKey,
  publicJwk,
  type Signer,
  type SigningKey,
} from "../../src/protocol/signing.ts";
import { alertTopic, commandTopic, playlistTopic } from "../../src/protocol/topics.ts";
import type { HttpSide } from "./http-side.ts";
import { silence, silentPart } from "./sound.ts";

/** What the kit says to the gateway, rightly signed unless a case does otherwise. */
export interface Programme {
  readonly signer: Signer;
  /** The private halves of the keys that the device trusts: in use, and next. */
  readonly keys: readonly [SigningKey, SigningKey];
  readonly keySet: KeySet;
  /** Signs with another key from now on. */
  signWith(key: SigningKey): Promise<void>;
  /** An item of silence that no other case has. */
  item(durationMs: number): Item;
  broadcast(inMs: number, change?: Partial<PlaylistBroadcast>): PlaylistBroadcast;
  /** Serves a playlist to whoever asks. */
  serve(broadcasts: PlaylistBroadcast[], change?: Partial<Playlist>): Promise<Playlist>;
  /** Serves a playlist and points to it. */
  list(broadcasts: PlaylistBroadcast[], change?: Partial<Playlist>): Promise<Playlist>;
  point(revision: number): Promise<void>;
  /** Signs a command that is issued now, and keeps it back. */
  prepare<T extends CommandType>(type: T, body: CommandOf<T>["body"]): Promise<{ id: string; jws: string }>;
  /** The same, and publishes it. */
  command<T extends CommandType>(type: T, body: CommandOf<T>["body"]): Promise<{ id: string; jws: string }>;
  send(jws: string, retain?: boolean): Promise<void>;
  /** Tells of `parts`, of what is spoken live. */
  tellLive(broadcastId: string, parts: LivePart[], ended: boolean): Promise<void>;
  /** One more part of it, of silence. */
  livePart(after: LivePart | undefined): LivePart;
  alert(area: string, inMs: number, change?: Partial<Alert>): Promise<Alert>;
  clearAlert(area: string): Promise<void>;
}

interface Options {
  deviceId: string;
  http: Pick<HttpSide, "media" | "playlist" | "live">;
  /** Epoch ms. */
  now: () => number;
  publish: (topic: string, payload: string, retain?: boolean) => Promise<void>;
}

const POLICY = { zone: "Asia/Shanghai", quietHours: [], maxVolume: 100 };
const TITLES = { programme: "conformance", title: "conformance" };

export async function createProgramme({ deviceId, http, now, publish }: Options): Promise<Programme> {
  const device = { kind: "device", id: deviceId } as const;
  const keys = [await generateSigningKey("kit-1"), await generateSigningKey("kit-2")] as const;
  let signer = await createSigner(keys[0]);
  let revision = 0;

  const programme: Programme = {
    get signer() {
      return signer;
    },
    keys,
    keySet: { serial: 1, issuedAt: Math.round(now()), keys: keys.map(publicJwk) },

    async signWith(key) {
      signer = await createSigner(key);
    },

    item(aboutMs) {
      const sound = silence(aboutMs, randomUUID());
      const { sha256, durationMs } = sound;
      http.media.set(sha256, sound);
      return {
        sha256,
        url: `/media/${sha256}?expires=4102444800&signature=kit`,
        mime: "audio/mpeg",
        bytes: sound.bytes.length,
        durationMs,
        title: TITLES.title,
      };
    },

    broadcast(inMs, change = {}) {
      const startAt = Math.round(now() + inMs);
      return {
        id: randomUUID(),
        startAt,
        notAfter: startAt + 60_000,
        class: "announcement",
        authority: "county",
        priority: 50,
        lateness: "join",
        offline: "play",
        ...TITLES,
        items: change.items ?? [programme.item(1_000)],
        ...change,
      };
    },

    async serve(broadcasts, change = {}) {
      // Before every command that follows, in the same millisecond too.
      const generatedAt = Math.floor(now()) - 1;
      revision += 1;
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
      return playlist;
    },

    async list(broadcasts, change) {
      const playlist = await programme.serve(broadcasts, change);
      await programme.point(revision);
      return playlist;
    },

    point: (to) =>
      publish(
        playlistTopic(device),
        JSON.stringify({ revision: to, fetchBy: Math.round(now()) + 300 }),
        true,
      ),

    async prepare(type, body) {
      const issuedAt = Math.round(now());
      const command = {
        id: randomUUID(),
        type,
        issuedAt,
        notAfter: issuedAt + 60_000,
        audience: { devices: [deviceId] },
        class: "announcement",
        authority: "county",
        body,
      } as Command;
      return { id: command.id, jws: await signer.sign("command", command) };
    },

    async command(type, body) {
      const command = await programme.prepare(type, body);
      await programme.send(command.jws);
      return command;
    },

    send: (jws, retain = false) => publish(commandTopic(device), jws, retain),

    async tellLive(broadcastId, parts, ended) {
      const index: LiveIndex = { broadcastId, audience: { devices: [deviceId] }, parts, ended };
      http.live = { index, jws: await signer.sign("live", index) };
    },

    livePart(after) {
      const sound = silentPart(randomUUID());
      const { sha256, durationMs, bytes } = sound;
      http.media.set(sha256, sound);
      const url = `/media/${sha256}?expires=4102444800&signature=kit`;
      const atMs = after ? after.atMs + after.durationMs : 0;
      return { n: (after?.n ?? 0) + 1, atMs, durationMs, sha256, url, bytes: bytes.length };
    },

    async alert(area, inMs, change = {}) {
      const issuedAt = Math.round(now());
      const from = Math.round(issuedAt + inMs);
      const alert: Alert = {
        id: randomUUID(),
        rev: 1,
        issuedAt,
        authority: "county",
        from,
        until: from + 120_000,
        ...TITLES,
        items: change.items ?? [programme.item(2_000)],
        ...change,
      };
      await publish(alertTopic(area), await signer.sign("alert", alert), true);
      return alert;
    },

    clearAlert: (area) => publish(alertTopic(area), "", true),
  };
  return programme;
}

/** The body of a `play` command for a broadcast. */
export const playBody = ({ id, class: _, ...rest }: PlaylistBroadcast): PlayBody => ({
  broadcastId: id,
  ...rest,
});
