import { AppError } from "../errors.ts";

/** What a review is and how it goes on: the acts on an episode or a session, folded, and what may follow. */

/** 初审, 复审, 终审. */
export const STEPS = ["first", "second", "final"] as const;
export type Step = (typeof STEPS)[number];

/** The role that signs each. */
export const ROLE_OF = { first: "reviewer-1", second: "reviewer-2", final: "reviewer-3" } as const;

export const STEP_COUNTS = [1, 2, 3] as const;
export type StepCount = (typeof STEP_COUNTS)[number];
/** The final one is always there. */
const STEPS_OF: Record<StepCount, readonly Step[]> = { 1: ["final"], 2: ["first", "final"], 3: STEPS };

export const REVIEW_STATES = ["draft", "submitted", "in_review", "approved", "returned"] as const;
/** `submitted` waits for its first signature, `in_review` for a later one. */
export type ReviewState = (typeof REVIEW_STATES)[number];

export const REVIEW_ACTS = ["edited", "submitted", "signed", "returned", "withdrawn", "voided"] as const;
/** `edited`: outside of a review. `voided`: an edit that ends one. */
export type ReviewActName = (typeof REVIEW_ACTS)[number];

/** What an edit was about. */
export const CONTENT_CHANGES = ["title", "segments", "recording", "trim", "sound"] as const;
export type ContentChange = (typeof CONTENT_CHANGES)[number];

export interface Somebody {
  id: string;
  name: string;
}

export interface ReviewAct {
  id: number;
  /** Epoch ms. */
  at: number;
  act: ReviewActName;
  by: Somebody;
  /** Of a signature. */
  step: Step | null;
  /** Of a submission: how many it takes. */
  steps: StepCount | null;
  /** Of a submission and a signature: what it is for, see `digest.ts`. */
  digest: string | null;
  /** Of a signature: whether who signed said to have heard all of it. */
  playedThrough: boolean | null;
  /** Of an edit. */
  change: ContentChange | null;
  /** Of a return, and of a withdrawal that gave one. */
  reason: string | null;
}

export interface Review {
  state: ReviewState;
  /** The last act that counts for it; 0 before there is one. */
  version: number;
  /** Of the round under way, or of the last one. */
  steps: readonly Step[];
  /** What it waits for. */
  next: Step | null;
  /** What the round is for. */
  digest: string | null;
  submission: ReviewAct | null;
  /** In force, in order of time. */
  signatures: readonly ReviewAct[];
  /** What ended the last round, and the signatures that it had until then; `null` once it is submitted anew. */
  ended: { act: ReviewAct; lost: readonly ReviewAct[] } | null;
  /** Who ever edited or submitted it. */
  workedOn: ReadonlySet<string>;
}

const UNTOUCHED: Review = {
  state: "draft",
  version: 0,
  steps: [],
  next: null,
  digest: null,
  submission: null,
  signatures: [],
  ended: null,
  workedOn: new Set(),
};

/** Whether an edit would end it. */
export const isOpen = ({ state }: Review): boolean => state !== "draft" && state !== "returned";

/** @param acts on one episode or session, in order */
export const reviewOf = (acts: readonly ReviewAct[]): Review => acts.reduce(follow, UNTOUCHED);

function follow(review: Review, act: ReviewAct): Review {
  const worked = { ...review, workedOn: new Set([...review.workedOn, act.by.id]) };
  if (act.act === "edited") return worked;
  if (act.act === "submitted") {
    const steps = STEPS_OF[act.steps ?? 3];
    const { id: version, digest } = act;
    const [next = null] = steps;
    return {
      ...worked,
      state: "submitted",
      version,
      steps,
      next,
      digest,
      submission: act,
      signatures: [],
      ended: null,
    };
  }
  if (act.act === "signed") {
    const signatures = [...review.signatures, act];
    const next = review.steps.find((step) => !signatures.some((each) => each.step === step)) ?? null;
    const state = next === null ? "approved" : "in_review";
    return { ...review, state, version: act.id, next, signatures };
  }
  const ended = { act, lost: review.signatures };
  const { workedOn } = act.act === "voided" ? worked : review;
  const state = act.act === "returned" ? "returned" : "draft";
  return { ...review, workedOn, state, version: act.id, next: null, signatures: [], ended };
}

