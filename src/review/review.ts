import type { SignedFile } from "./digest.ts";

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

/** What an edit was about; `rendition`: nobody's, devices would be given other bytes than were signed. */
export const CONTENT_CHANGES = ["title", "segments", "recording", "trim", "sound", "rendition"] as const;
export type ContentChange = (typeof CONTENT_CHANGES)[number];

export interface Somebody {
  id: string;
  name: string;
}

/** Who ends a round when what devices would be given is not what was signed. */
export const THE_SERVER: Somebody = { id: "server", name: "服务器" };

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
  /** What that is the digest of. */
  files: readonly SignedFile[] | null;
  /** Of a signature: whether the server had played all of it to who signed. */
  playedThrough: boolean | null;
  /** Of an edit. */
  change: ContentChange | null;
  /** Of a return, of a withdrawal that gave one, of a final signature that could not wait, and of what the server voided. */
  reason: string | null;
}

/** Signatures that are owed after the fact. */
export interface Debt {
  steps: readonly Step[];
  /** When it was let air without them, epoch ms. */
  since: number;
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
  /** What that is the digest of. */
  files: readonly SignedFile[];
  submission: ReviewAct | null;
  /** In force, in order of time. */
  signatures: readonly ReviewAct[];
  /** What ended the last round, and the signatures that it had until then; `null` once it is submitted anew. */
  ended: { act: ReviewAct; lost: readonly ReviewAct[] } | null;
  /** What an urgent signature did not wait for; no edit ends it, only the signatures, a return or a withdrawal do. */
  debt: Debt | null;
  /** Since when, epoch ms, whatever lets it air urgently owes: a withdrawal ends the debt, and not its term. */
  owedSince: number | null;
  /** Who ever edited or submitted it, by their ids. */
  workedOn: ReadonlySet<string>;
}

const UNTOUCHED: Review = {
  state: "draft",
  version: 0,
  steps: [],
  next: null,
  digest: null,
  files: [],
  submission: null,
  signatures: [],
  ended: null,
  debt: null,
  owedSince: null,
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
    const files = act.files ?? [];
    const [next = null] = steps;
    return {
      ...worked,
      state: "submitted",
      version,
      steps,
      next,
      digest,
      files,
      submission: act,
      signatures: [],
      ended: null,
    };
  }
  if (act.act === "signed") {
    const signatures = [...review.signatures, act];
    const next = review.steps.find((step) => !signatures.some((each) => each.step === step)) ?? null;
    const state = signatures.some(({ step }) => step === "final") ? "approved" : "in_review";
    const signed = { ...review, state, version: act.id, next, signatures } as const;
    if (state !== "approved") return signed;
    const debt = debtOf(signed, act.at);
    return { ...signed, debt, owedSince: debt?.since ?? null };
  }
  const ended = { act, lost: review.signatures };
  const { workedOn } = act.act === "voided" && act.by !== THE_SERVER ? worked : review;
  const state = act.act === "returned" ? "returned" : "draft";
  const debt = act.act === "voided" ? review.debt : null;
  const owedSince = act.act === "returned" ? null : review.owedSince;
  return { ...review, workedOn, state, version: act.id, next: null, signatures: [], ended, debt, owedSince };
}

/** Of what was just let air, or signed since; what another round owed before is owed from then on, withdrawn in between or not. */
function debtOf(review: Review, at: number): Debt | null {
  const steps = owedOf(review);
  return steps.length === 0 ? null : { steps, since: review.owedSince ?? at };
}

/**
 * The last round up to an instant that let it air, with the signatures that came later, what ended it by a refusal, and what
 * settled elsewhere what it owed: another round, or a withdrawal.
 * @param acts in order
 * @param at epoch ms
 */
export function approvalBefore(
  acts: readonly ReviewAct[],
  at: number,
): { review: Review; refusal: ReviewAct | null; settled: ReviewAct | null } | null {
  let approved: Review | null = null;
  let refusal: ReviewAct | null = null;
  let settled: ReviewAct | null = null;
  let review = UNTOUCHED;
  for (const act of acts) {
    const before = review;
    review = follow(review, act);
    const isSameRound = approved !== null && before.submission === approved.submission;
    if (review.state === "approved" && (act.at <= at || isSameRound)) {
      approved = review;
      refusal = null;
      settled = null;
    } else if (act.act === "returned" && isSameRound && before.state === "approved") refusal = act;
    else if (approved?.debt && before.debt !== null && review.debt === null) settled = act;
  }
  return approved && { review: approved, refusal, settled };
}

/** What has been let air and still lacks signatures. */
export const owedOf = ({ state, steps, signatures }: Review): Step[] =>
  state === "approved" ? steps.filter((step) => !signatures.some((each) => each.step === step)) : [];
