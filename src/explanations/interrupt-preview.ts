import type { Airing } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { isTarget, type TargetDevice, type Targets, whyNotFor } from "../broadcasts/targets.ts";
import { NAME_OF_CLASS, priorityOf } from "../broadcasts/unscheduled.ts";
import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { type BroadcastClass, DEVICE_KINDS, type DeviceKind, type QuietHours } from "../protocol/messages.ts";
import { authorityOf, isWithin } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import type { QuietHoursMetBy } from "../schedules/county-wide.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { type Contender, contests, type VerdictCode } from "./verdict.ts";

/** What somebody is about to air. Instants are epoch ms. */
export interface IntendedInterrupt {
  /** The id of who it is. */
  userId: string;
  class: Exclude<BroadcastClass, "daily">;
  title: string;
  silent: boolean;
  /** An emergency, or the drill of one: repeated for as long as it lasts. */
  isStanding: boolean;
  /** Spoken live: joined where it is by then, and over after `durationMs` whoever heard it. */
  isLive: boolean;
  targets: Targets;
  /** `null` is now. */
  startAt: number | null;
  /** It begins no later; `null` is half an hour after its start. */
  notAfter: number | null;
  durationMs: number;
}

/** How many devices something comes to, by a word that does not change. */
export interface Fate {
  code: VerdictCode;
  devices: number;
}

export interface InterruptPreview {
  startAt: number;
  endsAt: number;
  devices: {
    total: number;
    online: number;
    byKind: { kind: DeviceKind; devices: number }[];
    /** Of the same areas, and not meant: of another kind, excluded, or without its groups and tags. */
    leftOut: number;
  };
  /** The targeted regions, each with everything below it. */
  areas: { code: string; name: string; devices: number }[];
  /** The quiet hours of a county that most of it may hear it in: it takes a second person. `null` when it takes none. */
  secondPersonFor: QuietHours | null;
  /** On how many devices it does not simply begin at its start. */
  own: Fate[];
  /** What is ready for the same devices at that time, and what becomes of it. */
  meets: { airing: Airing; devices: number; fates: Fate[] }[];
}

interface Dependencies {
  broadcasts: Pick<BroadcastService, "between" | "airingOf" | "leftOut">;
  devices: Pick<DeviceService, "enrolledWithin" | "online">;
  regions: { get(code: string): Region };
  policy: Pick<PolicyService, "effective">;
  quietHoursMetBy: QuietHoursMetBy;
  clock: Clock;
}

/** Who would hear an interrupt, and what it would meet on the air; only reads. @throws {AppError} `not_found` for a region */
export type PreviewInterrupt = (intended: IntendedInterrupt) => InterruptPreview;

const SELF = "this";
const GRACE_MS = 30 * MINUTE_MS;
const LIVE_GRACE_MS = 2 * MINUTE_MS;
/** An emergency stands for at most a day, a programme lasts less. */
const LONGEST_MS = DAY_MS;
const MAX_BROADCASTS = 20_000;
const SOUNDING = ["ready", "frozen", "on_air"];

