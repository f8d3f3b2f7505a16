import type { AiredBy } from "../broadcasts/aired-by.ts";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import { isOpen } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { TargetDevice } from "../broadcasts/targets.ts";
import { type Clock, MINUTE_MS } from "../clock.ts";
import type { Downlink } from "../delivery/downlink.ts";
import { type DeviceView, identityFrom } from "../devices/device.ts";
import type { DeviceService } from "../devices/device-service.ts";
import { DEVICE_KINDS } from "../protocol/messages.ts";
import { isWithin, selfAndAncestors } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import { provenBy } from "../reports/proof.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { DeviceRecordRow } from "../reports/report-store.ts";
import type { PolicyService } from "../schedules/policy.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { DueAround } from "./due.ts";
import type { FoundSlots } from "./find-slots.ts";
import { dateOf, type Judgement, judgeFor, type PreviewDate } from "./slot-verdict.ts";
import type { Slot } from "./slots.ts";
import { usualDevice } from "./usual-device.ts";
import { outcomeOf, type Verdict, type VerdictCode, wasOnlineAt } from "./verdict.ts";
/** What the records say of one broadcast. */
export interface DueBroadcast {
  broadcast: Broadcast | null;
  slot: PreviewDate;
  stop: { at: number; by: string | null } | null;
  /** Of an interrupt. */
  airedBy: AiredBy | null;
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

export interface WhyService {
  /** What was due around an instant and what became of it. @throws {AppError} `not_found` */
  onDevice(deviceId: string, at: number, withinMs: number): Why;
  inRegion(code: string, at: number, withinMs: number): Why;
}

/** By its id; `null` for what is on a timetable. */
export type WhoAired = (broadcastId: string) => AiredBy | null;

interface Dependencies {
  dueAround: DueAround;
  broadcasts: Pick<BroadcastService, "targets" | "stopOf" | "isFor">;
  devices: Pick<DeviceService, "get" | "enrolledWithin">;
  regions: { get(code: string): Region };
  reports: Pick<ReportService, "ofDevice" | "proofOf">;
  downlink: Pick<Downlink, "commandsOf">;
  policy: Pick<PolicyService, "effective">;
  airedBy: WhoAired;
  clock: Clock;
  /** The county's. */
  zone: string;
}

const MAX_NAMED_DEVICES = 50;

/** Why something played or did not, from the records alone. */
export function createWhyService(deps: Dependencies): WhyService {
  const { dueAround, broadcasts, devices, regions, reports, downlink, policy, airedBy, clock, zone } = deps;

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
      airedBy: broadcast && airedBy(broadcast.id),
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

  function dueOnDevice(slot: Slot, device: TargetDevice, view: DeviceView, judged: Judgement) {
    const verdict = judged.verdictOf(slot);
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
    if (!judged.isListed(broadcast) && !saysMore && wasTold !== true) return known;
    if (hasBegun(broadcast) || saysMore) return { ...known, verdict: outcome };
    return { ...known, verdict: notYet(verdict, broadcast) };
  }

  /** Why nothing of it is heard in a region, though the region is one that it is for. */
  function silentIn(code: string, slot: Slot, { kinds }: Broadcast, found: FoundSlots): Verdict | null {
    const verdicts = kinds.map((kind) =>
      judgeFor(found, usualDevice(code, kind, devices), policy.effective).verdictOf(slot),
    );
    return verdicts.find((verdict) => SILENT.includes(verdict.code)) ?? null;
  }

  function dueInRegion(slot: Slot, code: string, found: FoundSlots): DueBroadcast {
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
    const whySilent = outcomes.length === 0 ? silentIn(code, slot, broadcast, found) : null;
    if (whySilent !== null) return { ...known, verdict: whySilent };
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
    onDevice(deviceId, at, withinMs) {
      const view = devices.get(deviceId);
      const device = identityFrom(view);
      const found = dueAround(view.regionCode, at, withinMs);
      const judged = judgeFor(found, device, policy.effective);
      const due = found.slots
        .map((slot) => dueOnDevice(slot, device, view, judged))
        .filter(({ verdict }) => verdict.code !== "outside-area");
      return {
        at,
        verdict: conclude(due, withinMs),
        due,
        device: { wasOnline: wasOnlineAt(view.presence, at), view },
      };
    },

    inRegion(code, at, withinMs) {
      regions.get(code);
      const found = dueAround(code, at, withinMs);
      const due = found.slots
        .filter(({ airing }) => airing === null || concerns(airing.broadcast, code))
        .map((slot) => dueInRegion(slot, code, found));
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

/** What the policy of an area keeps from it. */
const SILENT: readonly VerdictCode[] = ["quiet-there", "over-minutes"];
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
