import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink, PreparedCommand } from "../delivery/downlink.ts";
import type { DeviceIdentity } from "../devices/device.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { AppError, notFound } from "../errors.ts";
import { type Audience, DEVICE_KINDS } from "../protocol/messages.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Unfilled } from "../warnings/empty-dates.ts";
import { type Airing, type Broadcast, isLive, isOpen, WAITS_FOR_MAKERS } from "./broadcast.ts";
import type { BroadcastFilter, BroadcastStore } from "./broadcast-store.ts";
import type { CalendarEvent } from "./calendar-event-store.ts";
import type { LeftOut } from "./left-out.ts";
import { audienceOf, isTarget, reachesNobody, type TargetDevice, whyNotFor } from "./targets.ts";

export interface StopResult {
  /** The command that was sent, or `null` when nothing had been frozen yet. */
  commandId: string | null;
  /** How many devices are to acknowledge it. */
  targets: number;
}

export interface BroadcastService {
  /** @throws {AppError} `not_found` */
  get(id: string): Broadcast;
  /** In order of start. */
  page(filter: BroadcastFilter, after: { startAt: number; id: string }, limit: number): Broadcast[];
  /** What was announced for any part of the area, in order of start. @param startFrom epoch ms */
  announced(area: string, startFrom: number, startUntil?: number): CalendarEvent[];
  /** The devices it is for: those resolved at the freeze, before that those it would be resolved to now. */
  targets(broadcast: Broadcast): string[];
  /**
   * Cancels what is to come; stops what is frozen or on air, by a command that is repeated until acknowledged.
   * Idempotent for a cancelled one. @param userId who does it, `null` for the server itself. @throws {AppError} `not_found`, `conflict` when it is over
   */
  stop(id: string, reason: string, userId?: string | null): StopResult;
  /** The stop for whatever sounds or is about to, everywhere, and what it stops; only reads. */
  prepareStopAll(): PreparedCommand & { broadcastIds: string[] };
  /** Cancels what of that is not over yet; returns their ids. Call it in a transaction. */
  cancelAll(broadcastIds: readonly string[], reason: string, userId: string): string[];
  /** When one was cancelled, and who by name did it: `null` for the server itself. */
  stopOf(id: string): { at: number; by: string | null } | null;
  /** All that start in a range of epoch ms, in order, at most `limit`; also those that others took the place of. */
  between(from: number, until: number, limit: number): { broadcast: Broadcast; isSuperseded: boolean }[];
  /** Called in the transaction in which a broadcast is cancelled. */
  onCancelled(listener: (broadcast: Broadcast) => void): void;
  /** The coming broadcasts that are empty for want of a review or a consent, or filled by a fallback. */
  unfilled(startUntil: number): Unfilled[];
  /** Stops what is frozen or on air with content that may not be heard any more. */
  contentLost(contentId: string, reason: string): void;
  /** Whether the device is one that the broadcast is for, frozen or not. */
  isFor(broadcast: Broadcast, deviceId: string): boolean;
  /** A device reported a start; returns whether that was news of something taken for failed. */
  confirmAired(id: string, deviceId: string): boolean;
  /** Groups or tags of a device changed: it is stopped from playing what it was told of and is not for it any more. */
  deviceChanged(deviceId: string): void;
  /** What may be in a device's playlist, see `playlistEntries`. @param endAfter epoch ms */
  forPlaylist(device: Pick<TargetDevice, "areas" | "kind">, endAfter: number): Airing[];
  /** With the exact bytes that one kind of device plays. */
  airingOf(broadcast: Broadcast): Airing;
  /** Of the daily class, what starts in a range of epoch ms and names any of the areas. */
  dailyNaming(areas: readonly string[], from: number, until: number): Airing[];
  /** Of the devices that it is for: those whose minutes do not hold it, by their ids. */
  leftOut: LeftOut;
}

interface Dependencies {
  store: BroadcastStore;
  downlink: Downlink;
  devices: Pick<DeviceService, "enrolledWithin" | "identityOf">;
  regions: { roots(): string[] };
  policy: Pick<PolicyService, "effective">;
  leftOut: LeftOut;
  transact: Transact;
  clock: Clock;
  freezeMs: number;
}

/** A stop outlives what it stops by this much, for a device that comes back late and would still join. */
const STOP_VALID_MS = 10 * MINUTE_MS;

