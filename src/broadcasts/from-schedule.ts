import { MINUTE_MS } from "../clock.ts";
import { outermost } from "../protocol/region-code.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Broadcast } from "./broadcast.ts";
import type { ForecastEntry } from "./forecast.ts";
import { longestMs } from "./playable-items.ts";

/** The broadcast that a date of a schedule is or would be. @param newId for one that has no row yet */
export function broadcastFrom(
  { id: scheduleId, definition }: Schedule,
  entry: ForecastEntry,
  programme: string,
  newId: () => string,
): Broadcast {
  const { whyNot, content, startAt } = entry;
  return {
    id: entry.broadcast?.id ?? newId(),
    scheduleId,
    localDate: entry.date,
    localTime: entry.time,
    startAt,
    notAfter: startAt + definition.graceMinutes * MINUTE_MS,
    class: definition.class,
    priority: definition.priority,
    lateness: definition.lateness,
    offline: definition.offline,
    volume: definition.volume ?? null,
    silent: false,
    kinds: definition.targets.kinds.toSorted(),
    areas: outermost(definition.targets.regions),
    exclude: outermost(definition.targets.exclude ?? []),
    groups: (definition.targets.groups ?? []).toSorted(),
    tags: (definition.targets.tags ?? []).toSorted(),
    programme,
    contentKind: content?.kind ?? null,
    contentId: content?.id ?? null,
    contentBy: entry.contentBy,
    title: content?.title ?? "",
    state: whyNot === null ? "ready" : "planned",
    reason: whyNot?.text ?? null,
    whyNot: whyNot?.code ?? null,
    endsAt: whyNot === null ? startAt + longestMs(entry.items) : null,
  };
}