export function createInterruptPreview(deps: Dependencies): PreviewInterrupt {
  const { broadcasts, devices, regions, policy, quietHoursMetBy, clock } = deps;

  function selfOf(intended: IntendedInterrupt, startAt: number): Contender {
    const { class: of, title, silent, isStanding, isLive, durationMs, targets } = intended;
    const goesOn = isStanding || isLive;
    return {
      id: SELF,
      class: of,
      authority: authorityOf(targets.areas),
      priority: priorityOf(intended),
      programme: NAME_OF_CLASS[of],
      title,
      silent,
      startAt,
      notAfter: goesOn ? startAt + durationMs : lastStart(intended, startAt),
      lateness: goesOn ? "join" : "play",
      items: [{ durationMs }],
    };
  }

  function around(startAt: number, endsAt: number): Airing[] {
    return broadcasts
      .between(startAt - LONGEST_MS, endsAt, MAX_BROADCASTS)
      .map(({ broadcast }) => broadcasts.airingOf(broadcast))
      .filter(
        ({ broadcast: { state, endsAt: end } }) => SOUNDING.includes(state) && end !== null && end > startAt,
      );
  }

  return (intended) => {
    const startAt = Math.max(intended.startAt ?? 0, clock.now());
    const endsAt = startAt + intended.durationMs;
    const { targets, isStanding, durationMs } = intended;
    const areas = targets.areas.map((code) => ({ code, name: regions.get(code).name }));
    const there = devices.enrolledWithin(targets.areas, DEVICE_KINDS);
    const hearers = there.filter((device) => isTarget(targets, device));
    const rivals = around(startAt, endsAt);
    const self = selfOf(intended, startAt);

    const leftOut = rivals.map(({ broadcast }) => broadcasts.leftOut(broadcast, hearers));
    const own = new Map<VerdictCode, number>();
    const met = rivals.map((airing) => ({ airing, devices: 0, fates: new Map<VerdictCode, number>() }));
    // Devices that the same broadcasts are for decide alike.
    const alike = Map.groupBy(hearers, (device) => {
      const isHere = ({ broadcast }: Airing, index: number) =>
        whyNotFor(broadcast, device, policy.effective) === null && !leftOut[index]?.has(device.id);
      return `${device.kind} ${rivals.map((rival, index) => (isHere(rival, index) ? 1 : 0)).join("")}`;
    });
    for (const [key, { length: count }] of alike) {
      const [kind, marks] = key.split(" ") as [DeviceKind, string];
      const here = met.filter((_, index) => marks[index] === "1");
      const verdicts = contests([self, ...here.map(({ airing }) => contenderOf(airing, kind))]);
      add(own, verdicts.get(SELF)?.code, count);
      for (const meeting of here) {
        meeting.devices += count;
        add(meeting.fates, verdicts.get(meeting.airing.broadcast.id)?.code, count);
      }
    }
    const online = devices.online();
    return {
      startAt,
      endsAt,
      devices: {
        total: hearers.length,
        online: hearers.filter(({ id }) => online.has(id)).length,
        byKind: targets.kinds.map((kind) => ({
          kind,
          devices: hearers.filter((device) => device.kind === kind).length,
        })),
        leftOut: there.length - hearers.length,
      },
      areas: areas.map((area) => ({ ...area, devices: countWithin(hearers, area.code) })),
      secondPersonFor: isStanding
        ? null
        : quietHoursMetBy({ ...intended, ...targets, id: null, by: [intended.userId] })(
            startAt,
            lastStart(intended, startAt) + durationMs,
          ),
      own: fatesOf(own),
      meets: met
        .filter((meeting) => meeting.devices > 0)
        .map((meeting) => ({ ...meeting, fates: fatesOf(meeting.fates) })),
    };
  };
}

/** What is spoken live begins within two minutes. */
const lastStart = ({ notAfter, isLive }: IntendedInterrupt, startAt: number): number =>
  notAfter ?? startAt + (isLive ? LIVE_GRACE_MS : GRACE_MS);

const WITHOUT_LENGTH: ReadonlySet<string | null> = new Set(["alert", "live"]);

/** A standing alert is repeated until its end, whatever its sound lasts; what is spoken live has no items. */
function contenderOf({ broadcast, itemsFor }: Airing, kind: DeviceKind): Contender {
  const { startAt, endsAt, contentKind, areas } = broadcast;
  const items = WITHOUT_LENGTH.has(contentKind)
    ? [{ durationMs: (endsAt ?? startAt) - startAt }]
    : itemsFor(kind);
  return { ...broadcast, authority: authorityOf(areas), items };
}

const countWithin = (devices: readonly TargetDevice[], area: string): number =>
  devices.filter(({ areas: [own = ""] }) => isWithin(own, area)).length;

function add(counts: Map<VerdictCode, number>, code: VerdictCode | undefined, devices: number): void {
  if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + devices);
}

const fatesOf = (counts: ReadonlyMap<VerdictCode, number>): Fate[] =>
  [...counts].map(([code, devices]) => ({ code, devices }));
