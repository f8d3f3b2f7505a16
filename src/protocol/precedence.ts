import { BROADCAST_CLASSES, type PlaylistBroadcast } from "./messages.ts";
import { REGION_LEVELS } from "./region-code.ts";

/** What decides who has the air; the same on devices, in the conflicts of schedules and in explanations. */
/** Of every alert: it has no priority of its own. */
export const ALERT_PRIORITY = 100;

export type Claim = Pick<PlaylistBroadcast, "class" | "authority" | "priority" | "startAt" | "silent">;

const classRank = (claim: Claim): number => (claim.silent ? -1 : BROADCAST_CLASSES.indexOf(claim.class));
const authorityRank = ({ authority }: Claim): number => -REGION_LEVELS.indexOf(authority);

/**
 * Whether `a` takes the air from `b`: by class, then authority, then priority. The one that is earlier keeps it otherwise.
 * What is silent takes it from nobody: its silence would be heard.
 */
export const outranks = (a: Claim, b: Claim): boolean => lead(a, b) > 0;

const lead = (a: Claim, b: Claim): number =>
  classRank(a) - classRank(b) || authorityRank(a) - authorityRank(b) || a.priority - b.priority;

/** In the order in which they get the air; of two with equal claims the one with the lower id. */
export const byPrecedence = (a: Claim & { id: string }, b: Claim & { id: string }): number =>
  lead(b, a) || a.startAt - b.startAt || (a.id < b.id ? -1 : 1);
