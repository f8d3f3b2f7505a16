import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { BaseLogger } from "pino";
import { Compile } from "typebox/compile";
import {
  Ack,
  type Command,
  type DeviceState,
  type Playlist,
  PlaylistPointer,
} from "../../src/protocol/messages.ts";
import { createVerifier, VerificationError } from "../../src/protocol/signing.ts";
import { parseTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { createAlarm } from "./alarm.ts";
import { createBackoff } from "./backoff.ts";
import { createCommandHandler } from "./commands.ts";
import { createDeviceClock } from "./device-clock.ts";
import { readIfPresent, writeDurably } from "./durable-file.ts";
import type { Identity } from "./identity.ts";
import { openJournal } from "./journal.ts";
import { createMediaCache } from "./media-cache.ts";
import { connectMqtt } from "./mqtt-link.ts";
import type { Output } from "./output.ts";
import { type Entry, endOf, entryFromAlert, entryFromPlay, mergePlaylist } from "./plan.ts";
import { createPlayer } from "./player.ts";
import { createPlaylistKeeper } from "./playlist-keeper.ts";
import { createPrefetcher } from "./prefetcher.ts";
import { createReporter } from "./reporter.ts";
import { createServerLink } from "./server-link.ts";

export interface DeviceOptions {
  server: string;
  stateDir: string;
  identity: Identity;
  /** Made with the device's corrected clock. */
  createOutput: (now: () => number) => Output;
  log: BaseLogger;
  /** A `reboot` command was obeyed: end the process, its supervisor starts it again. */
  onReboot: () => void;
}

export interface Device {
  readonly bootId: string;
  readonly online: boolean;
  readonly playlist: Playlist | null;
  /** Silence, a last word to the broker, everything on disk. */
  close(): Promise<void>;
}

const TIME_SAMPLES = 5;
const RESYNC_MS = 10 * 60 * 1000;
const STATE_EVERY_MS = 5 * 60 * 1000;
/** Media is fetched in the device's slot, but never later than this share of what is left before air. */
const SLOT_SHARE = 1 / 8;

const validators = { ack: Compile(Ack), pointer: Compile(PlaylistPointer) };

/** A gateway or terminal, from its links to its output. It runs until closed, whatever fails around it. */
export async function startDevice(options: DeviceOptions): Promise<Device> {
  const { server, stateDir, identity, log } = options;
  const clock = createDeviceClock(stateDir);
  const now = clock.now;
  const journal = openJournal(stateDir, randomUUID(), now());
  const verify = createVerifier(identity.keys);
  const link = createServerLink({ server, token: identity.token });
  const cache = createMediaCache(stateDir, link);
  const member = { deviceId: identity.deviceId, kind: identity.kind, areas: identity.areas, groups: [] };
  const faults = new Set<string>();
  let plan = new Map<string, Entry>();
  let volume = Number(readIfPresent(join(stateDir, "volume")) ?? 100);

  const mqtt = connectMqtt({
    identity,
    bootId: journal.bootId,
    now,
    log,
    onMessage: (topic, payload, retained) =>
      void onMessage(topic, payload.toString("utf8"), retained).catch(logFailure),
    onOnline() {
      syncAlarm.within(0);
      keeper.refreshWithin(0);
      reporter.flush();
      stateAlarm.within(0);
    },
  });
  const reporter = createReporter({
    journal,
    now,
    isOnline: () => mqtt.online,
    send: (report) => mqtt.publish(uplinkTopic(identity.deviceId, "report"), report),
  });
  const maxVolume = () => keeper.playlist?.policy.maxVolume ?? 100;
  const output = options.createOutput(now);
  const player = createPlayer({
    entries: () => plan.values(),
    cache,
    output,
    journal,
    reporter,
    now,
    clockTrusted: () => clock.trusted,
    isOnline: () => mqtt.online,
    policy: () => keeper.playlist?.policy ?? null,
    volumeFor: (entry) => Math.min(entry.volume ?? volume, maxVolume()),
    log,
  });
  const prefetcher = createPrefetcher({
    cache,
    entries: toCome,
    maxKbps: () => keeper.playlist?.fetch.maxKbps,
    now,
    log,
    onCached(entry) {
      const digests = entry.items.map(({ sha256 }) => sha256.slice(0, 16)).join();
      if (!journal.note(`cached:${entry.id}:${digests}`, now())) return;
      reporter.report({ type: "cached", broadcastId: entry.id });
      stateAlarm.within(500);
      player.wake();
    },
  });
  const handleCommand = createCommandHandler({ verify, member, journal, reporter, now, log, obey });
  const stateAlarm = createAlarm(() => void publishState());
  const syncBackoff = createBackoff({ baseMs: 2_000 });
  const syncAlarm = createAlarm(() => void syncClock());
  const keeper = await createPlaylistKeeper({
    stateDir,
    deviceId: identity.deviceId,
    verify,
    link,
    now,
    log,
    onChange: (playlist) => adopt(playlist),
  });

  function toCome(): Entry[] {
    return [...plan.values()].filter(({ id }) => !journal.isDone(id));
  }

  function adopt(playlist: Playlist): void {
    const merged = mergePlaylist(plan, playlist);
    for (const entry of merged.withdrawn) {
      if (endOf(entry) > now()) player.stop(entry.id, "withdrawn").catch(logFailure);
    }
    // What was over before this device heard of it is not its business.
    const isNews = (entry: Entry) => plan.has(entry.id) || entry.notAfter > now() || endOf(entry) > now();
    plan = new Map([...merged.plan].filter(([, entry]) => isNews(entry)));
    for (const id of plan.keys()) {
      if (journal.note(`received:${id}`, now())) reporter.report({ type: "received", broadcastId: id });
    }
    cache.purge(new Set([...plan.values()].flatMap(({ items }) => items.map(({ sha256 }) => sha256))));
    const nearest = Math.min(...toCome().map(({ startAt }) => startAt));
    prefetcher.wake(Math.min(playlist.fetch.slotOffsetMs, Math.max(0, (nearest - now()) * SLOT_SHARE)));
    player.wake();
    stateAlarm.within(500);
  }

  function add(entry: Entry): void {
    // The playlist's word on the same broadcast stands: the command is the other path to it.
    if (journal.isDone(entry.id) || plan.has(entry.id)) return;
    plan.set(entry.id, entry);
    if (journal.note(`received:${entry.id}`, now()))
      reporter.report({ type: "received", broadcastId: entry.id });
    prefetcher.wake();
    player.wake();
  }

  async function onMessage(topic: string, text: string, retained: boolean): Promise<void> {
    const parsed = parseTopic(topic);
    switch (parsed?.leaf) {
      case "playlist": {
        const pointer: unknown = JSON.parse(text);
        if (validators.pointer.Check(pointer)) keeper.onPointer(pointer);
        break;
      }
      case "command":
        await handleCommand(text, retained);
        break;
      case "alert":
        await onAlert(text);
        break;
      case "ack": {
        const ack: unknown = JSON.parse(text);
        if (validators.ack.Check(ack)) reporter.onAck(ack);
        break;
      }
      default:
        log.warn({ topic }, "message on an unknown topic");
    }
  }

  async function onAlert(jws: string): Promise<void> {
    const standing = [...plan.values()].filter((entry) => entry.class === "emergency");
    if (jws === "") {
      for (const { id } of standing) await player.stop(id, "stopped");
      return;
    }
    try {
      add(entryFromAlert(await verify("alert", jws)));
    } catch (error) {
      const reason = error instanceof VerificationError ? error.reason : "malformed";
      reporter.report({ type: "refused", reason });
    }
  }

  async function obey(command: Command): Promise<void> {
    switch (command.type) {
      case "play":
        add(entryFromPlay(command));
        break;
      case "stop": {
        const { body } = command;
        const { startBefore = now() } = "all" in body ? body : {};
        const ids =
          "all" in body
            ? toCome()
                .filter(({ startAt }) => startAt < startBefore)
                .map(({ id }) => id)
            : [body.broadcastId];
        await Promise.all(ids.map((id) => player.stop(id, "stopped")));
        break;
      }
      case "refresh":
        keeper.refreshWithin(Math.max(0, command.body.fetchBy - now()) * Math.random());
        break;
      case "volume":
        volume = Math.min(command.body.volume, maxVolume());
        writeDurably(join(stateDir, "volume"), `${volume}`);
        stateAlarm.within(0);
        break;
      case "test-tone":
        await output.testTone(command.body.durationMs, Math.min(command.body.volume, maxVolume()));
        break;
      case "identify":
        log.info({ deviceId: identity.deviceId, areas: identity.areas }, "this is the device");
        stateAlarm.within(0);
        break;
      case "reboot":
        options.onReboot();
        break;
    }
  }

  async function syncClock(): Promise<void> {
    try {
      const samples = [];
      for (let sample = 0; sample < TIME_SAMPLES; sample += 1) samples.push(await link.sampleTime());
      clock.adopt(samples);
      syncBackoff.reset();
      syncAlarm.within(RESYNC_MS);
      player.wake();
    } catch (error) {
      log.warn({ err: error }, "the clock could not be compared with the server's");
      syncAlarm.within(syncBackoff.nextMs());
    }
  }

  async function publishState(): Promise<void> {
    const coming = toCome();
    const state: DeviceState = {
      revision: keeper.playlist?.revision ?? 0,
      cached: {
        ready: coming.filter(({ items }) => items.every((item) => cache.has(item))).length,
        total: coming.length,
      },
      volume,
      clock: { offsetMs: Math.round(clock.offsetMs), trusted: clock.trusted },
      freeBytes: cache.freeBytes(),
      faults: [...faults],
    };
    stateAlarm.within(STATE_EVERY_MS);
    await mqtt.publish(uplinkTopic(identity.deviceId, "state"), state).catch(() => {});
  }

  function logFailure(error: unknown): void {
    log.error({ err: error }, "a message could not be handled");
  }

  if (keeper.playlist) adopt(keeper.playlist);
  syncAlarm.within(0);
  keeper.refreshWithin(0);
  player.wake();
  log.info({ deviceId: identity.deviceId, bootId: journal.bootId, output: output.name }, "device started");

  return {
    bootId: journal.bootId,
    get online() {
      return mqtt.online;
    },
    get playlist() {
      return keeper.playlist;
    },
    async close() {
      for (const part of [keeper, prefetcher, reporter]) part.close();
      for (const alarm of [stateAlarm, syncAlarm]) alarm.clear();
      await player.close();
      reporter.flush();
      await mqtt.close();
      reporter.close();
      journal.close();
    },
  };
}
