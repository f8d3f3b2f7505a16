import type { Clock } from "../clock.ts";
import type { Downlink, PreparedCommand } from "../delivery/downlink.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { DEVICE_KINDS } from "../protocol/messages.ts";
import { type Broadcast, isLive, isOpen } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";

/** A stop of everything, which devices may hear of before the database does. */
export interface StopOfAll extends PreparedCommand {
  /** What it stops. */
  broadcastIds: string[];
  /** What starts before this is about to sound, epoch ms. */
  startBefore: number;
}

export interface StopsOfAll {
  /** The stop for whatever sounds or is about to, everywhere; no playlist lists that from then on. */
  prepareStopAll(): StopOfAll;
  /**
   * Cancels what of that is not over yet, and what was there by then and is about to sound since: what devices were told of
   * after the stop is stopped by a command of its own. What was made after it stays. Returns their ids. Call it in a transaction.
   */
  cancelAll(stop: StopOfAll, reason: string, userId: string): string[];
}

interface Dependencies {
  store: BroadcastStore;
  downlink: Pick<Downlink, "prepare" | "commandsOf">;
  devices: Pick<DeviceService, "enrolledWithin">;
  regions: { roots(): string[] };
  clock: Clock;
  freezeMs: number;
  /** Until when devices are to hear of the end of any of them, epoch ms. */
  validUntil: (stopped: readonly Broadcast[]) => number;
  /** Without a command. */
  cancel: (broadcast: Broadcast, reason: string, userId: string) => void;
  /** By a command of its own. */
  stop: (id: string, reason: string, userId: string) => void;
}

/** Ids are UUIDv7, in the order in which they were made, whatever the clock does. */
const isBefore = (one: { id: string }, other: { id: string }): boolean => one.id < other.id;

export function createStopsOfAll(deps: Dependencies): StopsOfAll & { isCalledOff(id: string): boolean } {
  const { store, downlink, devices, regions, clock, freezeMs, validUntil } = deps;
  /** Also while the database does not know it yet. */
  const calledOff = new Set<string>();

  /** On air or due to be, ready or not: what becomes ready in time would air. */
  const soundingOrSoon = (startBefore: number): Broadcast[] => store.unsettled(startBefore);

  /** Devices that have obeyed the stop would play it. */
  const isToldSince = ({ id, contentKind }: Broadcast, { command, broadcastIds }: StopOfAll): boolean =>
    contentKind === "alert"
      ? !broadcastIds.includes(id)
      : downlink.commandsOf(id).some((other) => other.type === "play" && isBefore(command, other));

  return {
    isCalledOff: (id) => calledOff.has(id),

    prepareStopAll() {
      const areas = regions.roots();
      const startBefore = clock.now() + freezeMs;
      const stopped = soundingOrSoon(startBefore);
      const command = downlink.prepare({
        type: "stop",
        body: { all: true, startBefore },
        audience: { areas },
        class: "emergency",
        notAfter: validUntil(stopped),
      });
      const untilAckedBy = devices.enrolledWithin(areas, DEVICE_KINDS).map(({ id }) => id);
      const broadcastIds = stopped.map(({ id }) => id);
      for (const id of broadcastIds) calledOff.add(id);
      return { command, untilAckedBy, broadcastIds, startBefore };
    },

    cancelAll(all, reason, userId) {
      const thereByThen = soundingOrSoon(all.startBefore).filter((one) => isBefore(one, all.command));
      const ids = new Set([...all.broadcastIds, ...thereByThen.map(({ id }) => id)]);
      const stopped = [...ids]
        .flatMap((id) => store.get(id) ?? [])
        .filter((broadcast) => isLive(broadcast) || isOpen(broadcast));
      for (const broadcast of stopped) {
        if (isToldSince(broadcast, all)) deps.stop(broadcast.id, reason, userId);
        else deps.cancel(broadcast, reason, userId);
      }
      return stopped.map(({ id }) => id);
    },
  };
}
