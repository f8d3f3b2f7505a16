import type { Database } from "../db/open.ts";
import { codeRange } from "../protocol/region-code.ts";
import { SAMPLE_COUNTY } from "./sample-content.ts";

/** Why a sample cannot be made: the county has begun. */
export const HINDRANCES = ["devices", "content", "regions"] as const;
export type Hindrance = (typeof HINDRANCES)[number];

const { from, before } = codeRange(SAMPLE_COUNTY.code);
const inSample = (column: string) => `${column} >= '${from}' AND ${column} < '${before}'`;
const isPartlyInSample = (codes: string) =>
  `EXISTS (SELECT 1 FROM ${codes} AS code WHERE ${inSample("code.value")})`;
const isWhollyInSample = (codes: string) =>
  `(${isPartlyInSample(codes)} AND NOT EXISTS (SELECT 1 FROM ${codes} AS code WHERE NOT (${inSample("code.value")})))`;

// `@programmes` is a JSON array of their ids.
const PROGRAMMES = "SELECT value FROM json_each(@programmes)";
const CONTENT = `SELECT id FROM episodes WHERE programme_id IN (${PROGRAMMES})
  UNION SELECT id FROM sessions WHERE programme_id IN (${PROGRAMMES})`;
const TARGETS = "json_each(definition, '$.targets.regions')";
const SCHEDULES = `SELECT id FROM schedules WHERE programme_id IN (${PROGRAMMES}) OR ${isWhollyInSample(TARGETS)}`;
const HEARD_IN = `(SELECT region_code AS value FROM broadcast_areas WHERE broadcast_id = broadcasts.id)`;
/** Those of its schedules, with its content, or heard nowhere else. */
const BROADCASTS = `SELECT id FROM broadcasts WHERE schedule_id IN (${SCHEDULES}) OR content_id IN (${CONTENT})
  OR ${isWhollyInSample(HEARD_IN)}`;
const EMERGENCIES = `SELECT id FROM emergencies WHERE ${isWhollyInSample("json_each(areas)")}`;
const INTERRUPTS = `SELECT id FROM interrupts WHERE id IN (${BROADCASTS}) OR id IN (${EMERGENCIES})`;
const EVENTS = `SELECT id FROM calendar_events WHERE series_id IN (${SCHEDULES}) OR series_id IN (${BROADCASTS})`;

/** In an order in which each still finds what it goes by; rows that cascade go with theirs. */
const REMOVALS = [
  ...["check_ins", "headcounts"].map(
    (table) => `${table} WHERE broadcast_id IN (${BROADCASTS}) OR ${inSample("region_code")}`,
  ),
  `feedback WHERE broadcast_id IN (${BROADCASTS}) OR ${inSample("town_code")}`,
  `calendar_events WHERE id IN (${EVENTS})`,
  ...["calendar_event_areas", "calendar_event_exclusions", "calendar_links", "area_policies", "contacts"].map(
    (table) => `${table} WHERE ${inSample("region_code")}`,
  ),
  `shortened_hours WHERE ${inSample("area")}`,
  `empty_dates_told WHERE schedule_id IN (${SCHEDULES})`,
  `commands WHERE broadcast_id IN (${BROADCASTS})`,
  `confirmations WHERE id IN (${INTERRUPTS})`,
  `live_voices WHERE id IN (${INTERRUPTS})`,
  `live_parts WHERE voice_id IN (${INTERRUPTS})`,
  `cap_messages WHERE emergency_id IN (${EMERGENCIES})`,
  `interrupts WHERE id IN (${INTERRUPTS})`,
  `emergencies WHERE id IN (${EMERGENCIES})`,
  `broadcasts WHERE id IN (${BROADCASTS})`,
  `broadcast_areas WHERE ${inSample("region_code")}`,
  `schedule_overrides WHERE schedule_id IN (${SCHEDULES})`,
  `schedules WHERE id IN (${SCHEDULES})`,
  ...["consents", "review_comments", "review_acts"].map(
    (table) => `${table} WHERE content_id IN (${CONTENT})`,
  ),
  ...["episodes", "sessions"].map((table) => `${table} WHERE programme_id IN (${PROGRAMMES})`),
  `programmes WHERE id IN (${PROGRAMMES})`,
  `playlist_revisions WHERE scope IN (SELECT 'device/' || id FROM devices WHERE ${inSample("region_code")})
     OR (scope LIKE 'area/%' AND ${inSample("substr(scope, 6)")})`,
  `devices WHERE ${inSample("region_code")}`,
  `regions WHERE ${inSample("code")}`,
].map((rows) => `DELETE FROM ${rows}`);

/** What stays names nothing of it. */
const DETACHMENTS = [
  `UPDATE interrupts SET corrects = NULL WHERE corrects IN (${BROADCASTS})`,
  `UPDATE emergencies SET replaces = NULL WHERE replaces IN (${EMERGENCIES})`,
];

/** Something that keeps the sample from being removed: what it is, and its name. */
export interface Hold {
  kind: "broadcast" | "emergency" | "schedule" | "person";
  name: string;
}

/** All that is of the sample, in whatever table. */
export function createSampleStore(db: Database) {
  const selectHindrance = db.prepare<[], { hindrance: Hindrance }>(
    `SELECT 'devices' AS hindrance WHERE EXISTS (SELECT 1 FROM devices WHERE state <> 'revoked')
     UNION ALL SELECT 'content' WHERE EXISTS (SELECT 1 FROM episodes) OR EXISTS (SELECT 1 FROM sessions)
       OR EXISTS (SELECT 1 FROM interrupts)
     UNION ALL SELECT 'regions' WHERE EXISTS (SELECT 1 FROM regions WHERE ${inSample("code")}) LIMIT 1`,
  );
  const selectHolds = db.prepare<[{ programmes: string }], Hold>(
    `SELECT 'broadcast' AS kind, programme || ' ' || title AS name FROM broadcasts
       WHERE state = 'on_air' AND id IN (${BROADCASTS})
     UNION ALL SELECT 'emergency', interrupts.title FROM emergencies JOIN interrupts USING (id)
       WHERE state IN ('proposed', 'confirmed', 'active') AND ${isPartlyInSample("json_each(areas)")}
     UNION ALL SELECT 'schedule', name FROM schedules WHERE ended_at IS NULL AND id NOT IN (${SCHEDULES})
       AND (${isPartlyInSample(TARGETS)} OR ${isPartlyInSample("json_each(definition, '$.targets.exclude')")})
     UNION ALL SELECT 'person', name FROM users, json_each(roles) AS role
       WHERE ${inSample("json_extract(role.value, '$.area')")}`,
  );
  const statements = [...DETACHMENTS, ...REMOVALS].map((sql) => db.prepare(sql));

  return {
    hindrance: (): Hindrance | null => selectHindrance.get()?.hindrance ?? null,
    holds: (programmes: readonly string[]): Hold[] =>
      selectHolds.all({ programmes: JSON.stringify(programmes) }),
    /** To be called in a transaction, when nothing holds it. */
    remove(programmes: readonly string[]): void {
      // Until the transaction's end, where whatever hangs on something that is gone undoes it all.
      db.pragma("defer_foreign_keys = ON");
      for (const statement of statements) statement.run({ programmes: JSON.stringify(programmes) });
    },
  };
}
export type SampleStore = ReturnType<typeof createSampleStore>;
