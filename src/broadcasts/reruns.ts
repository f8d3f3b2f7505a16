import type { Content } from "../programmes/content.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import type { BroadcastStore } from "./broadcast-store.ts";

type Approved = Pick<Content, "id" | "approvedAt">;
export type Reruns = ReturnType<typeof createReruns>;

interface Dependencies {
  store: Pick<BroadcastStore, "firstAired">;
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

  function useOf(content: Approved): { from: number; day: number | null } {
    const first = firstAired(content);
    return { from: usedFrom(content), day: first === null ? null : dayAt(first) };
  }

  return {
    isUsed: (content: Approved): boolean => firstAired(content) !== null,

    /** Asked of starts in order, tells of each whether it airs again, on a later date, what the one approval let air. */
    inOrder() {
      const known = new Map<string, ReturnType<typeof useOf>>();
      return (content: Approved, startAt: number): boolean => {
        const use = known.get(content.id) ?? useOf(content);
        known.set(content.id, use);
        if (startAt < use.from) return false;
        use.day ??= dayAt(startAt);
        return dayAt(startAt) > use.day;
      };
    },
  };
}
