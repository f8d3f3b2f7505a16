import { createHash, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { type Clock, DAY_MS, HOUR_MS } from "../clock.ts";
import { AppError, notFound } from "../errors.ts";
import type { RegionService } from "../regions/region-service.ts";
import { renderCalendar } from "./calendar.ts";
import type { CalendarLink, CalendarLinkStore } from "./calendar-link-store.ts";

export interface CalendarService {
  /** What is heard in any part of the region, as an iCalendar object. @throws {AppError} `not_found` */
  calendarOf(regionCode: string): string;
  /** Makes a link; its token is returned here and kept nowhere. @throws {AppError} `not_found` for the region */
  createLink(userId: string, regionCode: string, label: string): { link: CalendarLink; token: string };
  /** Those in force, newest first; `before` is the last id of the page before. */
  links(before: string, limit: number): CalendarLink[];
  /** @throws {AppError} `not_found` when there is none, or none any more */
  revokeLink(id: string): void;
  /** @throws {AppError} `not_found`, the same for a made-up token and a revoked one */
  calendarByToken(token: string): string;
}

interface Dependencies {
  store: CalendarLinkStore;
  broadcasts: Pick<BroadcastService, "announced">;
  regions: Pick<RegionService, "get">;
  clock: Clock;
}

/** How much of the past a calendar shows. */
const PAST_MS = 30 * DAY_MS;
/** A link's last use is written this often at most: calendar programs poll for years. */
const TOUCH_EVERY_MS = HOUR_MS;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export function createCalendarService({ store, broadcasts, regions, clock }: Dependencies): CalendarService {
  function calendarOf(regionCode: string): string {
    const { name } = regions.get(regionCode);
    // From midnight, so that the same calendar is the same bytes all day long.
    const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
    const names = new Map<string, string>();
    return renderCalendar(`村村响 ${name}`, broadcasts.announced(regionCode, today - PAST_MS), (code) => {
      const known = names.get(code) ?? regions.get(code).name;
      names.set(code, known);
      return known;
    });
  }

  return {
    calendarOf,
    links: store.page,

    createLink(userId, regionCode, label) {
      regions.get(regionCode);
      const token = randomBytes(32).toString("base64url");
      const id = uuidv7();
      store.insert({ id, userId, regionCode, label, tokenHash: hashOf(token), now: clock.now() });
      const link = store.get(id);
      if (!link) throw new Error(`calendar link ${id} was not stored`);
      return { link, token };
    },

    revokeLink(id) {
      if (!store.revoke(id, clock.now())) throw notFound("calendar link", id);
    },

    calendarByToken(token) {
      const link = store.byToken(hashOf(token));
      if (!link) {
        throw new AppError("not_found", "This calendar link is not, or not any more, in force.", {
          hint: "Ask whoever gave it to you for another one.",
        });
      }
      const now = clock.now();
      if (link.lastUsedAt === null || link.lastUsedAt <= now - TOUCH_EVERY_MS) store.touch(link.id, now);
      return calendarOf(link.regionCode);
    },
  };
}
