import type { Content } from "../programmes/content.ts";
import type { ContentPolicy } from "../schedules/schedule.ts";

/** A date on which a schedule airs. `fixed` is what one of its times has on air already. */
export interface AirDate {
  date: string;
  fixed: Content | null;
}

/** Why a date has the content that it has. */
export const CONTENT_BY = ["policy", "fallback", "choice"] as const;
export type ContentBy = (typeof CONTENT_BY)[number];

export interface Assigned {
  content: Content;
  by: ContentBy;
}

/** Where something stands in its programme. */
type Placed = Pick<Content, "id" | "number">;

/** What a schedule put on air by its policy before the first date. */
export interface AirHistory {
  /** The highest number; 0 for nothing. */
  lastNumber: number;
  /** The latest, also when it is not approved any more; `null` for nothing. */
  last: Placed | null;
  /** Aired, or chosen for a date, outside the order. */
  chosen: ReadonlySet<string>;
}

/**
 * What each date airs; all times of one date share it. A date that the policy has nothing for gets the fallback, which
 * takes nothing from the dates after it; `null` is silence.
 *
 * - `next-approved`: the lowest number above that of every earlier date that was not chosen for another one
 * - `latest-approved`: the highest number there is
 * - `item`: always the same
 * - `rotation`: the given ones in turn, or all there is in order of number; one that is not approved is passed over
 *
 * @param dates in order
 * @param approved in order of number
 */
export function assignContent(
  policy: ContentPolicy,
  dates: readonly AirDate[],
  approved: readonly Content[],
  history: AirHistory,
): Map<string, Assigned | null> {
  const byId = new Map(approved.map((content) => [content.id, content]));
  const next = policies[policy.policy](policy, approved, byId, history);
  let { last } = history;
  let lastNumber = Math.max(history.lastNumber, (policy.fromNumber ?? 1) - 1);

  function fallback(): Content | null {
    if (policy.fallback === "repeat-last") return byId.get(last?.id ?? "") ?? null;
    return policy.fallback === "standing" ? (byId.get(policy.standingContentId ?? "") ?? null) : null;
  }

  return new Map(
    dates.map(({ date, fixed }): [string, Assigned | null] => {
      const content = fixed ?? next(last, lastNumber);
      if (content) {
        last = content;
        lastNumber = Math.max(lastNumber, content.number);
        return [date, { content, by: "policy" }];
      }
      const instead = fallback();
      return [date, instead && { content: instead, by: "fallback" }];
    }),
  );
}

/** What follows what was aired last, or `null`. */
type Next = (last: Placed | null, lastNumber: number) => Content | null;

const policies: Record<
  ContentPolicy["policy"],
  (
    policy: ContentPolicy,
    approved: readonly Content[],
    byId: ReadonlyMap<string, Content>,
    history: AirHistory,
  ) => Next
> = {
  "next-approved":
    (_policy, approved, _byId, { chosen }) =>
    (_last, lastNumber) =>
      approved.find(({ id, number }) => number > lastNumber && !chosen.has(id)) ?? null,
  "latest-approved": (_policy, approved) => () => approved.at(-1) ?? null,
  item: (policy, _approved, byId) => () => byId.get(policy.contentId ?? "") ?? null,
  rotation: ({ contentIds }, approved, byId) => {
    const circle = contentIds?.flatMap((id) => byId.get(id) ?? []) ?? approved;
    // The last one's own place stays known while it is not approved.
    const place = ({ id, number }: Placed) => contentIds?.indexOf(id) ?? number;
    return (last) => circle.find((each) => last !== null && place(each) > place(last)) ?? circle[0] ?? null;
  },
};
