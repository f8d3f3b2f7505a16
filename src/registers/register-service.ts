import { setImmediate } from "node:timers/promises";
import type { AiredBy } from "../broadcasts/aired-by.ts";
import { type Broadcast, type BroadcastState, isOpen } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { levelOf, selfAndAncestors } from "../protocol/region-code.ts";
import type { RegionService } from "../regions/region-service.ts";
import { countGrades, type DeviceProof, type GradeCounts } from "../reports/proof.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { Approval, RecordedAct, ReviewService } from "../review/review-service.ts";
import { dayOf } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { listedNames } from "./register-words.ts";

/** One line of the broadcast register. */
export interface BroadcastEntry {
  broadcast: Broadcast;
  /** Of what it airs; `null` for nothing. */
  number: number | null;
  durationMs: number | null;
  /** SHA-256 of what is played, by the first kind of device that it is for; of the recording of what was spoken live. */
  sha256s: string[];
  /** Of the regions that it is for, and of those that it leaves out: by code. */
  regionNames: Record<string, string>;
  devices: number;
  proof: GradeCounts;
  /** The round that let it air. */
  approval: Approval | null;
  stop: { at: number; by: string | null } | null;
  /** Of an interrupt. */
  airedBy: AiredBy | null;
}

/** What the devices of a town proved in a month; each device counts once for each broadcast. */
export interface TownProof {
  regionCode: string;
  name: string;
  /** Devices times broadcasts. */
  expected: number;
  proof: GradeCounts;
}

export interface RegisterService {
  /** The county's name, as registers carry it. */
  county(): string;
  /** The broadcasts of a month after a place, in order of start. @param month `2026-12`, in the county's zone */
  broadcasts(month: string, after: { startAt: number; id: string }, limit: number): BroadcastEntry[];
  approvals(month: string, afterId: number, limit: number): RecordedAct[];
  /** Of the broadcasts of a month that devices were told of, that are over and were not called off, by code; whatever else is due goes first. */
  proofByTown(month: string): Promise<{ broadcasts: number; towns: TownProof[] }>;
}

interface Dependencies {
  reviews: Pick<ReviewService, "register" | "approvalBefore">;
  broadcasts: Pick<BroadcastService, "page" | "targets" | "isFor" | "stopOf" | "airingOf">;
  reports: Pick<ReportService, "proofOf">;
  regions: Pick<RegionService, "roots" | "get" | "within">;
  /** SHA-256 of the recording of what was spoken live. */
  spokenIn: (broadcastId: string) => string | null;
  airedBy: (broadcastId: string) => AiredBy | null;
  /** The county's. */
  zone: string;
}

const READ_AT_ONCE = 100;
const FIRST = { startAt: -1, id: "" };

/**
 * What devices were told of, to be played to its end. What was called off is none of it, before its time or while it was heard, nor
 * what was missed: no device was told of it, and the register of broadcasts has it.
 */
const PLAYED_OUT: ReadonlySet<BroadcastState> = new Set(["aired", "failed"]);

/** A device that belongs to no town counts where it belongs. */
const townOf = (code: string): string =>
  selfAndAncestors(code).find((each) => levelOf(each) === "town") ?? code;

/** Draws up what was aired in a month, and what was submitted, signed, returned, withdrawn and voided. */
export function createRegisterService(deps: Dependencies): RegisterService {
  const { reviews, broadcasts, reports, regions, spokenIn, airedBy, zone } = deps;

  function monthOf(month: string): { from: number; until: number } {
    const [year = 0, number = 1] = month.split("-").map(Number);
    const { instantOf } = createWallClock(zone);
    const next = number === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, number + 1, 1);
    return { from: instantOf(dayOf(year, number, 1), "00:00"), until: instantOf(next, "00:00") };
  }

  const nameOf = (code: string): string => regions.get(code).name;

  function digestsOf(broadcast: Broadcast): string[] {
    const { id, contentKind, kinds } = broadcast;
    if (contentKind === "live") return [spokenIn(id)].filter((sha256) => sha256 !== null);
    const { itemsFor } = broadcasts.airingOf(broadcast);
    return kinds.slice(0, 1).flatMap((kind) => itemsFor(kind).map(({ sha256 }) => sha256));
  }

  function entryOf(broadcast: Broadcast): BroadcastEntry {
    const { id, contentKind: kind, contentId, startAt, endsAt } = broadcast;
    const targets = isOpen(broadcast) ? [] : broadcasts.targets(broadcast);
    const { counts, devices } = reports.proofOf(id, targets, (deviceId) =>
      broadcasts.isFor(broadcast, deviceId),
    );
    const isReviewed = kind === "episode" || kind === "session";
    const approval =
      isReviewed && contentId !== null ? reviews.approvalBefore({ kind, id: contentId }, startAt) : null;
    return {
      broadcast,
      number: approval?.number ?? null,
      durationMs: endsAt === null ? null : endsAt - startAt,
      sha256s: digestsOf(broadcast),
      regionNames: Object.fromEntries(
        [...broadcast.areas, ...broadcast.exclude].map((code) => [code, nameOf(code)]),
      ),
      devices: devices.length,
      proof: counts,
      approval,
      stop: broadcasts.stopOf(id),
      airedBy: airedBy(id),
    };
  }

  /** Of each town, the grades that its devices reached in each broadcast. */
  async function gradesByTown(month: string) {
    const grades = new Map<string, DeviceProof["grade"][]>();
    let count = 0;
    for (let after = FIRST; ; ) {
      const page = broadcasts.page(monthOf(month), after, READ_AT_ONCE);
      for (const broadcast of page.filter(({ state }) => PLAYED_OUT.has(state))) {
        count += 1;
        const { devices } = reports.proofOf(broadcast.id, broadcasts.targets(broadcast), (deviceId) =>
          broadcasts.isFor(broadcast, deviceId),
        );
        for (const { regionCode, grade } of devices) {
          const town = townOf(regionCode);
          const known = grades.get(town);
          if (known) known.push(grade);
          else grades.set(town, [grade]);
        }
        await setImmediate();
      }
      const last = page.at(-1);
      if (!last || page.length < READ_AT_ONCE) return { count, grades };
      after = last;
    }
  }

  return {
    async proofByTown(month) {
      const { count, grades } = await gradesByTown(month);
      const towns = [...grades].map(([regionCode, reached]) => ({
        regionCode,
        name: nameOf(regionCode),
        expected: reached.length,
        proof: countGrades(reached),
      }));
      return { broadcasts: count, towns: towns.toSorted((a, b) => (a.regionCode < b.regionCode ? -1 : 1)) };
    },
    county() {
      const roots = regions.roots();
      const counties = roots.flatMap((code) => regions.within(code, "county"));
      return listedNames(counties.length > 0 ? counties.map(({ name }) => name) : roots.map(nameOf));
    },
    broadcasts: (month, after, limit) => broadcasts.page(monthOf(month), after, limit).map(entryOf),
    approvals(month, afterId, limit) {
      const { from, until } = monthOf(month);
      return reviews.register(from, until, afterId, limit);
    },
  };
}
