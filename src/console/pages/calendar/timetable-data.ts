import { useQuery } from "@tanstack/react-query";
import { read, serverNow } from "../../api.js";
import type { Conflict, CountyPolicy, QuietDay, Timetable, TimetableEntry } from "../../api-types.ts";
import { listRegions } from "../../interrupts.ts";
import { inPath, query } from "../../resources.js";
import type { Topic } from "../../shell/change-stream.ts";
import { useLive } from "../../shell/live-query.ts";

const TOPICS: Topic[] = ["timetable", "interrupts", "content"];
const MAX_CONFLICTS = 500;

export const useTimetable = (from: string, until: string, region: string | null) =>
  useLive<Timetable>({
    key: ["timetable", from, until, region],
    load: (signal) => read(`/timetable${query({ from, until, region })}`, signal),
    topics: TOPICS,
  });

export const useConflicts = () =>
  useLive<{ items: Conflict[]; total: number }>({
    key: ["conflicts"],
    load: (signal) => read(`/conflicts?limit=${MAX_CONFLICTS}`, signal),
    topics: TOPICS,
  });

export const useCountyPolicy = () =>
  useLive<CountyPolicy>({
    key: ["policy"],
    load: (signal) => read("/policy", signal),
    topics: TOPICS,
  });

export const useQuietDay = (region: string | null, date: string) =>
  useLive<QuietDay>({
    key: ["quiet-hours", region, date],
    load: (signal) => read(`/regions/${inPath(region ?? "")}/quiet-hours${query({ date })}`, signal),
    topics: TOPICS,
    enabled: region !== null,
  });

/** The county, where somebody has chosen no place yet. */
export const useCounty = () =>
  useQuery({
    queryKey: ["county"],
    queryFn: async ({ signal }) => (await listRegions({ level: "county" }, signal))[0]?.code ?? null,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Tells dates of a timetable apart: the slot stays when it is moved. */
export const keyOf = ({ schedule, broadcastId, date, time }: TimetableEntry): string =>
  `${schedule?.id ?? broadcastId}_${date}_${time}`;

/** Whether an exception has it at another time than its rule. */
export const isMovedAway = ({ exception, date, time, airDate, airTime }: TimetableEntry): boolean =>
  exception !== null && (date !== airDate || time !== airTime);

/** Conflicts name their first dates; what is beyond them is taken to go on like that. */
function isOn({ dates, count }: Conflict, date: string): boolean {
  return dates.includes(date) || (count > dates.length && date > (dates.at(-1) ?? ""));
}

export const conflictsOf = (entry: TimetableEntry, conflicts: readonly Conflict[]): Conflict[] =>
  entry.schedule === null || !mayStillAir(entry)
    ? []
    : conflicts.filter((conflict) => {
        if (!isOn(conflict, entry.airDate)) return false;
        if (conflict.scheduleId === entry.schedule?.id)
          return conflict.time === null || conflict.time === entry.airTime;
        return conflict.other?.scheduleId === entry.schedule?.id;
      });

const isAhead = ({ startAt }: TimetableEntry): boolean => Date.parse(startAt) > serverNow();

export const mayStillAir = (entry: TimetableEntry): boolean =>
  isAhead(entry) && entry.code !== "skipped" && entry.state !== "cancelled";

/** Whether its date can be changed: what devices have been told of is stopped, not moved. */
export const isChangeable = (entry: TimetableEntry): boolean =>
  isAhead(entry) &&
  entry.schedule !== null &&
  !entry.schedule.ended &&
  (entry.state === null || entry.state === "planned" || entry.state === "ready" || entry.code === "skipped");
