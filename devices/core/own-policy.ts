import type { Policy } from "../../src/protocol/messages.ts";

/** What the box itself allows, whatever the server says: set by who installed it. */
export type OwnPolicy = Partial<Pick<Policy, "quietHours" | "maxVolume">>;

/** Both hold: the quiet hours of either, and the lower of the two volumes. */
export const withOwn = (policy: Policy, { quietHours = [], maxVolume = 100 }: OwnPolicy): Policy => ({
  ...policy,
  quietHours: [...policy.quietHours, ...quietHours],
  maxVolume: Math.min(policy.maxVolume, maxVolume),
});
