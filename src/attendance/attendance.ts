import { type Broadcast, LISTED_STATES, settlesAt } from "../broadcasts/broadcast.ts";
import { DAY_MS, HOUR_MS } from "../clock.ts";
import { invalid } from "../errors.ts";
import { isWithin, levelOf, selfAndAncestors } from "../protocol/region-code.ts";

/** Who attended: one Party member in one branch 支部. */
export interface Attendee {
  name: string;
  branch: string;
}

export const MAX_NAME = 40;
export const MAX_BRANCH = 80;
export const MAX_WISH = 500;

const CHECK_IN_AFTER_MS = 2 * HOUR_MS;
const FEEDBACK_AFTER_MS = 3 * DAY_MS;

/** Below so many, a mean tells what one person thought. */
export const MIN_RATINGS = 5;

/** A half-open span of epoch ms. */
export interface Span {
  from: number;
  until: number;
}
export type SpanState = "early" | "open" | "closed";

/** A class: nothing else has attendance. */
export const isLecture = ({ contentKind }: Pick<Broadcast, "contentKind">): boolean =>
  contentKind === "session";

/**
 * When members check in and say what they thought. Not before the freeze, until when planning may still put another
 * broadcast in the place of this one.
 */
export function spansOf(broadcast: Broadcast, freezeMs: number): { checkIn: Span; feedback: Span } {
  const { startAt, endsAt } = broadcast;
  const over = settlesAt(broadcast);
  return {
    checkIn: { from: startAt - freezeMs, until: over + CHECK_IN_AFTER_MS },
    feedback: { from: endsAt ?? startAt, until: over + FEEDBACK_AFTER_MS },
  };
}

/** What is called off has no attendance; what nobody has reported yet may have been seen all the same. */
export function spanState({ from, until }: Span, { state }: Broadcast, now: number): SpanState {
  if (state === "cancelled" || state === "missed" || now >= until) return "closed";
  const isFixed = state !== "ready" && LISTED_STATES.includes(state);
  return isFixed && now >= from ? "open" : "early";
}

/** Whether people of this region are meant by a broadcast. */
export const isSite = ({ areas, exclude }: Pick<Broadcast, "areas" | "exclude">, code: string): boolean =>
  areas.some((area) => isWithin(code, area)) && !exclude.some((area) => isWithin(code, area));

/** The town that a region lies in or is; what lies in none, as a county's hall, stands for itself. */
export const townOf = (code: string): string =>
  selfAndAncestors(code).find((area) => levelOf(area) === "town") ?? code;

/** How many were at one place, and what was made known of it. */
export interface Count {
  checkedIn: number;
  /** What somebody counted in the room: all who were there, also those who had checked in. */
  headcount: number | null;
}

/** Who counted the heads knows better than a list that anybody with the address may write in. */
export const attendedOf = ({ checkedIn, headcount }: Count): number => headcount ?? checkedIn;

export interface Ratings {
  count: number;
  sum: number;
}

/** To one decimal; `null` while it would tell what a few people thought. */
export const meanOf = ({ count, sum }: Ratings): number | null =>
  count < MIN_RATINGS ? null : Math.round((sum / count) * 10) / 10;

/**
 * A name as it is kept: the same however a phone writes it (NFKC), without the spaces that some put between characters.
 * @throws {AppError} `invalid` at a field, never with what was in it
 */
export function attendeeFrom(name: string, branch: string): Attendee {
  return { name: nameFrom("/name", name, MAX_NAME), branch: nameFrom("/branch", branch, MAX_BRANCH) };
}

function nameFrom(at: string, text: string, longest: number): string {
  const name = textFrom(at, text, longest)
    .replace(/\s+/g, " ")
    .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, "");
  if (!/\p{L}/u.test(name)) throw invalid(at, "There is no letter in it.", "Write it out.");
  return name;
}

/** What somebody wishes for; `null` for nothing. @throws {AppError} `invalid` */
export function wishFrom(text: string): string | null {
  return textFrom("/wish", text, MAX_WISH) || null;
}

/** @throws {AppError} `invalid` when it is too long, or holds what is no text */
function textFrom(at: string, text: string, longest: number): string {
  const plain = text.normalize("NFKC").trim();
  // Control, format (also what turns the direction of writing), unassigned; a line break may stand in a wish.
  if (/[^\P{C}\n]/u.test(plain.replaceAll("\r\n", "\n")))
    throw invalid(at, "There are characters in it that cannot be seen.", "Type it again.");
  if (plain.length > longest) throw invalid(at, `It is longer than ${longest} characters.`, "Shorten it.");
  return plain.replaceAll("\r\n", "\n");
}
