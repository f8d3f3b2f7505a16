import { AppError, changedMeanwhile, type ErrorDetail, invalid } from "../errors.ts";
import { type HeardSoFar, notPlayedThrough } from "./hearing.ts";
import { type Review, ROLE_OF, type Somebody, type Step } from "./review.ts";

/** Who may do what in a review as it stands. */

/** Who acts, with the roles of that moment. */
export interface Reviewer extends Somebody {
  roles: readonly { role: string; inPlaceOf?: Somebody }[];
}

/**
 * @param today the digest of what is there now
 * @param isAgain whether it has aired and takes another review before it airs again
 * @throws {AppError} `conflict` when a round for that is under way or done
 */
export function checkSubmission({ state, next, digest }: Review, today: string, isAgain = false): void {
  if (state === "approved" && (next !== null || !isAgain)) {
    throw new AppError("conflict", "It is approved already.", {
      hint: "Withdraw the approval first; an edit voids it, too.",
    });
  }
  if (next !== null && digest === today) {
    throw new AppError("conflict", `It is under review already and waits for ${nameOf(next)}.`, {
      hint: "Wait for it. An edit ends the round, then submit it anew.",
    });
  }
}

export interface SignatureAttempt {
  step: Step;
  /** Why the final signature cannot wait for the ones before. */
  urgent: string | null;
  version: number;
  /** What was heard. */
  digest: string;
}

/**
 * @param now.today the digest of what is there now, `null` while that `lacks` something
 * @param now.mustHear how much of it was played to them, where all of it has to be
 * @returns whom the signature is in place of, `null` for one's own
 * @throws {AppError} `conflict`, `forbidden`, `invalid`
 */
export function checkSignature(
  review: Review,
  by: Reviewer,
  { step, urgent, version, digest }: SignatureAttempt,
  {
    today,
    lacks,
    mustHear,
  }: { today: string | null; lacks: readonly ErrorDetail[]; mustHear: HeardSoFar | null },
): Somebody | null {
  const isEarly = step !== review.next && maySkipTo(review, step);
  if (urgent !== null && !isEarly) {
    throw invalid("/urgent", "Only a final signature before the others is urgent.", "Sign without it.");
  }
  checkTurn(review, version, urgent === null ? step : review.next);
  const inPlaceOf = requireReviewer(review, by, step);
  if (today === null) {
    throw new AppError("conflict", "It cannot be signed while a rendition of it is being made.", {
      details: [...lacks],
      hint: "Wait until all of them are ready; it can be returned meanwhile.",
    });
  }
  if (digest !== today || digest !== review.digest) {
    throw new AppError("conflict", "What is there now is not what you heard.", {
      hint: "Load it again and listen to it. If it says so once more, its editor submits it anew.",
    });
  }
  if (mustHear !== null && !mustHear.isWhole) throw notPlayedThrough(mustHear);
  return inPlaceOf;
}

/** A return takes the role and the turn of a signature, but no listening to the end: a fault may come early. */
export function checkReturn(review: Review, by: Reviewer, version: number): Somebody | null {
  const step = checkTurn(review, version, review.next);
  return requireReviewer(review, by, step);
}

/** Only the final signature can come before others. */
const maySkipTo = ({ next, signatures }: Review, step: Step): boolean =>
  step === "final" && next !== null && !signatures.some((each) => each.step === "final");

/** Whether somebody can let it air at once, before the other signatures. */
export const mayUrge = (review: Review, by: Reviewer): boolean =>
  review.next !== "final" &&
  maySkipTo(review, "final") &&
  !(grantFor(review, by, "final") instanceof AppError);

/** Whether it waits for somebody, or why they cannot sign what it waits for; `null` when it waits for nothing. */
export function turnOf(review: Review, by: Reviewer): { isTheirs: boolean; whyNot: AppError | null } | null {
  if (review.next === null) return null;
  const grant = grantFor(review, by, review.next);
  const whyNot = grant instanceof AppError ? grant : null;
  return { isTheirs: whyNot === null, whyNot };
}

