import { isDeepStrictEqual } from "node:util";
import type { ErrorDetail } from "../errors.ts";
import type { Policy, QuietHours } from "../protocol/messages.ts";

/** What an area adds to the policy of the region around it. */
export interface AreaPolicy {
  quietHours?: QuietHours[];
  maxVolume?: number;
  dailyMinutesCap?: number;
  weeklyMinutesCap?: number;
}

const CAPS = ["maxVolume", "dailyMinutesCap", "weeklyMinutesCap"] as const;
type Cap = (typeof CAPS)[number];

/** A part of a policy and the region that it comes from; `null` is the policy of the whole server. */
export type From<T> = T & { regionCode: string | null };

/** The lines of an effective policy with their origins. */
export interface PolicyOrigins {
  quietHours: From<QuietHours>[];
  maxVolume: From<{ value: number }> | null;
  dailyMinutesCap: From<{ value: number }> | null;
  weeklyMinutesCap: From<{ value: number }> | null;
}

/** The parent's policy and what the area adds: quiet hours add up, of volume and caps the smallest holds. */
export function inherit(parent: Policy, own: AreaPolicy): Policy {
  const added = (own.quietHours ?? []).filter(
    (hours) => !parent.quietHours.some((other) => isDeepStrictEqual(hours, other)),
  );
  const caps = CAPS.flatMap((cap) => {
    const values = [parent[cap], own[cap]].filter((value) => value !== undefined);
    return values.length === 0 ? [] : [[cap, Math.min(...values)]];
  });
  return { ...parent, ...Object.fromEntries(caps), quietHours: [...parent.quietHours, ...added] };
}

/** @param layers from the whole server's policy to the area's own */
export function originsOf(layers: readonly { regionCode: string | null; own: AreaPolicy }[]): PolicyOrigins {
  const strictest = (cap: Cap) =>
    layers.reduce<From<{ value: number }> | null>((least, { regionCode, own }) => {
      const value = own[cap];
      return value === undefined || (least && least.value <= value) ? least : { value, regionCode };
    }, null);
  return {
    quietHours: layers.flatMap(({ regionCode, own }) =>
      (own.quietHours ?? []).map((hours) => ({ ...hours, regionCode })),
    ),
    maxVolume: strictest("maxVolume"),
    dailyMinutesCap: strictest("dailyMinutesCap"),
    weeklyMinutesCap: strictest("weeklyMinutesCap"),
  };
}

/** Where an area's policy would be looser than what encloses it, which would be no rule at all. */
export const looserThan = (parent: PolicyOrigins, own: AreaPolicy): ErrorDetail[] =>
  CAPS.flatMap((cap) => {
    const limit = parent[cap];
    const value = own[cap];
    if (limit === null || value === undefined || value <= limit.value) return [];
    const whose = limit.regionCode === null ? "The policy of the whole server" : `Region ${limit.regionCode}`;
    return [{ at: `/${cap}`, message: `${whose} allows at most ${limit.value} here, not ${value}.` }];
  });
