import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import { occurrenceKey } from "../broadcasts/forecast.ts";
import { plainWords } from "../broadcasts/office-words.ts";
import { selfAndAncestors } from "../protocol/region-code.ts";
import type { FindSlots, FoundSlots } from "./find-slots.ts";
import type { Slot } from "./slots.ts";
import type { Verdict } from "./verdict.ts";

interface Dependencies {
  findSlots: FindSlots;
  broadcasts: Pick<BroadcastService, "announced">;
}

/** What was due around an instant in a region or around it, the nearest first; also what was taken back before it aired. */
export type DueAround = (code: string, at: number, withinMs: number) => FoundSlots;

export function createDueAround({ findSlots, broadcasts }: Dependencies): DueAround {
  /** What was announced there and taken back before it aired, so that no broadcast is left of it. */
  function withdrawn(code: string, from: number, until: number, slots: readonly Slot[]): Slot[] {
    const known = new Set(
      slots.map(
        ({ scheduleId, airing, date, time }) =>
          `${scheduleId ?? airing?.broadcast.id} ${occurrenceKey(date, time)}`,
      ),
    );
    return broadcasts.announced(code, from, until).flatMap((event): Slot[] => {
      const { seriesId, localDate: date, localTime: time, startAt, programme, reason, status } = event;
      if (status !== "cancelled" || known.has(`${seriesId} ${occurrenceKey(date, time)}`)) return [];
      const text = `It was announced and taken back: ${plainWords(reason ?? "no reason given")}.`;
      const verdict: Verdict = { code: "withdrawn", text };
      return [
        {
          scheduleId: seriesId,
          schedule: null,
          programme,
          date,
          time,
          startAt,
          verdict,
          airing: null,
          isPlanned: false,
        },
      ];
    });
  }

  return (code, at, withinMs) => {
    const [from, until] = [at - withinMs, at + withinMs + 1];
    const { slots, airings } = findSlots(selfAndAncestors(code), from, until);
    const due = [...slots, ...withdrawn(code, from, until, slots)].toSorted(
      (one, other) => Math.abs(one.startAt - at) - Math.abs(other.startAt - at),
    );
    return { slots: due, airings };
  };
}
