import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { DeviceIdentity } from "../devices/device.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { AppError, notFound } from "../errors.ts";
import type { Audience } from "../protocol/messages.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { Unfilled } from "../warnings/empty-dates.ts";
import { type Airing, type Broadcast, isLive, isOpen, settlesAt, WAITS_FOR_MAKERS } from "./broadcast.ts";
import type { BroadcastFilter, BroadcastStore } from "./broadcast-store.ts";
import type { CalendarEvent } from "./calendar-event-store.ts";
import type { LeftOut } from "./left-out.ts";
import { createStopsOfAll, type StopsOfAll } from "./stop-of-all.ts";
import { audienceOf, isTarget, reachesNobody, type TargetDevice, whyNotFor } from "./targets.ts";

export interface StopResult {
  /** The command that was sent, or `null` when nothing had been frozen yet. */
  commandId: string | null;
  /** How many devices are to acknowledge it. */
  targets: number;
}

export interface BroadcastService extends StopsOfAll {
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
  /** When one was cancelled, and who by name did it: `null` for the server itself. */
  stopOf(id: string): { at: number; by: string | null } | null;
  /** All that start in a range of epoch ms, in order, at most `limit`; also those that others took the place of. */
  between(from: number, until: number, limit: number): { broadcast: Broadcast; isSuperseded: boolean }[];
  /** Called in the transaction in which a broadcast is cancelled. */
  onCancelled(listener: (broadcast: Broadcast) => void): void;
  /** The coming broadcasts that are empty for want of a review, a signature or a consent, or filled by a fallback. */
  unfilled(startUntil: number): Unfilled[];
  /** Stops what is frozen or on air with content that may not be heard any more. @param userId `null` for the server itself */
  contentLost(contentId: string, reason: string, userId: string | null): void;
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

/** A stop outlives what it stops by this much, as the last round of it may. */
const STOP_VALID_MS = 10 * MINUTE_MS;

export function createBroadcastService(deps: Dependencies): BroadcastService {
  const { store, downlink, devices, policy, leftOut, transact, clock } = deps;

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

  /** Until when devices are to hear of the end of any of them. */
  const validUntil = (stopped: readonly Broadcast[]): number =>
    Math.max(clock.now(), ...stopped.map(settlesAt), ...stopped.map(({ notAfter }) => notAfter)) +
    STOP_VALID_MS;

  /**
   * Whoever may sound it: those that were told of it, and those that found it in their playlist since, whatever the hour and
   * their minutes, as a device may have had another policy by then.
   */
  function hearersOf(broadcast: Broadcast): DeviceIdentity[] {
    const { areas, kinds } = broadcast;
    const found = devices.enrolledWithin(areas, kinds).filter((device) => isTarget(broadcast, device));
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
      notAfter: validUntil([broadcast]),
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
      const hearers = hearersOf(broadcast);
      const audience = audienceOf(broadcast, hearers);
      if (reachesNobody(audience)) return { commandId: null, targets: 0 };
      const ids = hearers.map((device) => device.id);
      return { commandId: sendStop(broadcast, audience, ids), targets: ids.length };
    });
  }

  const { isCalledOff, ...stopsOfAll } = createStopsOfAll({ ...deps, validUntil, cancel, stop });

  return {
    ...stopsOfAll,
    get,
    page: store.page,
    announced: store.announced,
    stop,

    targets(broadcast) {
      return isOpen(broadcast) ? resolve(broadcast).map(({ id }) => id) : store.targets(broadcast.id);
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
          owedTitle: whyNot === "signatures-owed" ? title : null,
        })),

    contentLost(contentId, reason, userId) {
      for (const { id } of store.liveWithContent(contentId)) stop(id, reason, userId);
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
    forPlaylist: ({ areas, kind }, endAfter) =>
      store
        .forPlaylist(areas, kind, endAfter)
        .filter(({ id }) => !isCalledOff(id))
        .map(store.airingOf),
  };
}
