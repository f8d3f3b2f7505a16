import type { BaseLogger } from "pino";
import type { Desired, Playlist } from "../../src/protocol/messages.ts";
import { uplinkTopic } from "../../src/protocol/topics.ts";
import { createAir } from "./air.ts";
import { createAlarm } from "./alarm.ts";
import { createBundleImport, type Imported } from "./bundle-import.ts";
import { type CacheLimits, USUAL_LIMITS } from "./cache-limits.ts";
import { createClockSync } from "./clock-sync.ts";
import { createDeviceClock } from "./device-clock.ts";
import { createFaults, type Faults, faultsToTell } from "./faults.ts";
import { heldDesired } from "./held-desired.ts";
import { type Identity, softwareOf } from "./identity.ts";
import { openJournal } from "./journal.ts";
import { createKeyRing } from "./key-ring.ts";
import type { CacheParts, MediaCache } from "./media-cache.ts";
import { type ClientCertificate, connectMqtt } from "./mqtt-link.ts";
import type { Output } from "./output.ts";
import { type OwnPolicy, withOwn } from "./own-policy.ts";
import { type Entry, POLICY_UNTIL_TOLD } from "./plan.ts";
import { createPlaylistKeeper } from "./playlist-keeper.ts";
import { createPrefetcher } from "./prefetcher.ts";
import { createServerLink } from "./server-link.ts";
import type { Silence } from "./silence.ts";
import { createStatus, type DeviceStatus, stateOf } from "./status.ts";
import type { Store } from "./store.ts";
import { createSupervisor } from "./supervisor.ts";

export interface DeviceOptions {
  server: string;
  store: Store;
  createCache: (parts: CacheParts) => MediaCache;
  identity: Identity;
  certificate?: ClientCertificate | null;
  limits?: CacheLimits;
  ownPolicy?: OwnPolicy;
  /** Made with the device's corrected clock; what is wrong with it goes among the device's faults. */
  createOutput: (now: () => number, faults: Faults) => Output;
  log: BaseLogger;
  /** What the server wants of the device itself has come with a playlist. */
  onDesired?: (desired: Desired) => void;
  /** Somebody wants to know which device this is. */
  onIdentify?: () => void;
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
  /** UTC epoch ms, as the server has it. */
  now(): number;
  readonly onAir: Entry | null;
  /** What has not come to its end, nearest first. */
  toCome(): Entry[];
  isCached(entry: Entry): boolean;
  status(): DeviceStatus;
  /** Takes a file that was carried here instead of the network. @throws {BundleError} and changes nothing */
  importBundle(content: ReadableStream<Uint8Array>): Promise<Imported>;
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
  const { server, store, identity, log, limits = USUAL_LIMITS } = options;
  const software = softwareOf(identity.kind);
  const clock = createDeviceClock(store);
  const now = clock.now;
  const journal = openJournal(store, crypto.randomUUID(), now());
  const link = createServerLink({ server, token: identity.token });
  const keys = createKeyRing({ store, pinned: identity.keys, link, log });
  const { verify } = keys;
  const cache = options.createCache({
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
  const keeper = await createPlaylistKeeper({
    store,
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
    software,
    bootId: journal.bootId,
    now,
    log,
    supervise: supervisor.watch("link"),
    onMessage: (topic, text, retained) => void air.onDownlink(topic, text, retained).catch(logFailure),
    onOnline() {
      const slotMs = keeper.refreshInSlot();
      clockSync.within(clock.trusted ? slotMs : 0);
      void keys.follow();
      reporter.flush();
      stateAlarm.within(0);
    },
  });
  const output = options.createOutput(now, faults);
  const air = createAir({
    identity,
    store,
    journal,
    verify,
    keeper,
    link,
    clock,
    policy,
    isOnline: () => mqtt.online,
    send: (report) => mqtt.publish(uplinkTopic(identity.deviceId, "report"), report),
    cache,
    prefetch: () => prefetcher.wake(),
    output,
    faults,
    tellState: () => stateAlarm.within(0),
    onIdentify: options.onIdentify ?? (() => {}),
    onReboot: options.onReboot,
    onFailure: logFailure,
    supervise: supervisor.watch,
    log,
  });
  const { book, player, reporter, silence, volume } = air;
  /** What can be fetched beforehand. */
  const recordedToCome = () =>
    book.toCome().filter(({ id, live }) => live === undefined && id !== player.streamed);
  const prefetcher = createPrefetcher({
    cache,
    entries: recordedToCome,
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
  let toldTrusted: boolean | null = null;
  const clockSync = createClockSync({ clock, link, log, onCompared, supervise: supervisor.watch("clock") });
  function onCompared(): void {
    air.onCompared();
    prefetchInSlot();
    if (clock.trusted !== toldTrusted) stateAlarm.within(0);
  }
  const isCached = ({ items }: Entry) => items.every((item) => cache.has(item));

  function adopt(playlist: Playlist): void {
    air.adopt(playlist);
    if (playlist.desired) options.onDesired?.(playlist.desired);
    void keys.follow(playlist.keySerial ?? 0);
    cache.space.purge();
    prefetchInSlot();
    stateAlarm.within(500);
  }

  /** Again with every comparison: by a clock that was wrong there seemed to be time enough. */
  function prefetchInSlot(): void {
    const { slotOffsetMs = 0 } = keeper.playlist?.fetch ?? {};
    const missing = book.toCome().filter((entry) => !isCached(entry));
    const nearest = Math.min(...missing.map(({ startAt }) => startAt));
    prefetcher.wake(Math.min(slotOffsetMs, Math.max(0, (nearest - now()) * SLOT_SHARE)));
  }

  async function takeUpGroups(): Promise<void> {
    const before = mqtt.groups;
    await mqtt.takeUpGroups(air.groups());
    if (mqtt.groups !== before) stateAlarm.within(0);
  }

  const status = createStatus({
    deviceId: identity.deviceId,
    software,
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
    now,
    get onAir() {
      return player.onAir;
    },
    toCome: () => book.toCome().toSorted((a, b) => a.startAt - b.startAt),
    isCached,
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
