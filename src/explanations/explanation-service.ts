import type { Broadcast } from "../broadcasts/broadcast.ts";
import { isOpen } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { occurrenceKey } from "../broadcasts/forecast.ts";
import type { TargetDevice } from "../broadcasts/targets.ts";
import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Downlink } from "../delivery/downlink.ts";
import { isListedFor, playlistEntries } from "../delivery/playlist-entries.ts";
import { type DeviceView, identityFrom } from "../devices/device.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { DEVICE_KINDS, type DeviceKind, type PlaylistBroadcast } from "../protocol/messages.ts";
import { isWithin, selfAndAncestors } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import { provenBy } from "../reports/proof.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { DeviceRecordRow } from "../reports/report-store.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { Slot, Timetable } from "./timetable.ts";
import {
  contests,
  outcomeOf,
  type Verdict,
  type VerdictCode,
  verdictOnTarget,
  wasOnlineAt,
} from "./verdict.ts";

export interface PreviewDate extends Omit<Slot, "airing"> {
  broadcastId: string | null;
}

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

/** What the records say of one broadcast. */
export interface DueBroadcast {
  broadcast: Broadcast | null;
  slot: PreviewDate;
  stop: { at: number; by: string | null } | null;
  commands: { id: string; type: string; issuedAt: number; notAfter: number; answeredAt: number | null }[];
  /** Whether the device was among those resolved at the freeze; `null` before that, or for a region. */
  wasTold: boolean | null;
  records: DeviceRecordRow[];
  /** For a region: its devices by what became of it there. */
  devices: { total: number; byCode: Partial<Record<VerdictCode, number>>; silent: SilentDevice[] } | null;
  verdict: Verdict;
}

interface SilentDevice {
  deviceId: string;
  name: string;
  regionCode: string;
  verdict: Verdict;
}

export interface Why {
  at: number;
  verdict: Verdict;
  due: DueBroadcast[];
  /** Of the device at that time, as far as it is known. */
  device: { wasOnline: boolean | null; view: DeviceView } | null;
}

export interface ExplanationService {
  /** What a device's playlist contains of a range, by the function that makes playlists. @throws {AppError} `not_found` */
  previewOfDevice(deviceId: string, from: number, until: number): Preview;
  /** What a device there would contain, by kind, and which devices differ from that. @throws {AppError} `not_found` */
  previewOfRegion(code: string, from: number, until: number): RegionPreview;
  /** What was due around an instant and what became of it. @throws {AppError} `not_found` */
  whyOnDevice(deviceId: string, at: number, withinMs: number): Why;
  whyInRegion(code: string, at: number, withinMs: number): Why;
}

interface Dependencies {
  timetable: Timetable;
  broadcasts: Pick<BroadcastService, "targets" | "stopOf" | "announced" | "isFor">;
  devices: Pick<DeviceService, "get" | "enrolledWithin">;
  regions: { get(code: string): Region };
  reports: Pick<ReportService, "ofDevice" | "proofOf">;
  downlink: Pick<Downlink, "commandsOf">;
  policy: Pick<PolicyService, "effective">;
  clock: Clock;
  /** The county's. */
  zone: string;
}

const MAX_NAMED_DEVICES = 50;

