import { type Broadcast, isOpen } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { RegionService } from "../regions/region-service.ts";
import type { GradeCounts } from "../reports/proof.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { Approval, RecordedAct, ReviewService } from "../review/review-service.ts";
import { dayOf } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";

/** One line of the broadcast register. */
export interface BroadcastEntry {
  broadcast: Broadcast;
  /** Of what it airs; `null` for nothing. */
  number: number | null;
  durationMs: number | null;
  /** SHA-256 of what is played, by the first kind of device that it is for; of the recording of what was spoken live. */
  sha256s: string[];
  targets: string;
  devices: number;
  proof: GradeCounts;
  /** The round that let it air. */
  approval: Approval | null;
  stop: { at: number; by: string | null } | null;
}

export interface RegisterService {
  /** The county's name, as registers carry it. */
  county(): string;
  /** The broadcasts of a month after a place, in order of start. @param month `2026-12`, in the county's zone */
  broadcasts(month: string, after: { startAt: number; id: string }, limit: number): BroadcastEntry[];
  approvals(month: string, afterId: number, limit: number): RecordedAct[];
}

interface Dependencies {
  reviews: Pick<ReviewService, "register" | "approvalBefore">;
  broadcasts: Pick<BroadcastService, "page" | "targets" | "isFor" | "stopOf" | "airingOf">;
  reports: Pick<ReportService, "proofOf">;
  regions: Pick<RegionService, "roots" | "get" | "within">;
  /** SHA-256 of the recording of what was spoken live. */
  spokenIn: (broadcastId: string) => string | null;
  /** The county's. */
  zone: string;
}

const MAX_NAMED_REGIONS = 6;

/** Draws up what was aired in a month, and what was submitted, signed, returned, withdrawn and voided. */
export function createRegisterService(deps: Dependencies): RegisterService {
  const { reviews, broadcasts, reports, regions, spokenIn, zone } = deps;

  function monthOf(month: string): { from: number; until: number } {
    const [year = 0, number = 1] = month.split("-").map(Number);
    const { instantOf } = createWallClock(zone);
    const next = number === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, number + 1, 1);
    return { from: instantOf(dayOf(year, number, 1), "00:00"), until: instantOf(next, "00:00") };
  }

  function namesOf(codes: readonly string[]): string {
    const names = codes.slice(0, MAX_NAMED_REGIONS).map((code) => regions.get(code).name);
    return codes.length > names.length ? `${names.join("、")}等${codes.length}处` : names.join("、");
  }

  function targetsText({ areas, exclude, groups, tags, kinds }: Broadcast): string {
    const kindNames = kinds.map((kind) => (kind === "loudspeaker" ? "大喇叭" : "视频终端"));
    return [
      namesOf(areas),
      exclude.length > 0 ? `（${namesOf(exclude)}除外）` : "",
      groups.length > 0 ? ` 分组：${groups.join("、")}` : "",
      tags.length > 0 ? ` 标签：${tags.join("、")}` : "",
      ` ${kindNames.join("、")}`,
    ].join("");
  }

  function digestsOf(broadcast: Broadcast): string[] {
    const { id, contentKind, kinds } = broadcast;
    if (contentKind === "live") return [spokenIn(id)].filter((sha256) => sha256 !== null);
    const { itemsFor } = broadcasts.airingOf(broadcast);
    return kinds.slice(0, 1).flatMap((kind) => itemsFor(kind).map(({ sha256 }) => sha256));
  }

  function entryOf(broadcast: Broadcast): BroadcastEntry {
    const { id, contentId, startAt, endsAt } = broadcast;
    const targets = isOpen(broadcast) ? [] : broadcasts.targets(broadcast);
    const { counts, devices } = reports.proofOf(id, targets, (deviceId) =>
      broadcasts.isFor(broadcast, deviceId),
    );
    const approval = contentId === null ? null : reviews.approvalBefore(contentId, startAt);
    return {
      broadcast,
      number: approval?.number ?? null,
      durationMs: endsAt === null ? null : endsAt - startAt,
      sha256s: digestsOf(broadcast),
      targets: targetsText(broadcast),
      devices: devices.length,
      proof: counts,
      approval,
      stop: broadcasts.stopOf(id),
    };
  }

  return {
    county() {
      const roots = regions.roots();
      const counties = roots.flatMap((code) => regions.within(code, "county"));
      return namesOf(counties.length > 0 ? counties.map(({ code }) => code) : roots);
    },
    broadcasts: (month, after, limit) =>
      broadcasts.page({ ...monthOf(month), state: null, scheduleId: null }, after, limit).map(entryOf),
    approvals(month, afterId, limit) {
      const { from, until } = monthOf(month);
      return reviews.register(from, until, afterId, limit);
    },
  };
}
