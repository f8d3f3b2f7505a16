import type { Shown, View } from "./messages.ts";

/** What the screen shows besides the picture itself. */
export type Scene =
  | { kind: "idle"; checkIn: CheckIn | null }
  | { kind: "countdown"; leftMs: number; checkIn: CheckIn | null }
  /** A picture runs, or something that is only heard; the title stays for a while. */
  | { kind: "on-air"; titled: boolean; checkIn: CheckIn | null }
  | { kind: "emergency" };

export interface CheckIn {
  url: string;
  /** People check in around the class, and say after it what they thought. */
  isOver: boolean;
}

const COUNTDOWN_MS = 10 * 60_000;
const CHECK_IN_BEFORE_MS = 30 * 60_000;
const FEEDBACK_MS = 30 * 60_000;
const TITLE_MS = 12_000;

/** A class that was on air, and when it left the air. */
export interface Past {
  checkIn: string;
  endedAt: number;
}

/** By the server's clock. @param heldFrom when the present broadcast came on the screen */
export function sceneOf({ onAir, next }: View, now: number, past: Past | null, heldFrom: number): Scene {
  if (onAir && !onAir.isSilent) {
    if (onAir.class === "emergency" || onAir.class === "drill") return { kind: "emergency" };
    return { kind: "on-air", titled: now - heldFrom < TITLE_MS, checkIn: around(onAir) };
  }
  const leftMs = next ? next.startAt - now : Number.POSITIVE_INFINITY;
  const checkIn = (leftMs <= CHECK_IN_BEFORE_MS ? around(next) : null) ?? after(past, now);
  if (leftMs > 0 && leftMs <= COUNTDOWN_MS) return { kind: "countdown", leftMs, checkIn };
  return { kind: "idle", checkIn };
}

const around = (shown: Shown | null): CheckIn | null =>
  shown?.checkIn ? { url: shown.checkIn, isOver: false } : null;

const after = (past: Past | null, now: number): CheckIn | null =>
  past && now - past.endedAt < FEEDBACK_MS ? { url: past.checkIn, isOver: true } : null;
