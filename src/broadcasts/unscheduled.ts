import { Temporal } from "temporal-polyfill";
import { type Clock, SECOND_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { BroadcastClass, DeviceKind } from "../protocol/messages.ts";
import { ALERT_PRIORITY } from "../protocol/precedence.ts";
import { outermost } from "../protocol/region-code.ts";
import type { Broadcast, BroadcastItem, ContentKind, WhyNot } from "./broadcast.ts";
import type { BroadcastStore } from "./broadcast-store.ts";
import { longestMs } from "./playable-items.ts";
import { isTarget, type TargetDevice, type Targets } from "./targets.ts";
import type { Unready } from "./unready.ts";

/** What somebody airs this once. Its id is the broadcast's. */
export interface NewInterrupt {
  id: string;
  class: BroadcastClass;
  title: string;
  targets: Targets;
  /** Epoch ms, both. */
  startAt: number;
  notAfter: number;
  volume: number | null;
  silent: boolean;
}

export type Items = Map<DeviceKind, BroadcastItem[]>;

/** Broadcasts without a schedule: from here on they are stopped, proved and shown as any other. */
export interface Unscheduled {
  /** An announcement that waits for its recording, or for whoever is to speak. @param whyNot what is missing */
  plan(interrupt: NewInterrupt, kind: "announcement" | "live", whyNot: string): void;
  /** Those that wait. */
  waiting(): Broadcast[];
  /** @param code where it has one */
  wait(broadcast: Broadcast, whyNot: string, code?: WhyNot): void;
  /** Announcements that are ready, and not fixed yet. */
  ready(): Broadcast[];
  unready: Unready;
  /** Announcements of a recording of an episode or a session, that are frozen or on air. */
  liveWithRecordingOf(contentId: string): Broadcast[];
  /** It waits, and may begin until `notAfter` now, epoch ms. @param code where it has one */
  giveTime(broadcast: Broadcast, notAfter: number, whyNot: string, code?: WhyNot): void;
  /** It can air: at its start, or as soon as its devices can know of it. */
  makeReady(broadcast: Broadcast, items: Items): void;
  /** Somebody speaks: it is heard from `startAt`, and until `endsAt` at the latest. */
  goLive(broadcast: Broadcast, times: { startAt: number; endsAt: number }): void;
  /** The server's clock was set while somebody spoke, and theirs with it. */
  moveLive(id: string, byMs: number): void;
  /** Nothing more is spoken; what was is over at `endsAt`. @param reason why, unless the speaker or a stop ended it */
  endLive(id: string, endsAt: number, reason: string | null): void;
  /** An alert, on air from now until `notAfter`, to the devices that there are and whoever comes. */
  raise(alert: NewInterrupt, items: Items): void;
  items(id: string, kind: DeviceKind): BroadcastItem[];
}

interface Dependencies {
  store: BroadcastStore;
  devices: { enrolledWithin(areas: readonly string[], kinds: readonly DeviceKind[]): TargetDevice[] };
  downlink: Pick<Downlink, "playlistChanged">;
  unready: Unready;
  transact: Transact;
  clock: Clock;
  /** IANA, of the county. */
  zone: string;
}

/** From the moment that something is ready until it sounds: the command's way, a small file's, and the decoder's. */
export const LEAD_MS = 5 * SECOND_MS;
/** Of interrupts that are no alerts: among themselves the earlier keeps the air. */
const INTERRUPT_PRIORITY = 50;
export const priorityOf = ({ isStanding }: { isStanding: boolean }): number =>
  isStanding ? ALERT_PRIORITY : INTERRUPT_PRIORITY;
/** What devices and registers show where a programme has its name. */
export const NAME_OF_CLASS: Record<BroadcastClass, string> = {
  daily: "日常广播",
  announcement: "通知",
  drill: "演练",
  emergency: "应急广播",
};

export function createUnscheduled(deps: Dependencies): Unscheduled {
  const { store, devices, downlink, unready, transact, clock, zone } = deps;

  function broadcastOf(
    interrupt: NewInterrupt,
    rest: Pick<Broadcast, "state" | "reason" | "endsAt" | "lateness"> & { contentKind: ContentKind },
  ): Broadcast {
    const { id, class: of, title, startAt, notAfter, volume, silent, targets } = interrupt;
    const local = Temporal.Instant.fromEpochMilliseconds(startAt).toZonedDateTimeISO(zone);
    return {
      id,
      scheduleId: null,
      localDate: local.toPlainDate().toString(),
      localTime: local.toPlainTime().toString({ smallestUnit: "minute" }),
      startAt,
      notAfter,
      class: of,
      priority: priorityOf({ isStanding: rest.contentKind === "alert" }),
      offline: "play",
      volume,
      silent,
      kinds: targets.kinds.toSorted(),
      areas: outermost(targets.areas),
      exclude: outermost(targets.exclude),
      groups: targets.groups.toSorted(),
      tags: targets.tags.toSorted(),
      programme: NAME_OF_CLASS[of],
      contentId: id,
      contentBy: "choice",
      whyNot: null,
      title,
      ...rest,
    };
  }

  return {
    plan(interrupt, contentKind, whyNot) {
      const lateness = contentKind === "live" ? "join" : "play";
      const rest = { state: "planned", reason: whyNot, endsAt: null, lateness } as const;
      store.insert(broadcastOf(interrupt, { ...rest, contentKind }), clock.now());
    },

    waiting: store.waiting,

    wait(broadcast, reason, code) {
      const whyNot = code ?? null;
      if (broadcast.reason === reason && broadcast.whyNot === whyNot) return;
      store.update({ ...broadcast, reason, whyNot }, clock.now());
    },
    ready: store.readyAnnouncements,
    unready,
    liveWithRecordingOf: store.liveAnnouncementsOf,

    giveTime(broadcast, notAfter, reason, code) {
      store.update({ ...broadcast, notAfter, reason, whyNot: code ?? null }, clock.now());
    },

    makeReady(broadcast, items) {
      transact(() => {
        const now = clock.now();
        const startAt = Math.max(broadcast.startAt, now + LEAD_MS);
        const endsAt = startAt + longestMs(items);
        store.update({ ...broadcast, state: "ready", reason: null, whyNot: null, startAt, endsAt }, now);
        store.replaceItems(broadcast.id, items);
        downlink.playlistChanged(broadcast.areas, startAt);
      });
    },

    goLive(broadcast, { startAt, endsAt }) {
      transact(() => {
        const state = { state: "ready", reason: null } as const;
        store.update({ ...broadcast, ...state, startAt, endsAt, notAfter: endsAt }, clock.now());
        downlink.playlistChanged(broadcast.areas, startAt);
      });
    },

    endLive(id, endsAt, reason) {
      transact(() => {
        const broadcast = store.get(id);
        if (!broadcast) return;
        const kept = reason ?? broadcast.reason;
        store.update({ ...broadcast, endsAt, notAfter: endsAt, reason: kept }, clock.now());
        downlink.playlistChanged(broadcast.areas, null);
      });
    },

    moveLive(id, byMs) {
      transact(() => {
        const broadcast = store.get(id);
        if (!broadcast || broadcast.endsAt === null) return;
        const [startAt, endsAt] = [broadcast.startAt + byMs, broadcast.endsAt + byMs];
        store.update({ ...broadcast, startAt, endsAt, notAfter: endsAt }, clock.now());
        downlink.playlistChanged(broadcast.areas, startAt);
      });
    },

    raise(alert, items) {
      transact(() => {
        const rest = { state: "on_air", reason: null, endsAt: alert.notAfter, lateness: "join" } as const;
        const broadcast = broadcastOf(alert, { ...rest, contentKind: "alert" });
        store.insert(broadcast, clock.now());
        store.replaceItems(alert.id, items);
        const targets = devices
          .enrolledWithin(broadcast.areas, broadcast.kinds)
          .filter((device) => isTarget(broadcast, device));
        store.addTargets(
          alert.id,
          targets.map(({ id }) => id),
        );
      });
    },

    items: store.items,
  };
}