/** The last round up to an instant that came to an approval. @param acts in order @param at epoch ms */
export function approvalBefore(acts: readonly ReviewAct[], at: number): Review | null {
  let approved: Review | null = null;
  let review = UNTOUCHED;
  for (const act of acts) {
    if (act.at > at) break;
    review = follow(review, act);
    if (review.state === "approved") approved = review;
  }
  return approved;
}

/** Who acts, with the roles of that moment. */
export interface Reviewer extends Somebody {
  roles: readonly { role: string }[];
}

/**
 * @param today the digest of what is there now
 * @param isAgain whether it has aired and takes another review before it airs again
 * @throws {AppError} `conflict` when a round for that is under way or done
 */
export function checkSubmission({ state, next, digest }: Review, today: string, isAgain = false): void {
  if (state === "approved" && !isAgain) {
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
  version: number;
  /** What was heard. */
  digest: string;
  playedThrough: boolean;
}

/**
 * @param today the digest of what is there now, `null` while it is not rendered
 * @throws {AppError} `conflict`, `forbidden`, `invalid`
 */
export function checkSignature(
  review: Review,
  by: Reviewer,
  { step, version, digest, playedThrough }: SignatureAttempt,
  { today, mustPlayThrough }: { today: string | null; mustPlayThrough: boolean },
): void {
  checkTurn(review, version, step);
  requireReviewer(review, by, step);
  if (digest !== today || digest !== review.digest) {
    throw new AppError("conflict", "What is there now is not what you heard.", {
      hint: "Load it again and listen to it. If it says so once more, its editor submits it anew.",
    });
  }
  if (mustPlayThrough && !playedThrough) {
    throw new AppError("invalid", "It has not been played through.", {
      hint: "Listen to all of it, at any speed, and sign then.",
      details: [{ at: "/playedThrough", message: "It has not been played through." }],
    });
  }
}

/** A return takes the role and the turn of a signature, but no listening to the end: a fault may come early. */
export function checkReturn(review: Review, by: Reviewer, version: number): void {
  const step = checkTurn(review, version, review.next);
  requireReviewer(review, by, step);
}

/** Whether it waits for somebody, or why they cannot sign what it waits for; `null` when it waits for nothing. */
export function turnOf(review: Review, by: Reviewer): { isTheirs: boolean; whyNot: AppError | null } | null {
  if (review.next === null) return null;
  const whyNot = whyNotReviewer(review, by, review.next);
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
    throw new AppError("conflict", "Somebody has acted on it since you opened it.", {
      hint: "Load it again and look at what was done.",
    });
  }
  return step;
}

function notUnderReview({ state, ended }: Review): AppError {
  if (state === "approved") return new AppError("conflict", "It is approved already.");
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

function requireReviewer(review: Review, by: Reviewer, step: Step): void {
  const why = whyNotReviewer(review, by, step);
  if (why !== null) throw why;
}

function whyNotReviewer({ signatures, workedOn }: Review, by: Reviewer, step: Step): AppError | null {
  if (!by.roles.some(({ role }) => role === ROLE_OF[step])) {
    return new AppError("forbidden", `${nameOf(step, true)} is for who has the role ${ROLE_OF[step]}.`, {
      hint: "Ask a colleague with that role, or an administrator for it, under People.",
      members: { roles: [ROLE_OF[step]] },
    });
  }
  if (workedOn.has(by.id)) {
    return new AppError("forbidden", "You have edited or submitted it, so others review it.", {
      hint: "Ask a colleague who has had no part in making it.",
    });
  }
  const own = signatures.find((each) => each.by.id === by.id);
  if (own?.step) {
    return new AppError("forbidden", `You have signed ${nameOf(own.step)} of it already.`, {
      hint: "Each step takes another person.",
    });
  }
  return null;
}

const NAMES: Record<Step, string> = {
  first: "the first review",
  second: "the second review",
  final: "the final review",
};
const nameOf = (step: Step, atTheStart = false): string =>
  atTheStart ? NAMES[step].replace("the", "The") : NAMES[step];
