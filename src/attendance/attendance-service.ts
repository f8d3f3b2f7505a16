import type { AuditLog } from "../audit/audit-log.ts";
import { type Broadcast, isOpen } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError } from "../errors.ts";
import { reaches } from "../people/permissions.ts";
import { codeRange, isWithin, levelOf } from "../protocol/region-code.ts";
import type { Region } from "../regions/region.ts";
import type { RegionService } from "../regions/region-service.ts";
import {
  attendedOf,
  type Count,
  isLecture,
  isSite,
  meanOf,
  type Ratings,
  type Span,
  spansOf,
  townOf,
} from "./attendance.ts";
import type { CheckInPlace } from "./check-in-link.ts";
import type { CheckInStore, CodeSpans, NamedCheckIn } from "./check-in-store.ts";
import type { FeedbackStore, Wish } from "./feedback-store.ts";
import type { HeadcountStore } from "./headcount-store.ts";

/** Regions with everything below them, `null` everywhere. */
export type Reach = readonly string[] | null;

export interface SiteCount extends Count {
  regionCode: string;
  name: string;
  attended: number;
}

export interface TownCount extends SiteCount {
  /** Villages and communities that the lecture is for, and how many of them anything is known of. */
  sites: number;
  reported: number;
  ratings: { count: number; mean: number | null };
}

interface AttendanceSummary {
  checkIn: Span;
  feedback: Span;
  /** By code; a county's hall stands among the towns. */
  towns: TownCount[];
}

/** What an office knows of who was at a lecture. All throw `not_found`, and `conflict` for what is no lecture. */
export interface AttendanceService {
  lecture(broadcastId: string): Broadcast;
  /** Of all lectures, and only as far as the reach goes. */
  summary(broadcastId: string, reach: Reach): AttendanceSummary;
  /** The region itself and the villages in it, as far as the lecture is for them. */
  sites(broadcastId: string, regionCode: string): SiteCount[];
  /** Personal data. By place; `after` is the last of the page before. */
  names(
    broadcastId: string,
    reach: Reach,
    after: Pick<NamedCheckIn, "regionCode" | "id">,
    limit: number,
  ): NamedCheckIn[];
  wishes(broadcastId: string, reach: Reach, after: string, limit: number): Wish[];
  /** @param people `null` takes a count back. @throws {AppError} `conflict` before the start */
  setHeadcount(place: CheckInPlace, people: number | null): SiteCount;
  /** @throws {AppError} `conflict` for a region that the lecture is not for */
  requireSite(place: CheckInPlace): { broadcast: Broadcast; region: Region };
  /** Each hour: names and wishes of long ago go, the counts stay. */
  everyHour(): void;
}

interface Dependencies {
  checkIns: CheckInStore;
  headcounts: HeadcountStore;
  feedback: FeedbackStore;
  broadcasts: Pick<BroadcastService, "get">;
  regions: Pick<RegionService, "get" | "within">;
  audit: Pick<AuditLog, "note">;
  transact: Transact;
  emptyLog: () => void;
  clock: Clock;
  freezeMs: number;
  keepMs: number;
}

const EVERYWHERE: CodeSpans = [{ from: "0", before: ":" }];
export const codeSpansOf = (reach: Reach): CodeSpans => reach?.map(codeRange) ?? EVERYWHERE;

const NOBODY: Count = { checkedIn: 0, headcount: null };
const NO_RATINGS: Ratings = { count: 0, sum: 0 };

