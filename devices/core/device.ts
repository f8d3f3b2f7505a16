import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import { Compile } from "typebox/compile";
import { Ack, type DeviceState, type Playlist, PlaylistPointer } from "../../src/protocol/messages.ts";
import { VerificationError } from "../../src/protocol/signing.ts";
import { parseTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { createAlarm } from "./alarm.ts";
import { createClockSync } from "./clock-sync.ts";
import { createCommandHandler } from "./commands.ts";
import { createDeviceClock } from "./device-clock.ts";
import { heldDesired } from "./held-desired.ts";
import { type Identity, SOFTWARE } from "./identity.ts";
import { openJournal } from "./journal.ts";
import { createKeyRing } from "./key-ring.ts";
import { createMediaCache } from "./media-cache.ts";
import { type ClientCertificate, connectMqtt } from "./mqtt-link.ts";
import { createObedience } from "./obedience.ts";
import type { Output } from "./output.ts";
import { type Entry, entryFromAlert, POLICY_UNTIL_TOLD } from "./plan.ts";
import { createPlanBook } from "./plan-book.ts";
import { createPlayer } from "./player.ts";
import { createPlaylistKeeper } from "./playlist-keeper.ts";
import { createPrefetcher } from "./prefetcher.ts";
import { createReporter } from "./reporter.ts";
import { createServerLink } from "./server-link.ts";
import { createVolume } from "./volume.ts";
import { noteWantedSoftware } from "./wanted-software.ts";

export interface DeviceOptions {
  server: string;
  stateDir: string;
  identity: Identity;
  certificate?: ClientCertificate | null;
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
  const link = createServerLink({ server, token: identity.token });
  const keys = createKeyRing({ stateDir, pinned: identity.keys, link, log });
  const { verify } = keys;
  const cache = createMediaCache(stateDir, link);
  const groups = () => keeper.playlist?.desired?.groups ?? [];
  const member = {
    deviceId: identity.deviceId,
    kind: identity.kind,
    areas: identity.areas,
    get groups() {
      return groups();
    },
  };

  const keeper = await createPlaylistKeeper({
    stateDir,
    deviceId: identity.deviceId,
    verify,
    link,
    now,
    log,
    onChange: (playlist) => adopt(playlist),
    onConfirmed: () => void takeUpGroups().catch(logFailure),
  });
  const policy = () => keeper.playlist?.policy ?? POLICY_UNTIL_TOLD;
  const mqtt = connectMqtt({
    identity,
    certificate: options.certificate ?? null,
    software: SOFTWARE,
    bootId: journal.bootId,
    now,
    log,
    onMessage: (topic, payload, retained) =>
      void onMessage(topic, payload.toString("utf8"), retained).catch(logFailure),
    onOnline() {
      const slotMs = keeper.refreshInSlot();
      clockSync.within(clock.trusted ? slotMs : 0);
      void keys.follow();
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
  const volume = createVolume({
    stateDir,
    deviceId: identity.deviceId,
    maxVolume: () => policy().maxVolume,
  });
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
    volumeFor: (entry) => volume.capped(entry.volume),
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
    obey: createObedience({
      book,
      player,
      output,
      volume,
      now,
      log,
      prefetch: () => prefetcher.wake(),
      refreshWithin: keeper.refreshWithin,
      tellState: () => stateAlarm.within(0),
      onReboot: options.onReboot,
    }),
  });
  let toldTrusted: boolean | null = null;
  const stateAlarm = createAlarm(() => void publishState());
  const clockSync = createClockSync({ clock, link, log, onCompared });
  function onCompared(): void {
    if (clock.bootedAt !== null) journal.bootedAt(clock.bootedAt);
    player.wake();
    if (clock.trusted !== toldTrusted) stateAlarm.within(0);
  }
  const isCached = ({ items }: Entry) => items.every((item) => cache.has(item));

  function adopt(playlist: Playlist): void {
    follow(playlist);
    book.adopt(playlist);
    void keys.follow(playlist.keySerial ?? 0);
    cache.purge(new Set([...book.entries()].flatMap(({ items }) => items.map(({ sha256 }) => sha256))));
    const missing = book.toCome().filter((entry) => !isCached(entry));
    const nearest = Math.min(...missing.map(({ startAt }) => startAt));
    prefetcher.wake(Math.min(playlist.fetch.slotOffsetMs, Math.max(0, (nearest - now()) * SLOT_SHARE)));
    stateAlarm.within(500);
  }

  function follow({ desired, generatedAt }: Playlist): void {
    if (!desired) return;
    volume.follow(desired, generatedAt);
    noteWantedSoftware(stateDir, desired);
  }

  async function takeUpGroups(): Promise<void> {
    const before = mqtt.groups;
    await mqtt.takeUpGroups(groups());
    if (mqtt.groups !== before) stateAlarm.within(0);
  }

  async function onMessage(topic: string, text: string, retained: boolean): Promise<void> {
    const parsed = parseTopic(topic);
    if (!parsed) return;
    switch (parsed.leaf) {
      case "playlist": {
        const pointer: unknown = JSON.parse(text);
        if (validators.pointer.Check(pointer)) keeper.onPointer(pointer, retained);
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

  async function publishState(): Promise<void> {
    const coming = book.toCome();
    const state: DeviceState = {
      ...heldDesired(keeper.playlist, mqtt.groups),
      cached: {
        ready: coming.filter(isCached).length,
        total: coming.length,
      },
      volume: volume.current,
      clock: { offsetMs: Math.round(clock.offsetMs), trusted: clock.trusted },
      freeBytes: cache.freeBytes(),
      faults: prefetcher.faults(),
    };
    toldTrusted = clock.trusted;
    stateAlarm.within(STATE_EVERY_MS);
    await mqtt.publish(uplinkTopic(identity.deviceId, "state"), state).catch(() => {});
  }

  function logFailure(error: unknown): void {
    log.error({ err: error }, "a message could not be handled");
  }

  if (keeper.playlist) adopt(keeper.playlist);
  player.wake();
  // The time comes first: what is over can be told from what is to come only then.
  void clockSync.run().finally(() => keeper.refreshInSlot());
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
      for (const part of [keeper, clockSync]) part.close();
      stateAlarm.clear();
      await Promise.all([player.close(), prefetcher.close()]);
      reporter.flush();
      await mqtt.close();
      reporter.close();
      journal.close();
    },
  };
}
