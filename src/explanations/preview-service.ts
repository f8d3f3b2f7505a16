import type { TargetDevice } from "../broadcasts/targets.ts";
import { identityFrom } from "../devices/device.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { DEVICE_KINDS, type DeviceKind, type PlaylistBroadcast } from "../protocol/messages.ts";
import { selfAndAncestors } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import type { PolicyService } from "../schedules/policy.ts";
import type { FindSlots, FoundSlots } from "./find-slots.ts";
import { dateOf, judgeFor, type PreviewDate } from "./slot-verdict.ts";
import { usualDevice } from "./usual-device.ts";
import { type Verdict, verdictOnTarget } from "./verdict.ts";

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
  findSlots: FindSlots;
  devices: Pick<DeviceService, "get" | "enrolledWithin">;
  regions: { get(code: string): Region };
  policy: Pick<PolicyService, "effective">;
}

const MAX_NAMED_DEVICES = 50;

/** What will play, and what becomes of each date of each rule. */
export function createPreviewService({ findSlots, devices, regions, policy }: Dependencies): PreviewService {
  function previewOf(found: FoundSlots, device: TargetDevice): Preview {
    const { slots } = found;
    const { entries, verdictOf } = judgeFor(found, device, policy.effective);
    const planned = new Set(
      slots.flatMap(({ isPlanned, airing }) => (isPlanned && airing ? [airing.broadcast.id] : [])),
    );
    const notFor = new Map<string, SilentRule>();
    const dates = slots.flatMap((slot) => {
      const verdict = verdictOf(slot);
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

  function differing(found: FoundSlots, code: string): RegionPreview["differing"] {
    const listed = found.slots.flatMap(({ airing, isPlanned }) =>
      airing && isPlanned ? [airing.broadcast] : [],
    );
    const idsFor = (device: TargetDevice) => {
      const { isListed } = judgeFor(found, device, policy.effective);
      return new Set(listed.filter(isListed).map(({ id }) => id));
    };
    const usual = new Map(DEVICE_KINDS.map((kind) => [kind, idsFor(usualDevice(code, kind, devices))]));
    const others = devices.enrolledWithin([code], DEVICE_KINDS).flatMap((device) => {
      const own = idsFor(device);
      const there = usual.get(device.kind) ?? new Set<string>();
      const more = [...own].filter((id) => !there.has(id));
      const fewer = [...there].filter((id) => !own.has(id));
      if (more.length === 0 && fewer.length === 0) return [];
      return [{ deviceId: device.id, regionCode: device.regionCode, more, fewer }];
    });
    return { total: others.length, devices: others.slice(0, MAX_NAMED_DEVICES) };
  }

  return {
    ofDevice(deviceId, from, until) {
      const device = identityFrom(devices.get(deviceId));
      return previewOf(findSlots(device.areas, from, until), device);
    },

    ofRegion(code, from, until) {
      regions.get(code);
      const inside = devices.enrolledWithin([code], DEVICE_KINDS).flatMap(({ areas }) => areas);
      const found = findSlots([...new Set([...selfAndAncestors(code), ...inside])], from, until);
      return {
        kinds: DEVICE_KINDS.map((kind) => ({
          kind,
          preview: previewOf(found, usualDevice(code, kind, devices)),
        })),
        differing: differing(found, code),
      };
    },
  };
}
