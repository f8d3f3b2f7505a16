import { DAY_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { type ByteRange, coalesce } from "../media/byte-range.ts";
import type { HeardPart } from "./heard.ts";

/** What the server has sent of a file to somebody, and so at most may have been heard of it. */

export interface Hearing {
  /** When its first byte was sent, epoch ms. */
  beganAt: number;
  /** Sent since then, in ascending order, none touching another. */
  ranges: readonly ByteRange[];
}

/** The fastest that the console plays. */
const FASTEST = 2;
/** What a player leaves out at most: its clock is no sample counter, and the last frame of a file may be silent. */
const TOLERANCE_MS = 1000;
/** Whoever signs later hears it once more. */
export const HEARD_FOR_MS = DAY_MS;

/** What may have been heard of each part, and of all of them; ms of what is played. */
export interface HeardSoFar {
  parts: { title: string; heardMs: number; durationMs: number }[];
  heardMs: number;
  durationMs: number;
  isWhole: boolean;
}

export const withRange = ({ beganAt, ranges }: Hearing, range: ByteRange): Hearing => ({
  beganAt,
  ranges: coalesce([...ranges, range]),
});

/** What can be played in the time since then, as whole where only what a player leaves out is missing. */
function playableMs(beganAt: number, now: number, durationMs: number, toleranceMs: number): number {
  const playable = Math.max(0, now - beganAt) * FASTEST;
  return playable >= durationMs - toleranceMs ? durationMs : playable;
}

/** All bytes of each part were sent, and time enough has passed since for each, and for one after the other. */
export function heardSoFar(
  parts: readonly { part: HeardPart; hearing: Hearing | null }[],
  now: number,
): HeardSoFar {
  const each = parts.map(({ part: { title, bytes, durationMs }, hearing }) => {
    if (hearing === null) return { title, heardMs: 0, durationMs };
    const sent = hearing.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    const sentMs = Math.floor((durationMs * sent) / bytes);
    return {
      title,
      heardMs: Math.min(sentMs, playableMs(hearing.beganAt, now, durationMs, TOLERANCE_MS)),
      durationMs,
    };
  });
  const sum = (of: "heardMs" | "durationMs") => each.reduce((total, part) => total + part[of], 0);
  const durationMs = sum("durationMs");
  const beganAt = Math.min(now, ...parts.flatMap(({ hearing }) => hearing?.beganAt ?? []));
  const playable = playableMs(beganAt, now, durationMs, TOLERANCE_MS * parts.length);
  const heardMs = Math.min(sum("heardMs"), playable);
  return { parts: each, heardMs, durationMs, isWhole: parts.length > 0 && heardMs === durationMs };
}

/** The refusal of a signature for what was not played through. */
export function notPlayedThrough({ parts, heardMs, durationMs }: HeardSoFar): AppError {
  return new AppError("invalid", "It has not been played through.", {
    kind: "not-played-through",
    hint: "Load it again and listen to all of it, at most at double speed. What was played to you counts for a day.",
    details: [
      { at: "/parts", message: heardText({ heardMs, durationMs }) },
      ...(parts.length === 1 ? [] : parts).flatMap(({ title, ...part }, index) =>
        part.heardMs === part.durationMs
          ? []
          : [{ at: `/parts/${index}`, message: `${title}: ${heardText(part)}` }],
      ),
    ],
    members: { heardMs, durationMs },
  });
}

const heardText = ({ heardMs, durationMs }: { heardMs: number; durationMs: number }): string =>
  `heard ${clockText(heardMs)} of ${clockText(durationMs)}`;

/** `02:10`, minutes and seconds; of an hour and more, more minutes. */
function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
