import { BROADCAST_CLASSES, type PlaylistBroadcast } from "./messages.ts";

type Ranked = Pick<PlaylistBroadcast, "id" | "class" | "priority" | "startAt" | "silent">;

/**
 * Whether `a` takes the air from `b`: by class, then priority. The one that is earlier keeps it otherwise. What is silent
 * takes it from nobody: its silence would be heard.
 */
export function outranks(a: Ranked, b: Ranked): boolean {
  const rank = (entry: Ranked) => (entry.silent ? -1 : BROADCAST_CLASSES.indexOf(entry.class));
  return rank(a) === rank(b) ? a.priority > b.priority : rank(a) > rank(b);
}

/** In the order in which they get the air. */
export function byPrecedence(a: Ranked, b: Ranked): number {
  if (outranks(a, b)) return -1;
  if (outranks(b, a)) return 1;
  return a.startAt - b.startAt || (a.id < b.id ? -1 : 1);
}