export function createBroadcastService(deps: Dependencies): BroadcastService {
  const { store, downlink, devices, regions, policy, leftOut, transact, clock, freezeMs } = deps;

  function get(id: string): Broadcast {
    const broadcast = store.get(id);
    if (!broadcast) throw notFound("broadcast", id);
    return broadcast;
  }

  const listeners: ((broadcast: Broadcast) => void)[] = [];
  function resolve(broadcast: Broadcast): DeviceIdentity[] {
    const meant = devices
      .enrolledWithin(broadcast.areas, broadcast.kinds)
      .filter((device) => whyNotFor(broadcast, device, policy.effective) === null);
    const over = leftOut(broadcast, meant);
    return meant.filter(({ id }) => !over.has(id));
  }

  function isFor(broadcast: Broadcast, deviceId: string): boolean {
    const device = devices.identityOf(deviceId);
    return device !== null && isTarget(broadcast, device);
  }

  /** Those that were told of it, and those that found it in their playlist since. */
  function hearersOf(broadcast: Broadcast): DeviceIdentity[] {
    const found = resolve(broadcast);
    const ids = new Set(found.map(({ id }) => id));
    const told = store.targets(broadcast.id).filter((id) => !ids.has(id));
    return [...found, ...told.flatMap((id) => devices.identityOf(id) ?? [])];
  }

  function sendStop(broadcast: Broadcast, audience: Audience, untilAckedBy: string[]): string {
    return downlink.send({
      type: "stop",
      body: { broadcastId: broadcast.id },
      audience,
      authorityOver: broadcast.areas,
      class: broadcast.class,
      notAfter: Math.max(broadcast.notAfter, broadcast.endsAt ?? 0, clock.now()) + STOP_VALID_MS,
      broadcastId: broadcast.id,
      untilAckedBy,
    });
  }

  function cancel(broadcast: Broadcast, reason: string, userId: string | null): void {
    store.setState(broadcast.id, broadcast.state, "cancelled", reason, clock.now());
    store.noteStop(broadcast.id, userId, clock.now());
    if (broadcast.state !== "planned") downlink.playlistChanged(broadcast.areas, broadcast.startAt);
    for (const listener of listeners) listener(broadcast);
  }

  function stop(id: string, reason: string, userId: string | null = null): StopResult {
    return transact(() => {
      const broadcast = get(id);
      if (broadcast.state === "cancelled") return { commandId: null, targets: 0 };
      if (!isLive(broadcast) && !isOpen(broadcast)) {
        throw new AppError("conflict", `The broadcast is over (${broadcast.state}).`);
      }
      cancel(broadcast, reason, userId);
      if (!isLive(broadcast)) return { commandId: null, targets: 0 };
      const targets = store.targets(id);
      const audience = audienceOf(broadcast, hearersOf(broadcast));
      if (reachesNobody(audience)) return { commandId: null, targets: 0 };
      return { commandId: sendStop(broadcast, audience, targets), targets: targets.length };
    });
  }

  /** On air, frozen or due to be, and interrupts that air as soon as they are ready. */
  const soundingOrSoon = () =>
    store
      .unsettled(clock.now() + freezeMs)
      .filter(({ state, scheduleId }) => state !== "planned" || scheduleId === null);

  return {
    get,
    page: store.page,
    announced: store.announced,
    stop,

    targets(broadcast) {
      return isOpen(broadcast) ? resolve(broadcast).map(({ id }) => id) : store.targets(broadcast.id);
    },

    prepareStopAll() {
      const areas = regions.roots();
      const now = clock.now();
      const command = downlink.prepare({
        type: "stop",
        body: { all: true, startBefore: now + freezeMs },
        audience: { areas },
        class: "emergency",
        notAfter: now + STOP_VALID_MS,
      });
      const untilAckedBy = devices.enrolledWithin(areas, DEVICE_KINDS).map(({ id }) => id);
      return { command, untilAckedBy, broadcastIds: soundingOrSoon().map(({ id }) => id) };
    },

    cancelAll(broadcastIds, reason, userId) {
      const all = broadcastIds
        .flatMap((id) => store.get(id) ?? [])
        .filter((broadcast) => isLive(broadcast) || isOpen(broadcast));
      for (const broadcast of all) cancel(broadcast, reason, userId);
      return all.map(({ id }) => id);
    },

    unfilled: (startUntil) =>
      store
        .unfilled(startUntil, WAITS_FOR_MAKERS)
        .map(({ scheduleId, id, startAt, programme, reason, whyNot, title }) => ({
          scheduleId: scheduleId ?? id,
          startAt,
          programme,
          reason,
          fallbackTitle: whyNot === null ? title : null,
          againTitle: whyNot === "review-again" ? title : null,
          consentTitle: whyNot === "no-consent" ? title : null,
        })),

    contentLost(contentId, reason) {
      for (const { id } of store.liveWithContent(contentId)) stop(id, reason);
    },

    isFor,
    onCancelled: (listener) => void listeners.push(listener),

    confirmAired(id, deviceId) {
      const broadcast = store.get(id);
      if (broadcast?.state !== "failed" || !isFor(broadcast, deviceId)) return false;
      return store.setState(id, "failed", "aired", null, clock.now());
    },

    deviceChanged(deviceId) {
      for (const broadcast of store.live()) {
        const wasTold = store.targets(broadcast.id).includes(deviceId);
        if (wasTold && !isFor(broadcast, deviceId)) sendStop(broadcast, { devices: [deviceId] }, [deviceId]);
      }
    },

    stopOf: store.stopOf,
    between: store.between,
    airingOf: store.airingOf,
    leftOut,
    dailyNaming: (areas, from, until) => store.dailyNaming(areas, from, until).map(store.airingOf),
    forPlaylist: ({ areas, kind }, endAfter) => store.forPlaylist(areas, kind, endAfter).map(store.airingOf),
  };
}
