import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import type { Playlist } from "../../src/protocol/messages.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { createAlarm } from "./alarm.ts";
import { createBundleImport, type Imported } from "./bundle-import.ts";
import { type CacheLimits, USUAL_LIMITS } from "./cache-space.ts";
import { createClockSync } from "./clock-sync.ts";
import { createCommandHandler } from "./commands.ts";
import { createDeviceClock } from "./device-clock.ts";
import { createDownlink } from "./downlink.ts";
import { createFaults, type Faults, faultsToTell } from "./faults.ts";
import { heldDesired } from "./held-desired.ts";
import { type Identity, SOFTWARE } from "./identity.ts";
import { openJournal } from "./journal.ts";
import { createKeyRing } from "./key-ring.ts";
import { createMediaCache } from "./media-cache.ts";
import { type ClientCertificate, connectMqtt } from "./mqtt-link.ts";
import { createObedience } from "./obedience.ts";
import type { Output } from "./output.ts";
import { type OwnPolicy, withOwn } from "./own-policy.ts";
import { type Entry, POLICY_UNTIL_TOLD } from "./plan.ts";
import { createPlanBook } from "./plan-book.ts";
import { createPlayer } from "./player.ts";
import { createPlaylistKeeper } from "./playlist-keeper.ts";
import { createPrefetcher } from "./prefetcher.ts";
import { createReporter } from "./reporter.ts";
import { createServerLink } from "./server-link.ts";
import { createSilence, type Silence } from "./silence.ts";
import { createStatus, type DeviceStatus, stateOf } from "./status.ts";
import { createSupervisor } from "./supervisor.ts";
import { createVolume } from "./volume.ts";
import { noteWantedSoftware } from "./wanted-software.ts";

export interface DeviceOptions {
  server: string;
  stateDir: string;
  identity: Identity;
  certificate?: ClientCertificate | null;
  limits?: CacheLimits;
  ownPolicy?: OwnPolicy;
  /** Made with the device's corrected clock; what is wrong with it goes among the device's faults. */
  createOutput: (now: () => number, faults: Faults) => Output;
  log: BaseLogger;
  /** How much longer than it said a loop may take before it is restarted, ms. */
  graceMs?: number;
  /** A `reboot` command was obeyed: end the process, its supervisor starts it again. */
  onReboot: () => void;
  /** A loop stands still and restarting it did not help: end the process, also when `close` hangs. */
  onHopeless: (loop: string) => void;
}

export interface Device {
  readonly bootId: string;
  readonly online: boolean;
  readonly playlist: Playlist | null;
  status(): DeviceStatus;
  /** Takes a file that was carried here instead of the network. @throws {BundleError} and changes nothing */
  importBundle(path: string): Promise<Imported>;
  readonly faults: Faults;
  readonly silence: Silence;
  /** Silence, a last word to the broker, everything on disk. */
  close(): Promise<void>;
}

/** A busy card or a weak line is slow for a minute; what is slower than that has stopped. */
const GRACE_MS = 60_000;
const STATE_EVERY_MS = 5 * 60 * 1000;
/** Media is fetched in the device's slot, but never later than this share of what is left before air. */
const SLOT_SHARE = 1 / 8;

