import type { ErrorDetail } from "../errors.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { ReviewSettings } from "../programmes/programme-review.ts";
import type { ReviewComment } from "./comment-store.ts";
import type { SignedFile } from "./digest.ts";
import type { HeardPart } from "./heard.ts";
import type { Review, ReviewAct, Step } from "./review.ts";
import type { RecordedAct } from "./review-store.ts";

/** What the review tells of an episode or a session. */

/** Where the review of something stands. */
export interface Standing {
  review: Review;
  /** It has aired, and takes another review before it airs again. */
  isAgain: boolean;
  owed: Owed | null;
  openComments: number;
}

/** Signatures that an urgent one did not wait for. */
export interface Owed {
  steps: readonly Step[];
  /** Without them it airs after this no more, epoch ms. */
  until: number;
  isOverdue: boolean;
}

/** All that a reviewer needs. */
export interface ReviewCase extends Standing {
  content: Reviewable;
  programme: string;
  settings: ReviewSettings;
  /** Of what is there now; `null` while it cannot be heard whole. */
  digest: string | null;
  /** What that is the digest of, as far as it is there. */
  files: SignedFile[];
  /** Why it cannot be signed now. */
  lacks: ErrorDetail[];
  /** Empty while it cannot be heard whole. */
  parts: HeardPart[];
  comments: ReviewComment[];
  /** Edits too, in order. */
  acts: RecordedAct[];
}

/** A round that let something air. */
export interface Approval {
  /** Of the content then. */
  number: number;
  review: Review;
  /** By whom an urgent one was refused afterwards. */
  refusal: ReviewAct | null;
  /** What is owed still. */
  owed: Owed | null;
  /** What settled what was owed, in another round or by a withdrawal. */
  settled: ReviewAct | null;
}

/** Programme content that a recording is of, and why that may not be heard at some instant. */
export interface Bar {
  title: string;
  why: "nothing-approved" | "trimmed" | "review-again" | "signatures-owed" | "no-consent";
}

export interface ApprovalChange {
  programmeId: string;
  contentId: string;
  isApproved: boolean;
  /** What is fixed for the air goes on: it is what was signed. */
  goesOn: boolean;
  /** Who did it; `null` for the server itself. */
  userId: string | null;
}