export function createAttendanceService(deps: Dependencies): AttendanceService {
  const { checkIns, headcounts, feedback, broadcasts, regions, transact, clock, freezeMs } = deps;

  function lecture(id: string): Broadcast {
    const broadcast = broadcasts.get(id);
    if (isLecture(broadcast)) return broadcast;
    throw new AppError("conflict", "This broadcast is no lecture.", {
      hint: "Attendance and feedback are of lectures alone.",
    });
  }

  function countsOf(broadcastId: string): Map<string, Count> {
    const counts = new Map<string, Count>();
    for (const { regionCode, checkedIn } of checkIns.countSites(broadcastId))
      counts.set(regionCode, { checkedIn, headcount: null });
    for (const { regionCode, people } of headcounts.of(broadcastId))
      counts.set(regionCode, { ...(counts.get(regionCode) ?? NOBODY), headcount: people });
    return counts;
  }

  const sitesIn = (broadcast: Broadcast, code: string): Region[] =>
    regions.within(code, "village").filter((village) => isSite(broadcast, village.code));

  /** Every town that it is for, wholly or in part, and whatever else people were counted at. */
  function townsOf({ areas, exclude }: Broadcast, counted: Iterable<string>): string[] {
    const meant = areas.flatMap((area) =>
      ["village", "town"].includes(levelOf(area))
        ? [townOf(area)]
        : regions.within(area, "town").map(({ code }) => code),
    );
    const towns = new Set([...meant, ...[...counted].map(townOf)]);
    return [...towns].filter((town) => !exclude.some((area) => isWithin(town, area))).toSorted();
  }

  const siteCount = ({ code, name }: Region, counts: Map<string, Count>): SiteCount => {
    const count = counts.get(code) ?? NOBODY;
    return { regionCode: code, name, ...count, attended: attendedOf(count) };
  };

  function requireSite({ broadcastId, regionCode }: CheckInPlace) {
    const broadcast = lecture(broadcastId);
    const region = regions.get(regionCode);
    if (isSite(broadcast, regionCode)) return { broadcast, region };
    throw new AppError("conflict", "The lecture is not for this region.", {
      hint: "Take one of those that it is shown in.",
    });
  }

  return {
    lecture,
    requireSite,

    summary(broadcastId, reach) {
      const broadcast = lecture(broadcastId);
      const counts = countsOf(broadcastId);
      const ratings = new Map(feedback.ratings(broadcastId).map((each) => [each.townCode, each]));
      const isSeen = (code: string) => reaches(reach, [code]);
      const towns = townsOf(broadcast, counts.keys())
        .filter((town) => isSeen(town) || reach?.some((area) => isWithin(area, town)))
        .map((town): TownCount => {
          const own = siteCount(regions.get(town), counts);
          const villages = levelOf(town) === "town" ? sitesIn(broadcast, town) : [];
          const seen = villages
            .filter(({ code }) => isSeen(code))
            .map((village) => siteCount(village, counts));
          if (!isSeen(town)) return townCount(own, [], seen, NO_RATINGS);
          return townCount(own, [own], seen, ratings.get(town) ?? NO_RATINGS);
        });
      return { ...spansOf(broadcast, freezeMs), towns };
    },

    sites(broadcastId, regionCode) {
      const broadcast = lecture(broadcastId);
      const counts = countsOf(broadcastId);
      const own = regions.get(regionCode);
      const below = sitesIn(broadcast, regionCode).filter(({ code }) => code !== regionCode);
      return [...(isSite(broadcast, regionCode) ? [own] : []), ...below].map((site) =>
        siteCount(site, counts),
      );
    },

    names: (broadcastId, reach, after, limit) =>
      checkIns.named(lecture(broadcastId).id, codeSpansOf(reach), after, limit),

    wishes: (broadcastId, reach, after, limit) =>
      feedback.wishes(lecture(broadcastId).id, codeSpansOf(reach), after, limit),

    setHeadcount(place, people) {
      return transact(() => {
        const { broadcast, region } = requireSite(place);
        // What is still open may be planned anew, and this would be of nothing.
        if (isOpen(broadcast) || clock.now() < broadcast.startAt) {
          throw new AppError("conflict", "The lecture has not begun.", {
            hint: "Count the heads once it has.",
          });
        }
        if (people === null) headcounts.remove(place);
        else headcounts.put(place, people);
        return siteCount(region, countsOf(place.broadcastId));
      });
    },

    everyHour() {
      const startedBefore = clock.now() - deps.keepMs;
      transact(() => {
        const names = checkIns.forget(startedBefore);
        const wishes = feedback.forget(startedBefore);
        if (names + wishes === 0) return;
        const what = `${names} names, ${wishes} wishes; the counts stay`;
        deps.audit.note("old attendance forgotten", "done", what);
      });
      // Also of what was erased, here or elsewhere, while somebody read.
      deps.emptyLog();
    },
  };
}

/** @param halls the town's own, where it is seen */
function townCount(
  { regionCode, name }: SiteCount,
  halls: readonly SiteCount[],
  villages: readonly SiteCount[],
  ratings: Ratings,
): TownCount {
  const all = [...halls, ...villages];
  const heads = all.flatMap(({ headcount }) => headcount ?? []);
  return {
    regionCode,
    name,
    sites: villages.length,
    reported: villages.filter(({ checkedIn, headcount }) => checkedIn > 0 || headcount !== null).length,
    checkedIn: sum(all.map(({ checkedIn }) => checkedIn)),
    headcount: heads.length === 0 ? null : sum(heads),
    attended: sum(all.map(({ attended }) => attended)),
    ratings: { count: ratings.count, mean: meanOf(ratings) },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
