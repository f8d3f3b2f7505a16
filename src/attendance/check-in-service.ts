import { createHash } from "node:crypto";
import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { RegionService } from "../regions/region-service.ts";
import {
  attendeeFrom,
  isLecture,
  isSite,
  type Span,
  type SpanState,
  spanState,
  spansOf,
  townOf,
  wishFrom,
} from "./attendance.ts";
import type { CheckInLinks, CheckInPlace } from "./check-in-link.ts";
import type { CheckInStore } from "./check-in-store.ts";
import type { FeedbackStore } from "./feedback-store.ts";

interface Door extends Span {
  state: SpanState;
}

/** What a check-in address is for. */
export interface CheckInSite {
  broadcast: Broadcast;
  regionName: string;
  checkIn: Door;
  feedback: Door;
}

/** What members do who have the address of their site; no account is asked for. */
export interface CheckIns {
  /** @throws {AppError} `not_found` for a made-up address, and one of a lecture that is no more */
  look(token: string): CheckInSite;
  /**
   * Once per person and lecture; a second time is as good as the first, and told the same, so that nobody learns by it who was
   * there. @throws {AppError} `not_found`, `invalid`, `conflict` outside the time
   */
  checkIn(token: string, name: string, branch: string): void;
  /** Kept without anything that says who; once per `key`, which the page makes up. @throws {AppError} as above */
  giveFeedback(token: string, feedback: { key: string; rating: number; wish: string }): void;
}

interface Dependencies {
  checkIns: CheckInStore;
  feedback: FeedbackStore;
  links: CheckInLinks;
  broadcasts: Pick<BroadcastService, "get">;
  regions: Pick<RegionService, "get">;
  transact: Transact;
  clock: Clock;
  freezeMs: number;
}

/** More than any hall holds: whoever plays with an address fills no disk. */
const MAX_PER_SITE = 2_000;
const MAX_FEEDBACK_PER_TOWN = 5_000;

export function createCheckIns(deps: Dependencies): CheckIns {
  const { checkIns, feedback, links, broadcasts, regions, transact, clock, freezeMs } = deps;

  function siteOf(token: string): CheckInSite & { place: CheckInPlace } {
    const place = links.placeOf(token);
    const broadcast = place && broadcasts.get(place.broadcastId);
    if (!place || !broadcast || !isLecture(broadcast) || !isSite(broadcast, place.regionCode)) {
      throw new AppError("not_found", "This check-in address is not in force.", {
        hint: "Scan the code on the screen, or the sheet of this lecture, once more.",
      });
    }
    const spans = spansOf(broadcast, freezeMs);
    const doorOf = (span: Span): Door => ({ ...span, state: spanState(span, broadcast, clock.now()) });
    return {
      place,
      broadcast,
      regionName: regions.get(place.regionCode).name,
      checkIn: doorOf(spans.checkIn),
      feedback: doorOf(spans.feedback),
    };
  }

  return {
    look(token) {
      const { place: _, ...site } = siteOf(token);
      return site;
    },

    checkIn(token, name, branch) {
      transact(() => {
        const { place, checkIn } = siteOf(token);
        requireOpen(checkIn, { early: "Check-in is not open yet.", closed: "Check-in is closed." });
        const attendee = attendeeFrom(name, branch);
        if (checkIns.countAt(place) >= MAX_PER_SITE) throw full();
        checkIns.insert({ ...place, ...attendee });
      });
    },

    giveFeedback(token, { key, rating, wish }) {
      transact(() => {
        const { place, feedback: door } = siteOf(token);
        requireOpen(door, { early: "Feedback is not open yet.", closed: "Feedback is closed." });
        const { broadcastId, regionCode } = place;
        const townCode = townOf(regionCode);
        if (feedback.countIn(broadcastId, townCode) >= MAX_FEEDBACK_PER_TOWN) throw full();
        const id = createHash("sha256").update(key).digest("hex");
        feedback.insert({ id, broadcastId, townCode, rating, wish: wishFrom(wish) });
      });
    },
  };
}

/** @throws {AppError} `conflict` unless it is open */
function requireOpen({ state }: Door, { early, closed }: { early: string; closed: string }): void {
  if (state === "open") return;
  throw new AppError("conflict", state === "early" ? early : closed, {
    hint: "Look at the page again: it says from when to when it is open.",
  });
}

const full = () =>
  new AppError("conflict", "More have written here than can have been there.", {
    hint: "Tell the town, which can have the heads counted.",
  });
