import type { WhyNot } from "./broadcast.ts";
import { NOT_CONFIRMED } from "./office-words.ts";

/** Why nothing would play, for programs and for people. */
export interface Refusal {
  code: WhyNot;
  text: string;
}

/** Those that are said the same way of whatever it is. */
export const REFUSALS = {
  "review-again": "it has aired, and waits for another review before it airs again",
  "no-consent": "a consent of who is portrayed is missing or has ended by then",
  "signatures-owed": "it was let air urgently, and signatures are owed that were due by then",
  // Until the review is ended for it; what is made again may yet have the same bytes.
  "not-signed": "devices would be given another file than was signed",
  "not-confirmed": NOT_CONFIRMED,
} as const satisfies Partial<Record<WhyNot, string>>;

export const refusalOf = (code: keyof typeof REFUSALS): Refusal => ({ code, text: REFUSALS[code] });