export function createExplanationService(deps: Dependencies): ExplanationService {
  const { timetable, broadcasts, devices, regions, reports, downlink, policy, clock, zone } = deps;

  const entriesOf = (slots: readonly Slot[], device: TargetDevice): PlaylistBroadcast[] =>
    playlistEntries(
      slots.flatMap(({ airing }) => airing ?? []),
      device,
      policy.effective,
      // Addresses are for devices.
      () => "",
    );

  /** What a date's verdict is for a device, among all that want its air. */
  function judge(slot: Slot, device: TargetDevice, contested: ReadonlyMap<string, Verdict>): Verdict {
    const broadcast = slot.airing?.broadcast;
    if (!broadcast) return slot.verdict;
    return (
      verdictOnTarget(broadcast, device, policy.effective) ?? contested.get(broadcast.id) ?? slot.verdict
    );
  }

  const dateOf = ({ airing, ...slot }: Slot, verdict: Verdict): PreviewDate => ({
    ...slot,
    verdict,
    broadcastId: slot.isPlanned ? (airing?.broadcast.id ?? null) : null,
  });

  function previewOf(slots: readonly Slot[], device: TargetDevice): Preview {
    const entries = entriesOf(slots, device);
    const contested = contests(entries);
    const planned = new Set(
      slots.flatMap(({ isPlanned, airing }) => (isPlanned && airing ? [airing.broadcast.id] : [])),
    );
    const notFor = new Map<string, SilentRule>();
    const dates = slots.flatMap((slot) => {
      const verdict = judge(slot, device, contested);
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

  /** What was announced there and taken back before it aired, so that no broadcast is left of it. */
  function withdrawn(code: string, from: number, until: number, slots: readonly Slot[]): Slot[] {
    const known = new Set(
      slots.map(
        ({ scheduleId, airing, date, time }) =>
          `${scheduleId ?? airing?.broadcast.id} ${occurrenceKey(date, time)}`,
      ),
    );
    return broadcasts.announced(code, from, until).flatMap((event): Slot[] => {
      const { seriesId, localDate: date, localTime: time, startAt, programme, reason, status } = event;
      if (status !== "cancelled" || known.has(`${seriesId} ${occurrenceKey(date, time)}`)) return [];
      const text = `It was announced and taken back: ${reason ?? "no reason given"}.`;
      const verdict: Verdict = { code: "withdrawn", text };
      return [
        {
          scheduleId: seriesId,
          schedule: null,
          programme,
          date,
          time,
          startAt,
          verdict,
          airing: null,
          isPlanned: false,
        },
      ];
    });
  }

  /** What was due around an instant, the most telling first: what is for the place, then the nearest. */
  function dueAround(code: string, at: number, withinMs: number): Slot[] {
    const [from, until] = [at - withinMs, at + withinMs + 1];
    const slots = timetable(from, until);
    return [...slots, ...withdrawn(code, from, until, slots)].toSorted(
      (one, other) => Math.abs(one.startAt - at) - Math.abs(other.startAt - at),
    );
  }

  const commandsOf = (broadcastId: string, records: readonly DeviceRecordRow[]): DueBroadcast["commands"] =>
    downlink.commandsOf(broadcastId).map((command) => ({
      ...command,
      answeredAt: records.find(({ commandId }) => commandId === command.id)?.at ?? null,
    }));

  function stopSentence(stop: DueBroadcast["stop"], verdict: Verdict): Verdict {
    if (!stop || (verdict.code !== "stopped" && verdict.code !== "superseded")) return verdict;
    const who = stop.by === null ? "the server" : stop.by;
    return { ...verdict, text: `${verdict.text} By ${who}, ${createWallClock(zone).textAt(stop.at)}.` };
  }

  /** Without a device or a place: what the records of the broadcast itself say. */
  function factsOf(slot: Slot, verdict: Verdict): DueBroadcast {
    const broadcast = slot.isPlanned ? (slot.airing?.broadcast ?? null) : null;
    const stop = broadcast && broadcasts.stopOf(broadcast.id);
    return {
      broadcast,
      slot: dateOf(slot, verdict),
      stop,
      commands: broadcast ? commandsOf(broadcast.id, []) : [],
      wasTold: null,
      records: [],
      devices: null,
      verdict: stopSentence(stop, verdict),
    };
  }

  const hasBegun = (broadcast: Broadcast): boolean => !isOpen(broadcast) && broadcast.startAt <= clock.now();
  const notYet = (verdict: Verdict, { startAt }: Broadcast): Verdict => ({
    code: "not-yet",
    text: `It has not begun: it stands on ${createWallClock(zone).textAt(startAt)}. ${verdict.text}`,
  });

  function onDevice(
    slot: Slot,
    device: TargetDevice,
    view: DeviceView,
    contested: ReadonlyMap<string, Verdict>,
  ) {
    const verdict = judge(slot, device, contested);
    const facts = factsOf(slot, verdict);
    const { broadcast } = facts;
    if (!broadcast) return facts;
    const commandIds = facts.commands.map(({ id }) => id);
    const records = reports.ofDevice(device.id, broadcast.id, commandIds);
    const wasTold = isOpen(broadcast) ? null : broadcasts.targets(broadcast).includes(device.id);
    const known = { ...facts, commands: commandsOf(broadcast.id, records), wasTold, records };
    const own = records.filter(({ commandId }) => commandId === null);
    const outcome = outcomeOf({
      proven: provenBy(own),
      wasTold: wasTold === true,
      wasOnline: wasOnlineAt(view.presence, broadcast.startAt),
    });
    const saysMore = own.some(({ type }) => type !== "received" && type !== "cached");
    if (broadcast.state === "cancelled")
      return { ...known, verdict: saysMore ? both(facts.verdict, outcome) : facts.verdict };
    if (!isListedFor(broadcast, device, policy.effective) && !saysMore && wasTold !== true) return known;
    if (hasBegun(broadcast) || saysMore) return { ...known, verdict: outcome };
    return { ...known, verdict: notYet(verdict, broadcast) };
  }

  function inRegion(slot: Slot, code: string): DueBroadcast {
    const facts = factsOf(slot, slot.verdict);
    const { broadcast } = facts;
    if (!broadcast) return facts;
    const here = new Set(devices.enrolledWithin([code], DEVICE_KINDS).map(({ id }) => id));
    const targets = broadcasts.targets(broadcast).filter((id) => here.has(id));
    const isHere = (deviceId: string) => here.has(deviceId) && broadcasts.isFor(broadcast, deviceId);
    const { devices: proofs } = reports.proofOf(broadcast.id, targets, isHere);
    const told = new Set(targets);
    const outcomes = proofs.map((proof) => ({
      proof,
      verdict: outcomeOf({ proven: proof, wasTold: told.has(proof.deviceId), wasOnline: null }),
    }));
    const byCode: Partial<Record<VerdictCode, number>> = {};
    for (const { verdict } of outcomes) byCode[verdict.code] = (byCode[verdict.code] ?? 0) + 1;
    const silent = outcomes.filter(({ verdict }) => verdict.code !== "played");
    const known: DueBroadcast = {
      ...facts,
      devices: {
        total: outcomes.length,
        byCode: hasBegun(broadcast) ? byCode : {},
        silent: hasBegun(broadcast)
          ? silent.slice(0, MAX_NAMED_DEVICES).map(({ proof: { deviceId, name, regionCode }, verdict }) => ({
              deviceId,
              name,
              regionCode,
              verdict,
            }))
          : [],
      },
    };
    if (facts.verdict.code === "stopped" || facts.verdict.code === "superseded") return known;
    if (isOpen(broadcast) || broadcast.state === "missed") {
      const isComing = broadcast.state === "ready";
      return isComing ? { ...known, verdict: notYet(slot.verdict, broadcast) } : known;
    }
    if (!hasBegun(broadcast)) return { ...known, verdict: notYet(slot.verdict, broadcast) };
    return { ...known, verdict: regionVerdict(outcomes.map(({ verdict }) => verdict)) };
  }

  function conclude(due: readonly DueBroadcast[], withinMs: number): Verdict {
    const best = due.find(({ verdict }) => !isElsewhere(verdict)) ?? due[0];
    if (best) return best.verdict;
    const minutes = Math.round(withinMs / MINUTE_MS);
    return { code: "not-planned", text: `Nothing was due there within ${minutes} minutes of that time.` };
  }

  return {
    previewOfDevice(deviceId, from, until) {
      const device = identityFrom(devices.get(deviceId));
      return previewOf(timetable(from, until), device);
    },

    previewOfRegion(code, from, until) {
      regions.get(code);
      const slots = timetable(from, until);
      return {
        kinds: DEVICE_KINDS.map((kind) => ({ kind, preview: previewOf(slots, plainDevice(code, kind)) })),
        differing: differing(slots, code),
      };
    },

    whyOnDevice(deviceId, at, withinMs) {
      const view = devices.get(deviceId);
      const device = identityFrom(view);
      const slots = dueAround(view.regionCode, at, withinMs);
      const contested = contests(entriesOf(slots, device));
      const due = slots
        .map((slot) => onDevice(slot, device, view, contested))
        .filter(({ verdict }) => verdict.code !== "outside-area");
      return {
        at,
        verdict: conclude(due, withinMs),
        due,
        device: { wasOnline: wasOnlineAt(view.presence, at), view },
      };
    },

    whyInRegion(code, at, withinMs) {
      regions.get(code);
      const due = dueAround(code, at, withinMs)
        .filter(({ airing }) => airing === null || concerns(airing.broadcast, code))
        .map((slot) => inRegion(slot, code));
      return { at, verdict: conclude(due, withinMs), due, device: null };
    },
  };
}

/** Whether any part of an area may be meant. */
function concerns({ areas, exclude }: Broadcast, code: string): boolean {
  const around = selfAndAncestors(code);
  return (
    areas.some((area) => around.includes(area) || isWithin(area, code)) &&
    !exclude.some((area) => around.includes(area))
  );
}

const ELSEWHERE: readonly VerdictCode[] = ["other-kind", "excluded", "not-in-group", "without-tag"];
const isElsewhere = ({ code }: Verdict): boolean => ELSEWHERE.includes(code);

const both = (one: Verdict, other: Verdict): Verdict => ({
  code: one.code,
  text: `${one.text} ${other.text}`,
});

function regionVerdict(verdicts: readonly Verdict[]): Verdict {
  const played = verdicts.filter(({ code }) => code === "played").length;
  const text = `${played} of ${verdicts.length} devices reported that they played it.`;
  if (verdicts.length === 0) return { code: "no-devices", text: "No device there was to play it." };
  if (played === verdicts.length) return { code: "played", text };
  if (played > 0) return { code: "partly-played", text };
  const codes = new Set(verdicts.map(({ code }) => code));
  const [only] = verdicts;
  return codes.size === 1 && only
    ? { code: only.code, text: `${text} ${only.text}` }
    : { code: "no-record", text };
}
