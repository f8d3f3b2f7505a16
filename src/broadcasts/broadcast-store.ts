import type { Database } from "../db/open.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import { codeRange, selfAndAncestors } from "../protocol/region-code.ts";
import type { AirHistory } from "./assignment.ts";
import {
  type Airing,
  type Broadcast,
  type BroadcastItem,
  type BroadcastState,
  LISTED_STATES,
  mayFollow,
  type WhyNot,
} from "./broadcast.ts";
import { createCalendarEventStore } from "./calendar-event-store.ts";
import { createToldDeviceStore } from "./told-device-store.ts";

type List = "kinds" | "areas" | "exclude" | "groups" | "tags";
type Row = Omit<Broadcast, List | "silent"> & Record<List, string> & { silent: 0 | 1 };

const SELECT = `SELECT id, schedule_id AS scheduleId, local_date AS localDate, local_time AS localTime,
  start_at AS startAt, not_after AS notAfter, class, priority, lateness, offline, volume, silent, kinds, programme,
  excluded_areas AS exclude, group_ids AS "groups", tags, content_kind AS contentKind, content_id AS contentId, content_by AS contentBy, title, state, reason, why_not AS whyNot, ends_at AS endsAt,
  (SELECT json_group_array(region_code ORDER BY region_code) FROM broadcast_areas WHERE broadcast_id = b.id) AS areas
  FROM broadcasts b`;

/** SQL: whether the interrupt `i` airs a recording of an episode or a session. */
const IS_RECORDING_OF = `i.asset_sha256 IN (
  SELECT asset_sha256 FROM segments WHERE episode_id = @contentId
  UNION SELECT asset_sha256 FROM sessions WHERE id = @contentId)`;

const toBroadcast = (row: Row): Broadcast => ({
  ...row,
  silent: row.silent === 1,
  kinds: JSON.parse(row.kinds) as DeviceKind[],
  areas: JSON.parse(row.areas) as string[],
  exclude: JSON.parse(row.exclude) as string[],
  groups: JSON.parse(row.groups) as string[],
  tags: JSON.parse(row.tags) as string[],
});

interface Narrowing {
  state: BroadcastState | null;
  scheduleId: string | null;
  contentId: string | null;
  /** Those that name it, an area around it, or any area inside it. */
  region: string | null;
}
/** Those that start in a range of epoch ms. */
export type BroadcastFilter = { from: number; until: number } & Partial<Narrowing>;

const ALL: Narrowing = { state: null, scheduleId: null, contentId: null, region: null };

interface AiredBefore {
  scheduleId: string;
  /** Epoch ms. */
  before: number;
}

