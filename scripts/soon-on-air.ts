import { Temporal } from "temporal-polyfill";
import type { Operator } from "./operator-client.ts";
import { letIn } from "./reviewers.ts";

/** What airs while somebody waits, at whatever hour that is: for the demo, the pictures and the tests. */

export const ZONE = "Asia/Shanghai";
export const COUNTY = "370783000000";

/** Some hours from now, as a policy has them. */
const hourFromNow = (hours: number): string =>
  `${String(Temporal.Now.zonedDateTimeISO(ZONE).add({ hours }).hour).padStart(2, "0")}:00`;

/** The county keeps quiet at another time of the day than now, as two people agreed. */
export async function moveQuietHoursAway(operator: Operator): Promise<void> {
  await operator.put("/policy", {
    quietHours: [{ from: hourFromNow(8), to: hourFromNow(14) }],
    maxVolume: 100,
  });
  const shortened = "/policy/shortened-hours";
  const { items } = await operator.get<{ items: { version: number }[] }>(shortened);
  const scheduler = await letIn(operator, "排期员", "scheduler");
  for (const { version } of items)
    await scheduler.postAnew(`${shortened}/confirm`, { regionCode: null, version });
}

export async function programmeOf(operator: Operator, kind: "broadcast" | "lecture"): Promise<string> {
  const { items } = await operator.get<{ items: { id: string; kind: string }[] }>("/programmes");
  return items.find((programme) => programme.kind === kind)?.id ?? "";
}

/**
 * Schedules what is approved next for the loudspeakers of the county at a full minute.
 * @param leadMs at least so long from now: devices fetch what they are to play
 * @returns the id of the broadcast, and its start
 */
export async function scheduleSoon(operator: Operator, name: string, leadMs: number) {
  const startAt = Temporal.Now.zonedDateTimeISO(ZONE)
    .add({ milliseconds: leadMs })
    .round({ smallestUnit: "minute", roundingMode: "ceil" });
  const date = startAt.toPlainDate().toString();
  const { id } = await operator.post<{ id: string }>("/schedules?acceptConflicts=soon", {
    programmeId: await programmeOf(operator, "broadcast"),
    name,
    rule: { dates: [date], times: [startAt.toPlainTime().toString({ smallestUnit: "minute" })] },
    zone: ZONE,
    validFrom: date,
    validUntil: date,
    targets: { regions: [COUNTY], kinds: ["loudspeaker"] },
    content: { policy: "next-approved" },
    class: "daily",
    priority: 50,
    lateness: "skip",
    graceMinutes: 1,
    offline: "play",
  });
  const { items } = await operator.get<{ items: { id: string }[] }>(`/broadcasts?scheduleId=${id}`);
  return { broadcastId: items[0]?.id ?? "", startAt };
}
