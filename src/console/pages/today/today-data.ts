import { read, serverNow } from "../../api.js";
import type {
  Announcement,
  Broadcast,
  ClockEvent,
  Conflict,
  EmptyDate,
  Page,
  Schedule,
  ShortenedHours,
} from "../../api-types.ts";
import { startOfToday } from "../../format.js";
import { listAnnouncements } from "../../interrupts.ts";
import { readPages } from "../../live.js";
import { waitsForMe } from "../../parts/second-person.ts";
import { type Complaint, listComplaints, query } from "../../resources.js";

const DAYS_AHEAD = 40;
const DAY_MS = 86_400_000;
const PAGE = 200;

export interface TodayData {
  live: Broadcast[];
  /** For who is signed in, as the second person. */
  awaited: Announcement[];
  /** What else waits for a second person. */
  schedules: Schedule[];
  hours: ShortenedHours[];
  coming: Page<Broadcast>;
  empty: EmptyDate[];
  conflicts: { items: Conflict[]; total: number };
  complaints: Complaint[];
  /** Those of the last day. */
  clock: ClockEvent[];
}

/** @param pages of what is coming, from the beginning */
export async function readToday(pages: number, signal: AbortSignal): Promise<TodayData> {
  const from = startOfToday();
  const window = {
    from: new Date(from).toISOString(),
    until: new Date(from + DAYS_AHEAD * DAY_MS).toISOString(),
  };
  const [live, announcements, schedules, hours, coming, empty, conflicts, library, clock] = await Promise.all(
    [
      read("/broadcasts?state=on_air&limit=100", signal),
      listAnnouncements({ waiting: "true", limit: 100 }, signal),
      read("/schedules?waiting=true&limit=100", signal),
      read("/policy/shortened-hours", signal),
      readPages((cursor) => read(`/broadcasts${query({ ...window, limit: PAGE, cursor })}`, signal), pages),
      read("/warnings", signal),
      read("/conflicts?limit=20", signal),
      listComplaints(signal),
      read("/clock-events?limit=5", signal),
    ],
  );
  const isRecent = ({ at }: ClockEvent) => serverNow() - Date.parse(at) < DAY_MS;
  return {
    live: live.items,
    awaited: announcements.items.filter(waitsForMe),
    schedules: schedules.items,
    hours: hours.items,
    coming: coming as Page<Broadcast>,
    empty: empty.items,
    conflicts,
    complaints: library.items,
    clock: clock.items.filter(isRecent),
  };
}
