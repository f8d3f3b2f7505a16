import type { Operator } from "../../scripts/operator-client.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import { openDatabase } from "../../src/db/open.ts";
import { scheduleDefinition } from "./schedule-definition.ts";

/**
 * A lecture that was shown in these regions until a minute ago, as if its hour had come: the real clock waits for nobody.
 * @returns the broadcast's id
 */
export async function airedLecture(
  operator: Operator,
  { databasePath, lecture, regions }: { databasePath: string; lecture: string; regions: string[] },
): Promise<string> {
  const session = await operator.post<{ id: string }>("/sessions", {
    programmeId: lecture,
    number: 10_000,
    topic: "主题党日",
    speakers: [],
    modules: [],
  });
  const day = new Date(Date.now() + 3 * DAY_MS).toISOString().slice(0, 10);
  const schedule = await operator.post<{ id: string }>("/schedules?acceptConflicts=test", {
    programmeId: lecture,
    ...scheduleDefinition({
      name: "主题党日",
      rule: { dates: [day], times: ["14:00"] },
      targets: { regions, kinds: ["terminal"] },
    }),
  });
  const { items } = await operator.get<{ items: { id: string }[] }>(`/broadcasts?scheduleId=${schedule.id}`);
  const id = items[0]?.id ?? "";
  const now = Date.now();
  const db = openDatabase(databasePath, now);
  try {
    db.pragma("busy_timeout = 5000");
    db.prepare(
      `UPDATE broadcasts SET state = 'aired', start_at = @startAt, not_after = @endsAt, ends_at = @endsAt,
        content_kind = 'session', content_id = @content, content_by = 'policy' WHERE id = @id`,
    ).run({ id, startAt: now - 30 * MINUTE_MS, endsAt: now - MINUTE_MS, content: session.id });
  } finally {
    db.close();
  }
  return id;
}
