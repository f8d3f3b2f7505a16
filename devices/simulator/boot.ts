import { randomUUID } from "node:crypto";
import { pino } from "pino";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { DeviceState, PlaybackRecord, Playlist } from "../../src/protocol/messages.ts";
import type { Verifier } from "../../src/protocol/signing.ts";
import { parseTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { createAir } from "../core/air.ts";
import { createClockSync } from "../core/clock-sync.ts";
import { createDeviceClock, type DeviceClock } from "../core/device-clock.ts";
import { createFaults } from "../core/faults.ts";
import { heldDesired } from "../core/held-desired.ts";
import { type Journal, openJournal } from "../core/journal.ts";
import { connectMqtt, type MqttLink } from "../core/mqtt-link.ts";
import { POLICY_UNTIL_TOLD } from "../core/plan.ts";
import { createServerLink } from "../core/server-link.ts";
import { unsupervised } from "../core/supervisor.ts";
import type { Mounted } from "./disk.ts";
import type { Fate } from "./faults.ts";
import { type Line, overLine } from "./line.ts";
import { createPlaylistFetcher } from "./playlist-fetcher.ts";
import { createSilentOutput } from "./silent-output.ts";

/** What happens in a boot, for who watches. */
export interface BootEvents {
  onCommand(jws: string): void;
  onOnline(): void;
  onPlay(broadcastId: string): void;
  onPlaylist(status: number): void;
  onRecord(bootId: string, record: PlaybackRecord): void;
}

export interface BootOptions {
  server: string;
  identity: EnrolResponse;
  /** It stays with the keys of its enrolment: what is signed by later ones is nothing to it. */
  verify: Verifier;
  disk: Mounted;
  line: Line;
  fate: Fate;
  /** Whether the system's clock is one that can be wrong; otherwise it is this machine's, and is trusted. */
  hasOwnClock: boolean;
  events: BootEvents;
  /** A `reboot` command was obeyed. */
  onReboot: () => void;
}

/** A box while it has power. */
export interface Boot {
  /** Records that the server has not acknowledged yet. */
  waiting(): number;
  /** The line is out, or back again. */
  onLine(): void;
  /** The power goes: not a word, and nothing more on the disk. */
  cut(): void;
  close(): Promise<void>;
}

export const SOFTWARE = "cuncunxiang-simulator/0.1";
/** Thousands of gateways that tell of every lost connection would drown what the test has to say. */
export const log = pino({ level: "silent" });

const FREE_BYTES = 1_000_000_000;
const MACHINE_CLOCK: DeviceClock = {
  now: Date.now,
  trusted: true,
  offsetMs: 0,
  bootedAt: null,
  adopt() {},
};

/** One boot of a gateway, by the reference gateway's own parts, apart from what makes sound and keeps files. */
export function boot(options: BootOptions): Boot {
  const { identity, verify, disk, line, fate, hasOwnClock, events } = options;
  const { deviceId } = identity;
  const bootId = randomUUID();
  const skewMs = fate.skewMs();
  const clock = hasOwnClock ? createDeviceClock(disk, () => Date.now() + skewMs) : MACHINE_CLOCK;
  const { now } = clock;
  const http = overLine(line, createServerLink({ server: options.server, token: identity.token }));
  let hasPower = true;
  let mqtt: MqttLink | null = null;
  /** What has arrived over a slow line is handled in its order. */
  let arriving = Promise.resolve();

  const kept = openJournal(disk, bootId, now());
  const journal: Journal = {
    ...kept,
    record(record, ...marks) {
      const seq = kept.record(record, ...marks);
      if (hasPower) events.onRecord(bootId, { seq, ...record });
      return seq;
    },
  };
  const output = createSilentOutput({ now, onSound: (id) => void (hasPower && events.onPlay(id)) });
  const playlists = createPlaylistFetcher({
    deviceId,
    http,
    verify,
    store: disk,
    now,
    onAnswer: events.onPlaylist,
    onChange: adopt,
    onConfirmed: () => void takeUpGroups().catch(() => {}),
  });
  const air = createAir({
    identity: { ...identity, kind: "loudspeaker" },
    store: disk,
    journal,
    verify,
    keeper: playlists,
    link: http,
    clock,
    policy: () => playlists.playlist?.policy ?? POLICY_UNTIL_TOLD,
    isOnline: () => mqtt?.online ?? false,
    async send(report) {
      await line.pass();
      await mqtt?.publish(uplinkTopic(deviceId, "report"), report);
    },
    // Nothing is fetched, and nothing is missing.
    cache: { has: () => true, pathOf: () => "" },
    prefetch: reportCached,
    output,
    faults: createFaults(() => {}),
    tellState,
    onIdentify() {},
    onReboot: options.onReboot,
    onFailure() {},
    supervise: () => unsupervised,
    log,
  });
  const { book, player, reporter, volume } = air;
  const clockSync = createClockSync({
    clock,
    link: http,
    log,
    supervise: unsupervised,
    onCompared() {
      air.onCompared();
      tellState();
    },
  });

  function adopt(playlist: Playlist): void {
    air.adopt(playlist);
    reportCached();
  }

  /** As if it had been fetched in that moment. */
  function reportCached(): void {
    for (const { id, live } of book.toCome())
      if (!live) reporter.reportOnce(`cached:${id}`, { type: "cached", broadcastId: id });
  }

  async function takeUpGroups(): Promise<void> {
    await mqtt?.takeUpGroups(air.groups());
    tellState();
  }

  function tellState(): void {
    const coming = book.toCome().length;
    const state: DeviceState = {
      ...heldDesired(playlists.playlist, mqtt?.groups ?? null),
      cached: { ready: coming, total: coming },
      volume: volume.current,
      clock: { offsetMs: Math.round(clock.offsetMs), trusted: clock.trusted },
      freeBytes: FREE_BYTES,
      faults: [],
    };
    // One that is lost is told again with the next playlist.
    void mqtt?.publish(uplinkTopic(deviceId, "state"), state).catch(() => {});
  }

  const isLost = (topic: string) => parseTopic(topic)?.leaf === "ack" && fate.losesAck();

  function connect(): void {
    mqtt = connectMqtt({
      identity,
      software: SOFTWARE,
      bootId,
      now,
      log,
      random: fate.jitter,
      onMessage(topic, text, retained) {
        arriving = arriving
          .then(line.pass)
          .then(() => (hasPower && !isLost(topic) ? air.onDownlink(topic, text, retained) : undefined))
          .catch(() => {}); // nonsense, or lost on the way
        if (topic.endsWith("/command")) events.onCommand(text);
      },
      onOnline() {
        events.onOnline();
        const slotMs = playlists.refreshInSlot();
        if (hasOwnClock) clockSync.within(clock.trusted ? slotMs : 0);
        reporter.flush();
      },
    });
  }

  function disconnect(): void {
    mqtt?.cut();
    mqtt = null;
  }

  function end(): Promise<void> {
    clockSync.close();
    playlists.close();
    const ended = player.close();
    reporter.close();
    return ended;
  }

  if (playlists.playlist) adopt(playlists.playlist);
  player.wake();
  if (line.isUp) connect();
  return {
    waiting: () => journal.unacknowledged().reduce((sum, { records }) => sum + records.length, 0),
    onLine: () => (line.isUp ? connect() : disconnect()),
    cut() {
      hasPower = false;
      disk.cut();
      disconnect();
      void end();
    },
    async close() {
      await end();
      await mqtt?.close();
    },
  };
}