function checkTurn(review: Review, version: number, step: Step | null): Step {
  if (review.next === null || step === null) throw notUnderReview(review);
  if (step !== review.next) {
    const signed = review.signatures.find((each) => each.step === step);
    throw new AppError(
      "conflict",
      signed
        ? `${nameOf(step, true)} was signed already, by ${signed.by.name}.`
        : `It waits for ${nameOf(review.next)}.`,
      { hint: "Load it again: each step follows the one before." },
    );
  }
  if (version !== review.version) {
    throw changedMeanwhile(
      "Somebody has acted on it since you opened it.",
      "Load it again and look at what was done.",
    );
  }
  return step;
}

function notUnderReview({ state, ended }: Review): AppError {
  if (state === "approved") return new AppError("conflict", "It is approved already.");
  if (ended?.act.change === "rendition") {
    return new AppError(
      "conflict",
      "A rendition of it was made anew with other bytes, which ended its review.",
      {
        hint: "It waits for its editor to submit it anew; listen to it then.",
      },
    );
  }
  if (ended?.act.act === "voided") {
    return new AppError("conflict", `It was changed by ${ended.act.by.name}, which ended its review.`, {
      hint: "It waits for its editor to submit it anew; listen to it then.",
    });
  }
  if (ended?.act.act === "returned") {
    return new AppError("conflict", `It was returned by ${ended.act.by.name}.`, {
      hint: "It waits for its editor to submit it anew.",
    });
  }
  return new AppError("conflict", "It is not under review.", { hint: "Its editor submits it first." });
}

/** In whose place somebody signs; `null` for the own. */
function requireReviewer(review: Review, by: Reviewer, step: Step): Somebody | null {
  const grant = grantFor(review, by, step);
  if (grant instanceof AppError) throw grant;
  return grant.inPlaceOf ?? null;
}

/** The own role comes before one of who is away. */
function grantFor(review: Review, by: Reviewer, step: Step): Reviewer["roles"][number] | AppError {
  const grants = by.roles.filter(({ role }) => role === ROLE_OF[step]);
  if (grants.length === 0) {
    return new AppError("forbidden", `${nameOf(step, true)} is for who has the role ${ROLE_OF[step]}.`, {
      hint: "Ask a colleague with that role, or an administrator for it, under People.",
      members: { roles: [ROLE_OF[step]] },
    });
  }
  const own = whyNotPerson(review, by);
  if (own !== null) return own;
  const free = grants.filter(({ inPlaceOf }) => !inPlaceOf || whyNotPerson(review, inPlaceOf) === null);
  return (
    free.find(({ inPlaceOf }) => !inPlaceOf) ??
    free[0] ??
    new AppError("forbidden", "Whom you stand in for has had a part in it already.", {
      hint: "Each step takes another person.",
    })
  );
}

/** What somebody has done already, or what was done in their place. */
function whyNotPerson({ signatures, workedOn }: Review, { id }: Pick<Somebody, "id">): AppError | null {
  if (workedOn.has(id)) {
    return new AppError("forbidden", "You have had a part in making it, so others review it.", {
      hint: "Ask a colleague who has had no part in making it.",
    });
  }
  const signed = signatures.find(({ by, inPlaceOf }) => by.id === id || inPlaceOf?.id === id);
  if (!signed?.step) return null;
  const what =
    signed.by.id === id
      ? `You have signed ${nameOf(signed.step)} of it already.`
      : `${nameOf(signed.step, true)} of it was signed in your place already.`;
  return new AppError("forbidden", what, { hint: "Each step takes another person." });
}

const NAMES: Record<Step, string> = {
  first: "the first review",
  second: "the second review",
  final: "the final review",
};
const nameOf = (step: Step, atTheStart = false): string =>
  atTheStart ? NAMES[step].replace("the", "The") : NAMES[step];