export function createBroadcastStore(db: Database) {
  const calendar = createCalendarEventStore(db);
  const insert = db.prepare(
    `INSERT INTO broadcasts (id, schedule_id, local_date, local_time, start_at, not_after, class, priority, lateness,
       offline, volume, silent, kinds, excluded_areas, group_ids, tags, programme, content_kind, content_id, content_by, title, state, reason, why_not,
       ends_at, updated_at)
     VALUES (@id, @scheduleId, @localDate, @localTime, @startAt, @notAfter, @class, @priority, @lateness,
       @offline, @volume, @silent, @kinds, @exclude, @groups, @tags, @programme, @contentKind, @contentId, @contentBy, @title, @state, @reason, @whyNot, @endsAt, @now)`,
  );
  const update = db.prepare(
    `UPDATE broadcasts SET start_at = @startAt, not_after = @notAfter, class = @class, priority = @priority,
       lateness = @lateness, offline = @offline, volume = @volume, silent = @silent, kinds = @kinds, excluded_areas = @exclude,
       group_ids = @groups, tags = @tags, programme = @programme,
       content_kind = @contentKind, content_id = @contentId, content_by = @contentBy, title = @title, state = @state, reason = @reason, why_not = @whyNot,
       ends_at = @endsAt, updated_at = @now
     WHERE id = @id`,
  );
  const remove = db.prepare("DELETE FROM broadcasts WHERE id = ?");
  const setState = db.prepare(
    "UPDATE broadcasts SET state = ?, reason = ?, updated_at = ? WHERE id = ? AND state = ?",
  );
  const selectOne = db.prepare<[string], Row>(`${SELECT} WHERE id = ?`);
  const supersede = db.prepare("UPDATE broadcasts SET superseded = 1, updated_at = ? WHERE id = ?");
  const selectOfSchedule = db.prepare<{ scheduleId: string; from: number; dates: string }, Row>(
    `${SELECT} WHERE schedule_id = @scheduleId AND superseded = 0
       AND (start_at >= @from OR local_date IN (SELECT value FROM json_each(@dates))) ORDER BY start_at`,
  );
  const selectUnsettled = db.prepare<[number], Row>(
    `${SELECT} WHERE state IN ('planned', 'ready', 'frozen', 'on_air') AND start_at <= ? ORDER BY start_at`,
  );
  const selectOfContent = db.prepare<[string], Row>(
    `${SELECT} WHERE content_id = ? AND state IN ('frozen', 'on_air')`,
  );
  const selectReadyAnnouncements = db.prepare<[], Row>(
    `${SELECT} WHERE content_kind = 'announcement' AND state = 'ready' ORDER BY start_at`,
  );
  const selectLiveAnnouncements = db.prepare<{ contentId: string }, Row>(
    `${SELECT} WHERE content_kind = 'announcement' AND state IN ('frozen', 'on_air') AND EXISTS (
       SELECT 1 FROM interrupts i WHERE i.id = b.id AND ${IS_RECORDING_OF})`,
  );
  const selectWaiting = db.prepare<[], Row>(
    `${SELECT} WHERE state = 'planned' AND schedule_id IS NULL ORDER BY start_at`,
  );
  const selectLive = db.prepare<[], Row>(`${SELECT} WHERE state IN ('frozen', 'on_air') ORDER BY start_at`);
  const selectPage = db.prepare<
    Required<BroadcastFilter> & {
      around: string;
      insideFrom: string;
      insideBefore: string;
      afterStart: number;
      afterId: string;
      limit: number;
    },
    Row
  >(
    `${SELECT} WHERE start_at >= @from AND start_at < @until AND (start_at, id) > (@afterStart, @afterId)
       AND (@state IS NULL OR state = @state) AND (@scheduleId IS NULL OR schedule_id = @scheduleId)
       AND (@contentId IS NULL OR content_id = @contentId)
       AND (@region IS NULL OR EXISTS (
         SELECT 1 FROM broadcast_areas WHERE broadcast_id = b.id AND (
           region_code IN (SELECT value FROM json_each(@around))
           OR (region_code >= @insideFrom AND region_code < @insideBefore))))
     ORDER BY start_at, id LIMIT @limit`,
  );
  const selectBetween = db.prepare<
    { from: number; until: number; limit: number },
    Row & { superseded: 0 | 1 }
  >(
    `${SELECT.replace("FROM broadcasts b", ", b.superseded FROM broadcasts b")}
     WHERE start_at >= @from AND start_at < @until ORDER BY start_at, id LIMIT @limit`,
  );
  const selectStop = db.prepare<[string], { at: number; by: string | null }>(
    `SELECT stopped_at AS at, u.name AS by FROM broadcasts b LEFT JOIN users u ON u.id = b.stopped_by
     WHERE b.id = ? AND stopped_at IS NOT NULL`,
  );
  const noteStop = db.prepare("UPDATE broadcasts SET stopped_at = ?, stopped_by = ? WHERE id = ?");
  const selectUnfilled = db.prepare<{ until: number; whyNot: string }, Row>(
    `${SELECT} WHERE schedule_id IS NOT NULL AND start_at <= @until AND (
       (state = 'planned' AND why_not IN (SELECT value FROM json_each(@whyNot)))
       OR (state IN ('planned', 'ready', 'frozen') AND content_by = 'fallback'))
     ORDER BY start_at`,
  );
  const AIRED_BEFORE = `FROM broadcasts b
     LEFT JOIN episodes e ON e.id = b.content_id LEFT JOIN sessions s ON s.id = b.content_id
     WHERE b.schedule_id = @scheduleId AND b.superseded = 0 AND b.start_at < @before AND b.content_by = 'policy'
       AND b.state IN ('frozen', 'on_air', 'aired')`;
  const selectHighestAired = db
    .prepare<AiredBefore, number | null>(`SELECT MAX(COALESCE(e.number, s.number)) ${AIRED_BEFORE}`)
    .pluck();
  const selectLastAired = db.prepare<AiredBefore, { id: string; number: number }>(
    `SELECT b.content_id AS id, COALESCE(e.number, s.number) AS number ${AIRED_BEFORE} ORDER BY b.start_at DESC LIMIT 1`,
  );
  // Its recordings may also have been announced.
  const selectFirstAired = db
    .prepare<{ contentId: string; since: number }, number | null>(
      `SELECT MIN(start_at) FROM (
         SELECT start_at FROM broadcasts
         WHERE content_id = @contentId AND start_at >= @since AND state IN ('on_air', 'aired')
         UNION ALL SELECT b.start_at FROM interrupts i JOIN broadcasts b ON b.id = i.id
         WHERE b.start_at >= @since AND b.state IN ('on_air', 'aired') AND NOT i.silent AND ${IS_RECORDING_OF})`,
    )
    .pluck();
  const selectFirstReady = db
    .prepare<{ contentId: string; since: number; except: string | null }, number | null>(
      `SELECT MIN(start_at) FROM broadcasts WHERE content_id = @contentId AND start_at >= @since AND superseded = 0
         AND state IN ('ready', 'frozen') AND schedule_id IS NOT @except`,
    )
    .pluck();
  const selectChosen = db.prepare<[string], { contentId: string }>(
    `SELECT DISTINCT content_id AS contentId FROM broadcasts
     WHERE schedule_id = ? AND superseded = 0 AND content_by = 'choice' AND state IN ('frozen', 'on_air', 'aired')`,
  );
  const selectLengths = db.prepare<[number], { scheduleId: string; startAt: number; ms: number }>(
    `SELECT schedule_id AS scheduleId, start_at AS startAt, ends_at - start_at AS ms FROM broadcasts
     WHERE start_at >= ? AND ends_at IS NOT NULL AND superseded = 0`,
  );
  const selectForPlaylist = db.prepare<{ areas: string; kind: DeviceKind; endAfter: number }, Row>(
    `${SELECT} WHERE state IN (${LISTED_STATES.map((state) => `'${state}'`).join()}) AND content_kind <> 'alert'
       AND MAX(not_after, COALESCE(ends_at, 0)) > @endAfter
       AND id IN (SELECT broadcast_id FROM broadcast_areas WHERE region_code IN (SELECT value FROM json_each(@areas)))
       AND (EXISTS (SELECT 1 FROM broadcast_items i WHERE i.broadcast_id = b.id AND i.device_kind = @kind)
         OR (content_kind = 'live' AND EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = @kind)))
     ORDER BY start_at, id`,
  );
  const selectNaming = db.prepare<{ areas: string; from: number; until: number }, Row>(
    `${SELECT} WHERE start_at >= @from AND start_at < @until AND class = 'daily'
       AND id IN (SELECT broadcast_id FROM broadcast_areas WHERE region_code IN (SELECT value FROM json_each(@areas)))`,
  );
  const insertArea = db.prepare("INSERT INTO broadcast_areas (broadcast_id, region_code) VALUES (?, ?)");
  const deleteAreas = db.prepare("DELETE FROM broadcast_areas WHERE broadcast_id = ?");
  const insertItem = db.prepare(
    `INSERT INTO broadcast_items (broadcast_id, device_kind, position, sha256, mime, bytes, duration_ms, title, stream_sha256)
     VALUES (@broadcastId, @kind, @position, @sha256, @mime, @bytes, @durationMs, @title, @stream)`,
  );
  const deleteItems = db.prepare("DELETE FROM broadcast_items WHERE broadcast_id = ?");
  const selectItems = db.prepare<[string, DeviceKind], BroadcastItem>(
    `SELECT sha256, mime, bytes, duration_ms AS durationMs, title, stream_sha256 AS stream FROM broadcast_items
     WHERE broadcast_id = ? AND device_kind = ? ORDER BY position`,
  );
  const told = createToldDeviceStore(db);

  function get(id: string): Broadcast | null {
    const row = selectOne.get(id);
    return row ? toBroadcast(row) : null;
  }
  const asRow = ({ areas: _, ...broadcast }: Broadcast, now: number) => ({
    ...broadcast,
    silent: broadcast.silent ? 1 : 0,
    kinds: JSON.stringify(broadcast.kinds),
    exclude: JSON.stringify(broadcast.exclude),
    groups: JSON.stringify(broadcast.groups),
    tags: JSON.stringify(broadcast.tags),
    now,
  });
  const writeAreas = (broadcast: Broadcast) => {
    deleteAreas.run(broadcast.id);
    for (const area of broadcast.areas) insertArea.run(broadcast.id, area);
  };

  return {
    insert(broadcast: Broadcast, now: number) {
      insert.run(asRow(broadcast, now));
      writeAreas(broadcast);
      calendar.note(broadcast, now);
    },
    update(broadcast: Broadcast, now: number) {
      update.run(asRow(broadcast, now));
      writeAreas(broadcast);
      calendar.note(broadcast, now);
    },
    /** Takes back what nothing was commanded of yet. @param reason for who has it in a calendar */
    remove(broadcast: Broadcast, reason: string, now: number) {
      remove.run(broadcast.id);
      calendar.withdraw(broadcast, reason, now);
    },
    /** What was announced for any part of the area, also what was called off since. @param startFrom epoch ms */
    announced: calendar.within,
    /** Returns whether it was still in `from`. */
    setState(
      id: string,
      from: BroadcastState,
      to: BroadcastState,
      reason: string | null,
      now: number,
    ): boolean {
      if (!mayFollow(from, to)) throw new Error(`a broadcast does not go from ${from} to ${to}`);
      if (setState.run(to, reason, now, id, from).changes === 0) return false;
      const moved = get(id);
      if (moved) calendar.note(moved, now);
      return true;
    },
    get,
    /** Frees the slot of a cancelled or missed one for another broadcast. */
    supersede: (id: string, now: number) => void supersede.run(now, id),
    /** The one broadcast of each slot that starts from an instant on, or whose slot is on one of the dates. */
    ofSchedule: (scheduleId: string, from: number, dates: readonly string[] = []) =>
      selectOfSchedule.all({ scheduleId, from, dates: JSON.stringify(dates) }).map(toBroadcast),
    /** Those that time may move on, with a start up to `startUntil`. */
    unsettled: (startUntil: number) => selectUnsettled.all(startUntil).map(toBroadcast),
    liveWithContent: (contentId: string) => selectOfContent.all(contentId).map(toBroadcast),
    readyAnnouncements: () => selectReadyAnnouncements.all().map(toBroadcast),
    /** Announcements of a recording of it, that are frozen or on air. */
    liveAnnouncementsOf: (contentId: string) => selectLiveAnnouncements.all({ contentId }).map(toBroadcast),
    /** Interrupts that are not ready yet. */
    waiting: () => selectWaiting.all().map(toBroadcast),
    live: () => selectLive.all().map(toBroadcast),
    page(filter: BroadcastFilter, after: { startAt: number; id: string }, limit: number): Broadcast[] {
      const { region = null } = filter;
      const inside = region === null ? { from: "", before: "" } : codeRange(region);
      const rows = selectPage.all({
        ...ALL,
        ...filter,
        around: JSON.stringify(region === null ? [] : selfAndAncestors(region)),
        insideFrom: inside.from,
        insideBefore: inside.before,
        afterStart: after.startAt,
        afterId: after.id,
        limit,
      });
      return rows.map(toBroadcast);
    },
    /** All that start in a range, also those that others took the place of. */
    between: (from: number, until: number, limit: number) =>
      selectBetween
        .all({ from, until, limit })
        .map(({ superseded, ...row }) => ({ broadcast: toBroadcast(row), isSuperseded: superseded === 1 })),
    /** Of the daily class, those that start in a range and name any of the areas. */
    dailyNaming: (areas: readonly string[], from: number, until: number) =>
      selectNaming.all({ areas: JSON.stringify(areas), from, until }).map(toBroadcast),
    noteStop: (id: string, userId: string | null, now: number) => void noteStop.run(now, userId, id),
    /** When it was stopped or called off, and by whom: `null` for the server itself. */
    stopOf: (id: string) => selectStop.get(id) ?? null,
    /** Those to come that are empty for one of the reasons, or filled by a fallback. */
    unfilled: (until: number, whyNot: readonly WhyNot[]) =>
      selectUnfilled.all({ until, whyNot: JSON.stringify(whyNot) }).map(toBroadcast),
    /** What the schedule's policy put on air before an instant. */
    airedBefore(scheduleId: string, before: number): Pick<AirHistory, "lastNumber" | "last"> {
      const asked = { scheduleId, before };
      return { lastNumber: selectHighestAired.get(asked) ?? 0, last: selectLastAired.get(asked) ?? null };
    },
    /** When some content went on air first since an instant, by any schedule or announced; `null` for never. */
    firstAired: (contentId: string, since: number) => selectFirstAired.get({ contentId, since }) ?? null,
    /** When it is first about to air from an instant on, by another schedule than one; `null` for never. */
    firstReady: (contentId: string, since: number, except: string | null) =>
      selectFirstReady.get({ contentId, since, except }) ?? null,
    /** How long what starts from an instant on lasts, as far as its content is known. */
    lengths: (from: number) => selectLengths.all(from),
    /** What was put on air because somebody chose it for a date. */
    chosenContent: (scheduleId: string) => selectChosen.all(scheduleId).map(({ contentId }) => contentId),
    /** What devices of a kind in any of the areas may have ahead of them or had since `endAfter`; see `isTarget`. */
    forPlaylist: (areas: readonly string[], kind: DeviceKind, endAfter: number) =>
      selectForPlaylist.all({ areas: JSON.stringify(areas), kind, endAfter }).map(toBroadcast),
    replaceItems(broadcastId: string, items: Map<DeviceKind, BroadcastItem[]>) {
      deleteItems.run(broadcastId);
      for (const [kind, list] of items) {
        for (const [index, item] of list.entries())
          insertItem.run({ broadcastId, kind, position: index + 1, ...item });
      }
    },
    items: (broadcastId: string, kind: DeviceKind) => selectItems.all(broadcastId, kind),
    addTargets: told.add,
    targets: told.of,
    /** With what is looked up about it when somebody asks. */
    airingOf: (broadcast: Broadcast): Airing => ({
      broadcast,
      itemsFor: (kind) => selectItems.all(broadcast.id, kind),
      wasTold: (deviceId) => told.has(broadcast.id, deviceId),
    }),
  };
}
export type BroadcastStore = ReturnType<typeof createBroadcastStore>;
