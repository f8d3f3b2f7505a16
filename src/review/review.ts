/** What a review is: the acts on an episode or a session, folded. What may follow is in `review-rules.ts`. */

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
  /** For whom, by a signature or a return of who stands in for them. */
  inPlaceOf: Somebody | null;
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
  /** Of a return, of a withdrawal that gave one, and of a final signature that could not wait for the ones before. */
  reason: string | null;
}

export interface Review {
  state: ReviewState;
  /** The last act that counts for it; 0 before there is one. */
  version: number;
  /** Of the round under way, or of the last one. */
  steps: readonly Step[];
  /** What it waits for; what an urgent signature let air before owes it still. */
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
    const state = signatures.some(({ step }) => step === "final") ? "approved" : "in_review";
    return { ...review, state, version: act.id, next, signatures };
  }
  const ended = { act, lost: review.signatures };
  const { workedOn } = act.act === "voided" ? worked : review;
  const state = act.act === "returned" ? "returned" : "draft";
  return { ...review, workedOn, state, version: act.id, next: null, signatures: [], ended };
}

/**
 * The last round up to an instant that let it air, with the signatures that came later, and what ended it by a refusal.
 * @param acts in order
 * @param at epoch ms
 */
export function approvalBefore(
  acts: readonly ReviewAct[],
  at: number,
): { review: Review; refusal: ReviewAct | null } | null {
  let approved: Review | null = null;
  let refusal: ReviewAct | null = null;
  let review = UNTOUCHED;
  for (const act of acts) {
    const before = review;
    review = follow(review, act);
    const isSameRound = approved !== null && before.submission === approved.submission;
    if (review.state === "approved" && (act.at <= at || isSameRound)) {
      approved = review;
      refusal = null;
    } else if (act.act === "returned" && isSameRound && before.state === "approved") refusal = act;
  }
  return approved && { review: approved, refusal };
}

/** What has been let air and still lacks signatures. */
export const owedOf = ({ state, steps, signatures }: Review): Step[] =>
  state === "approved" ? steps.filter((step) => !signatures.some((each) => each.step === step)) : [];
