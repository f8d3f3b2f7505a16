import type { Content } from "../programmes/content.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { BroadcastStore } from "./broadcast-store.ts";

type Approved = Pick<Content, "id" | "approvedAt">;
export type Reruns = ReturnType<typeof createReruns>;

interface Dependencies {
  store: Pick<BroadcastStore, "firstAired" | "firstReady">;
  /** The county's. */
  zone: string;
}

/** What an approval was used for: it holds for one date of airing, with all of its times, by whatever schedule. */
export function createReruns({ store, zone }: Dependencies) {
  const { dayAt, instantOf } = createWallClock(zone);

  /** What had begun to air on the day of the approval goes on that day by the one before. */
  function usedFrom({ id, approvedAt }: Approved): number {
    const day = dayAt(approvedAt);
    const began = store.firstAired(id, instantOf(day, "00:00"));
    return began !== null && began < approvedAt ? instantOf(day + 1, "00:00") : approvedAt;
  }
  const firstAired = (content: Approved): number | null => store.firstAired(content.id, usedFrom(content));

  /** From when on it is used, and the first day that is known: it has aired then, or another schedule is about to air it. */
  function useOf(content: Approved, scheduleId: string | null): { from: number; day: number } {
    const from = usedFrom(content);
    const first = firstAired(content) ?? store.firstReady(content.id, from, scheduleId);
    return { from, day: first === null ? Number.POSITIVE_INFINITY : dayAt(first) };
  }

  return {
    isUsed: (content: Approved): boolean => firstAired(content) !== null,

    /** Whether an announcement of it at an instant airs again, on a later date, what the approval let air or is about to. */
    isAgain(content: Approved, at: number): boolean {
      const { from, day } = useOf(content, null);
      return at >= from && dayAt(at) > day;
    },

    /**
     * Asked of a schedule's starts in order, tells of each whether it airs again, on a later date, what the one approval
     * let air, whatever schedule does that first.
     */
    inOrder(scheduleId: string) {
      const known = new Map<string, ReturnType<typeof useOf>>();
      return (content: Approved, startAt: number): boolean => {
        const use = known.get(content.id) ?? useOf(content, scheduleId);
        known.set(content.id, use);
        if (startAt < use.from) return false;
        use.day = Math.min(use.day, dayAt(startAt));
        return dayAt(startAt) > use.day;
      };
    },
  };
}
