import type { TargetDevice } from "../broadcasts/targets.ts";
import { isListedFor } from "../delivery/playlist-entries.ts";
import { identityFrom } from "../devices/device.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { DEVICE_KINDS, type DeviceKind, type PlaylistBroadcast } from "../protocol/messages.ts";
import { selfAndAncestors } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { dateOf, entriesOf, judgeSlot, type PreviewDate } from "./slot-verdict.ts";
import type { Slot, Timetable } from "./timetable.ts";
import { contests, type Verdict, verdictOnTarget } from "./verdict.ts";

/** A rule that never plays there, for a reason that is not a date's. */
interface SilentRule {
  scheduleId: string | null;
  schedule: string | null;
  programme: string;
  verdict: Verdict;
}

export interface Preview {
  /** What the playlist holds; those that are not planned yet have an id that is not kept. */
  entries: (PlaylistBroadcast & { isPlanned: boolean })[];
  dates: PreviewDate[];
  notFor: SilentRule[];
}

export interface RegionPreview {
  kinds: { kind: DeviceKind; preview: Preview }[];
  /** Devices there whose playlist is another than that of their kind. */
  differing: {
    total: number;
    devices: { deviceId: string; regionCode: string; more: string[]; fewer: string[] }[];
  };
}

export interface PreviewService {
  /** What a device's playlist contains of a range, by the function that makes playlists. @throws {AppError} `not_found` */
  ofDevice(deviceId: string, from: number, until: number): Preview;
  /** What a device there would contain, by kind, and which devices differ from that. @throws {AppError} `not_found` */
  ofRegion(code: string, from: number, until: number): RegionPreview;
}

interface Dependencies {
  timetable: Timetable;
  devices: Pick<DeviceService, "get" | "enrolledWithin">;
  regions: { get(code: string): Region };
  policy: Pick<PolicyService, "effective">;
}

const MAX_NAMED_DEVICES = 50;

/** What will play, and what becomes of each date of each rule. */
export function createPreviewService({ timetable, devices, regions, policy }: Dependencies): PreviewService {
  function previewOf(slots: readonly Slot[], device: TargetDevice): Preview {
    const entries = entriesOf(slots, device, policy.effective);
    const contested = contests(entries);
    const planned = new Set(
      slots.flatMap(({ isPlanned, airing }) => (isPlanned && airing ? [airing.broadcast.id] : [])),
    );
    const notFor = new Map<string, SilentRule>();
    const dates = slots.flatMap((slot) => {
      const verdict = judgeSlot(slot, device, policy.effective, contested);
      const isFor =
        slot.airing === null || verdictOnTarget(slot.airing.broadcast, device, policy.effective) === null;
      if (isFor) return [dateOf(slot, verdict)];
      const { scheduleId, schedule, programme } = slot;
      notFor.set(scheduleId ?? programme, { scheduleId, schedule, programme, verdict });
      return [];
    });
    return {
      entries: entries.map((entry) => ({ ...entry, isPlanned: planned.has(entry.id) })),
      dates,
      notFor: [...notFor.values()],
    };
  }

  /** A device in a region as any other there: in no group, without tags. */
  const plainDevice = (code: string, kind: DeviceKind): TargetDevice => ({
    id: "",
    kind,
    areas: selfAndAncestors(code),
    groups: [],
    tags: [],
  });

  function differing(slots: readonly Slot[], code: string): RegionPreview["differing"] {
    const listed = slots.flatMap(({ airing, isPlanned }) => (airing && isPlanned ? [airing.broadcast] : []));
    const idsFor = (device: TargetDevice) =>
      new Set(
        listed.filter((broadcast) => isListedFor(broadcast, device, policy.effective)).map(({ id }) => id),
      );
    const usual = new Map(DEVICE_KINDS.map((kind) => [kind, idsFor(plainDevice(code, kind))]));
    const found = devices.enrolledWithin([code], DEVICE_KINDS).flatMap((device) => {
      const own = idsFor(device);
      const there = usual.get(device.kind) ?? new Set<string>();
      const more = [...own].filter((id) => !there.has(id));
      const fewer = [...there].filter((id) => !own.has(id));
      if (more.length === 0 && fewer.length === 0) return [];
      return [{ deviceId: device.id, regionCode: device.regionCode, more, fewer }];
    });
    return { total: found.length, devices: found.slice(0, MAX_NAMED_DEVICES) };
  }

  return {
    ofDevice: (deviceId, from, until) =>
      previewOf(timetable(from, until), identityFrom(devices.get(deviceId))),

    ofRegion(code, from, until) {
      regions.get(code);
      const slots = timetable(from, until);
      return {
        kinds: DEVICE_KINDS.map((kind) => ({ kind, preview: previewOf(slots, plainDevice(code, kind)) })),
        differing: differing(slots, code),
      };
    },
  };
}
