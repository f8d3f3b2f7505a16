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
import { type Entry, entryFromAlert, entryFromPlay, POLICY_UNTIL_TOLD } from "./plan.ts";
import { createPlanBook } from "./plan-book.ts";
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
  let isClosed = false;
  let volume = Number(readIfPresent(join(stateDir, "volume")) ?? 100);

  const keeper = await createPlaylistKeeper({
    stateDir,
    deviceId: identity.deviceId,
    verify,
    link,
    now,
    log,
    onChange: (playlist) => adopt(playlist),
  });
  const policy = () => keeper.playlist?.policy ?? POLICY_UNTIL_TOLD;
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
  const maxVolume = () => policy().maxVolume;
  const output = options.createOutput(now);
  const book = createPlanBook({ journal, reporter, player: () => player, now, onFailure: logFailure });
  const player = createPlayer({
    entries: book.entries,
    cache,
    output,
    journal,
    reporter,
    now,
    clockTrusted: () => clock.trusted,
    isOnline: () => mqtt.online,
    policy,
    volumeFor: (entry) => Math.min(entry.volume ?? volume, maxVolume()),
    log,
  });
  const prefetcher = createPrefetcher({
    cache,
    entries: book.toCome,
    maxKbps: () => keeper.playlist?.fetch.maxKbps,
    now,
    log,
    onCached(entry) {
      const digests = entry.items.map(({ sha256 }) => sha256.slice(0, 16)).join();
      const isNews = reporter.reportOnce(`cached:${entry.id}:${digests}`, {
        type: "cached",
        broadcastId: entry.id,
      });
      if (!isNews) return;
      stateAlarm.within(500);
      player.wake();
    },
  });
  const handleCommand = createCommandHandler({
    verify,
    member,
    journal,
    reporter,
    now,
    clockTrusted: () => clock.trusted,
    log,
    obey,
  });
  const stateAlarm = createAlarm(() => void publishState());
  const syncBackoff = createBackoff({ baseMs: 2_000 });
  const syncAlarm = createAlarm(() => void syncClock());
  const isCached = ({ items }: Entry) => items.every((item) => cache.has(item));

  function adopt(playlist: Playlist): void {
    book.adopt(playlist);
    cache.purge(new Set([...book.entries()].flatMap(({ items }) => items.map(({ sha256 }) => sha256))));
    const missing = book.toCome().filter((entry) => !isCached(entry));
    const nearest = Math.min(...missing.map(({ startAt }) => startAt));
    prefetcher.wake(Math.min(playlist.fetch.slotOffsetMs, Math.max(0, (nearest - now()) * SLOT_SHARE)));
    stateAlarm.within(500);
  }

  async function onMessage(topic: string, text: string, retained: boolean): Promise<void> {
    const parsed = parseTopic(topic);
    if (!parsed) return;
    switch (parsed.leaf) {
      case "playlist": {
        const pointer: unknown = JSON.parse(text);
        if (validators.pointer.Check(pointer)) keeper.onPointer(pointer);
        break;
      }
      case "command":
        await handleCommand(text, retained);
        break;
      case "alert":
        await onAlert(parsed.scope.id, text);
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

  async function onAlert(area: string, jws: string): Promise<void> {
    if (jws === "") return book.clearAlert(area);
    try {
      const raised = book.raise(entryFromAlert(await verify("alert", jws), area));
      prefetcher.wake();
      await raised;
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      reporter.report({ type: "refused", reason: error.reason });
    }
  }

  async function obey(command: Command): Promise<void> {
    switch (command.type) {
      case "play":
        book.add(entryFromPlay(command));
        prefetcher.wake();
        break;
      case "stop": {
        const { body } = command;
        const { startBefore = now() } = "all" in body ? body : {};
        const ids =
          "all" in body
            ? book
                .toCome()
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
    if (isClosed) return;
    try {
      const samples = [];
      for (let sample = 0; sample < TIME_SAMPLES; sample += 1) samples.push(await link.sampleTime());
      if (isClosed) return;
      clock.adopt(samples);
      syncBackoff.reset();
      syncAlarm.within(RESYNC_MS);
      player.wake();
    } catch (error) {
      log.warn({ err: error }, "the clock could not be compared with the server's");
      if (!isClosed) syncAlarm.within(syncBackoff.nextMs());
    }
  }

  async function publishState(): Promise<void> {
    const coming = book.toCome();
    const state: DeviceState = {
      revision: keeper.playlist?.revision ?? 0,
      cached: {
        ready: coming.filter(isCached).length,
        total: coming.length,
      },
      volume,
      clock: { offsetMs: Math.round(clock.offsetMs), trusted: clock.trusted },
      freeBytes: cache.freeBytes(),
      faults: prefetcher.faults(),
    };
    stateAlarm.within(STATE_EVERY_MS);
    await mqtt.publish(uplinkTopic(identity.deviceId, "state"), state).catch(() => {});
  }

  function logFailure(error: unknown): void {
    log.error({ err: error }, "a message could not be handled");
  }

  if (keeper.playlist) adopt(keeper.playlist);
  player.wake();
  // The time comes first: what is over can be told from what is to come only then.
  void syncClock().finally(() => keeper.refreshWithin(0));
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
      isClosed = true;
      keeper.close();
      for (const alarm of [stateAlarm, syncAlarm]) alarm.clear();
      await Promise.all([player.close(), prefetcher.close()]);
      reporter.flush();
      await mqtt.close();
      reporter.close();
      journal.close();
    },
  };
}
