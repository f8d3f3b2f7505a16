import type { Database } from "../db/open.ts";
import type { BroadcastClass } from "../protocol/messages.ts";
import { codeRange, selfAndAncestors } from "../protocol/region-code.ts";
import { type Broadcast, type CalendarStatus, calendarStatusOf } from "./broadcast.ts";
import { ELSEWHERE, whyNotText } from "./office-words.ts";

/** One slot of a schedule as calendar programs see it. Instants are epoch ms. */
export interface CalendarEvent {
  /** The schedule; for a broadcast without one, the broadcast itself. */
  seriesId: string;
  localDate: string;
  localTime: string;
  startAt: number;
  /** `null` while nothing is chosen. */
  endsAt: number | null;
  class: BroadcastClass;
  programme: string;
  title: string;
  status: CalendarStatus;
  reason: string | null;
  /** Grows with every change (RFC 5545 §3.8.7.4). */
  sequence: number;
  createdAt: number;
  modifiedAt: number;
  /** The first few of the regions that it is for, and how many there are. */
  areas: string[];
  areaCount: number;
}

type Row = Omit<CalendarEvent, "areas"> & { areas: string; isHere: 0 | 1; isExcluded: 0 | 1 };

const SHOWN_AREAS = 3;

/** Keeps what was announced, so that what a calendar program has seen once can be changed or called off. */
export function createCalendarEventStore(db: Database) {
  const upsert = db.prepare(
    `INSERT INTO calendar_events (series_id, local_date, local_time, start_at, ends_at, class, programme, title, status,
       reason, created_at, modified_at)
     VALUES (@seriesId, @localDate, @localTime, @startAt, @endsAt, @class, @programme, @title, @status, @reason, @now, @now)
     ON CONFLICT (series_id, local_date, local_time) DO UPDATE SET start_at = excluded.start_at,
       ends_at = excluded.ends_at, class = excluded.class, programme = excluded.programme, title = excluded.title,
       status = excluded.status, reason = excluded.reason, sequence = sequence + 1, modified_at = excluded.modified_at
     WHERE (start_at, ends_at, class, programme, title, status, reason) IS NOT (excluded.start_at, excluded.ends_at,
       excluded.class, excluded.programme, excluded.title, excluded.status, excluded.reason)`,
  );
  const selectId = db.prepare<[string, string, string], { id: number }>(
    "SELECT id FROM calendar_events WHERE series_id = ? AND local_date = ? AND local_time = ?",
  );
  const selectCurrent = db.prepare<[number], { code: string }>(
    "SELECT region_code AS code FROM calendar_event_areas WHERE event_id = ? AND is_current = 1 ORDER BY region_code",
  );
  const leaveAreas = db.prepare("UPDATE calendar_event_areas SET is_current = 0 WHERE event_id = ?");
  const enterArea = db.prepare(
    `INSERT INTO calendar_event_areas (event_id, region_code, is_current) VALUES (?, ?, 1)
     ON CONFLICT (region_code, event_id) DO UPDATE SET is_current = 1`,
  );
  const bump = db.prepare("UPDATE calendar_events SET sequence = sequence + 1, modified_at = ? WHERE id = ?");
  const selectExcluded = db.prepare<[number], { code: string }>(
    "SELECT region_code AS code FROM calendar_event_exclusions WHERE event_id = ? ORDER BY region_code",
  );
  const includeAgain = db.prepare(
    "DELETE FROM calendar_event_exclusions WHERE event_id = ? AND region_code NOT IN (SELECT value FROM json_each(?))",
  );
  const exclude = db.prepare(
    "INSERT OR IGNORE INTO calendar_event_exclusions (event_id, region_code, from_start) VALUES (?, ?, ?)",
  );
  const withdraw = db.prepare(
    `UPDATE calendar_events SET status = 'cancelled', reason = @reason, sequence = sequence + 1, modified_at = @now
     WHERE series_id = @seriesId AND local_date = @localDate AND local_time = @localTime AND status <> 'cancelled'`,
  );
  const selectWithin = db.prepare<
    { ancestors: string; from: string; before: string; startFrom: number; startUntil: number; shown: number },
    Row
  >(
    `WITH seen AS (
       SELECT event_id, MAX(is_current) AS isHere FROM calendar_event_areas
       WHERE region_code IN (SELECT value FROM json_each(@ancestors)) OR (region_code >= @from AND region_code < @before)
       GROUP BY event_id)
     SELECT series_id AS seriesId, local_date AS localDate, local_time AS localTime, start_at AS startAt,
       ends_at AS endsAt, class, programme, title, status, reason, sequence, created_at AS createdAt,
       modified_at AS modifiedAt, isHere,
       EXISTS (SELECT 1 FROM calendar_event_exclusions
         WHERE event_id = id AND region_code IN (SELECT value FROM json_each(@ancestors))) AS isExcluded,
       (SELECT json_group_array(region_code) FROM (SELECT region_code FROM calendar_event_areas
          WHERE event_id = id AND is_current = 1 ORDER BY region_code LIMIT @shown)) AS areas,
       (SELECT COUNT(*) FROM calendar_event_areas WHERE event_id = id AND is_current = 1) AS areaCount
     FROM calendar_events JOIN seen ON seen.event_id = id
     WHERE start_at >= @startFrom AND start_at < @startUntil AND NOT EXISTS (SELECT 1 FROM calendar_event_exclusions
       WHERE event_id = id AND region_code IN (SELECT value FROM json_each(@ancestors)) AND from_start = 1)
     ORDER BY start_at, id`,
  );

  return {
    /** Call whenever a broadcast was written; nothing happens when a calendar would show the same. */
    note(broadcast: Broadcast, now: number): void {
      const { localDate, localTime, startAt, endsAt, programme, title, areas } = broadcast;
      const seriesId = seriesOf(broadcast);
      const status = calendarStatusOf(broadcast.state);
      const isNew = selectId.get(seriesId, localDate, localTime) === undefined;
      const { changes } = upsert.run({
        seriesId,
        localDate,
        localTime,
        startAt,
        endsAt,
        class: broadcast.class,
        programme,
        title,
        status,
        reason: status === "confirmed" ? null : whyNotText(broadcast) || null,
        now,
      });
      const { id } = selectId.get(seriesId, localDate, localTime) ?? { id: 0 };
      const hasMoved = !isSameList(selectCurrent.all(id), areas);
      if (hasMoved) {
        leaveAreas.run(id);
        for (const area of areas) enterArea.run(id, area);
      }
      const hasOtherGaps = !isSameList(selectExcluded.all(id), broadcast.exclude);
      if (hasOtherGaps) {
        includeAgain.run(id, JSON.stringify(broadcast.exclude));
        for (const code of broadcast.exclude) exclude.run(id, code, isNew ? 1 : 0);
      }
      if (changes === 0 && (hasMoved || hasOtherGaps)) bump.run(now, id);
    },
    /** Its broadcast is taken back. */
    withdraw: (broadcast: Broadcast, reason: string, now: number) => {
      const { localDate, localTime } = broadcast;
      withdraw.run({ seriesId: seriesOf(broadcast), localDate, localTime, reason, now });
    },
    /** What is, or was announced to be, heard in any part of the area, with a start from `startFrom` on; in order. */
    within(area: string, startFrom: number, startUntil = Number.MAX_SAFE_INTEGER): CalendarEvent[] {
      const ancestors = JSON.stringify(selfAndAncestors(area));
      return selectWithin
        .all({ ancestors, ...codeRange(area), startFrom, startUntil, shown: SHOWN_AREAS })
        .map(({ isHere, isExcluded, areas, ...event }) => ({
          ...event,
          ...(isHere && !isExcluded ? {} : { status: "cancelled" as const, reason: ELSEWHERE }),
          areas: JSON.parse(areas) as string[],
        }));
    },
  };
}

/** An interrupt has no schedule: it is a series of its own. */
const seriesOf = ({ scheduleId, id }: Broadcast): string => scheduleId ?? id;

const isSameList = (rows: { code: string }[], codes: readonly string[]): boolean =>
  JSON.stringify(rows.map(({ code }) => code)) === JSON.stringify(codes.toSorted());