/** A gateway or terminal, from its links to its output. It runs until closed, whatever fails around it. */
export async function startDevice(options: DeviceOptions): Promise<Device> {
  const { server, stateDir, identity, log, limits = USUAL_LIMITS } = options;
  const clock = createDeviceClock(stateDir);
  const now = clock.now;
  const journal = openJournal(stateDir, randomUUID(), now());
  const link = createServerLink({ server, token: identity.token });
  const keys = createKeyRing({ stateDir, pinned: identity.keys, link, log });
  const { verify } = keys;
  const cache = createMediaCache({
    stateDir,
    limits,
    link,
    referenced: () => new Set(book.toCome().flatMap(({ items }) => items.map(({ sha256 }) => sha256))),
  });
  const stateAlarm = createAlarm(() => void publishState().catch(logFailure));
  const faults = createFaults(() => stateAlarm.within(500));
  const supervisor = createSupervisor({
    graceMs: options.graceMs ?? GRACE_MS,
    log,
    faults,
    onHopeless: options.onHopeless,
  });
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
    supervise: supervisor.watch("playlist"),
    onConfirmed: () => void takeUpGroups().catch(logFailure),
  });
  const policy = () => withOwn(keeper.playlist?.policy ?? POLICY_UNTIL_TOLD, options.ownPolicy ?? {});
  const mqtt = connectMqtt({
    identity,
    certificate: options.certificate ?? null,
    software: SOFTWARE,
    bootId: journal.bootId,
    now,
    log,
    supervise: supervisor.watch("link"),
    onMessage: (topic, payload, retained) =>
      void onDownlink(topic, payload.toString("utf8"), retained).catch(logFailure),
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
    supervise: supervisor.watch("reporter"),
  });
  const volume = createVolume({
    stateDir,
    deviceId: identity.deviceId,
    maxVolume: () => policy().maxVolume,
  });
  const silence = createSilence({ log, faults, onChange: () => player.onSilence() });
  const output = options.createOutput(now, faults);
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
    silence,
    supervise: supervisor.watch("player"),
  });
  const prefetcher = createPrefetcher({
    cache,
    entries: book.toCome,
    maxKbps: () => keeper.playlist?.fetch.maxKbps,
    now,
    log,
    supervise: supervisor.watch("prefetch"),
    onFaults: () => stateAlarm.within(500),
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
      silence,
      now,
      log,
      prefetch: () => prefetcher.wake(),
      refreshWithin: keeper.refreshWithin,
      tellState: () => stateAlarm.within(0),
      onReboot: options.onReboot,
    }),
  });
  const onDownlink = createDownlink({
    verify,
    keeper,
    onCommand: handleCommand,
    book,
    reporter,
    prefetch: () => prefetcher.wake(),
    log,
  });
  let toldTrusted: boolean | null = null;
  const clockSync = createClockSync({ clock, link, log, onCompared, supervise: supervisor.watch("clock") });
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
    cache.space.purge();
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

  const status = createStatus({
    deviceId: identity.deviceId,
    now,
    policy,
    clock,
    mqtt,
    keeper,
    book,
    player,
    isCached,
    space: cache.space,
    output,
    volume,
    journal,
    faults: () => faultsToTell([...faults.list(), ...prefetcher.faults()]),
    loops: supervisor.list,
  });

  async function publishState(): Promise<void> {
    lookAtDisk();
    const state = { ...stateOf(status()), ...heldDesired(keeper.playlist, mqtt.groups) };
    toldTrusted = clock.trusted;
    stateAlarm.within(STATE_EVERY_MS);
    await mqtt.publish(uplinkTopic(identity.deviceId, "state"), state).catch(() => {});
  }

  function lookAtDisk(): void {
    try {
      const isFull = !journal.hasRoom() || cache.space.freeBytes() < limits.keepFreeBytes;
      faults.set("disk", isFull ? "the disk is full; what is left is kept for the journal" : null);
    } catch (error) {
      // A card that fails: what still can be read plays.
      log.error({ err: error }, "the disk fails");
      faults.set("disk", "the disk fails");
    }
  }

  function logFailure(error: unknown): void {
    log.error({ err: error }, "it could not be handled");
  }

  lookAtDisk();
  if (keeper.playlist) adopt(keeper.playlist);
  player.wake();
  // The time comes first: what is over can be told from what is to come only then.
  void clockSync.run().finally(() => keeper.refreshInSlot());
  log.info({ deviceId: identity.deviceId, bootId: journal.bootId, output: output.name }, "device started");

  return {
    bootId: journal.bootId,
    faults,
    silence,
    importBundle: createBundleImport({
      deviceId: identity.deviceId,
      keys,
      keeper,
      cache,
      now,
      clockTrusted: () => clock.trusted,
    }),
    status,
    get online() {
      return mqtt.online;
    },
    get playlist() {
      return keeper.playlist;
    },
    async close() {
      supervisor.close();
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
