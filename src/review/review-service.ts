import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, type ErrorDetail, invalid, notFound } from "../errors.ts";
import type { MediaService } from "../media/media-service.ts";
import type { ContentSource, Reviewable } from "../programmes/content.ts";
import type { ReviewSettings } from "../programmes/programme-review.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { CommentStore, ReviewComment } from "./comment-store.ts";
import { createHeard, type HeardPart } from "./heard.ts";
import { approvalBefore, isOpen, type Review, type ReviewAct, reviewOf } from "./review.ts";
import {
  checkReturn,
  checkSignature,
  checkSubmission,
  type Reviewer,
  type SignatureAttempt,
} from "./review-rules.ts";
import type { ContentKey, NewAct, RecordedAct, ReviewStore } from "./review-store.ts";

export type { ReviewComment } from "./comment-store.ts";
export type { ContentKey, RecordedAct } from "./review-store.ts";

type Approvable = Pick<Reviewable, "id" | "programmeId" | "approvedAt">;

/** Where the review of something stands. */
export interface Standing {
  review: Review;
  /** It has aired, and takes another review before it airs again. */
  isAgain: boolean;
  openComments: number;
}

/** All that a reviewer needs. */
export interface ReviewCase extends Standing {
  content: Reviewable;
  programme: string;
  settings: ReviewSettings;
  /** Of what is there now; `null` while it cannot be heard whole. */
  digest: string | null;
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
}

export interface ApprovalChange {
  programmeId: string;
  contentId: string;
  isApproved: boolean;
}

interface Dependencies {
  store: ReviewStore;
  comments: CommentStore;
  sources: Record<Reviewable["kind"], ContentSource>;
  programmes: Pick<ProgrammeService, "get">;
  media: Pick<MediaService, "neededToAir">;
  /** Whether a broadcast of it is frozen or on air. */
  isFixedForAir: (contentId: string) => boolean;
  /** Whose consent is missing for it to be submitted today. */
  lacksConsent: (content: Reviewable) => ErrorDetail[];
  /** Whether it has aired by its present approval. */
  hasAiredSince: (content: { id: string; approvedAt: number }) => boolean;
  transact: Transact;
  clock: Clock;
}

export type ReviewService = ReturnType<typeof createReviewService>;

/** The reviews of episodes and sessions: who may sign what, what an edit voids, and what follows for the air. */
export function createReviewService(deps: Dependencies) {
  const {
    store,
    comments,
    sources,
    programmes,
    media,
    isFixedForAir,
    lacksConsent,
    hasAiredSince,
    transact,
    clock,
  } = deps;
  const listeners: ((change: ApprovalChange) => void)[] = [];

  const contentOf = ({ kind, id }: ContentKey): Reviewable => sources[kind].reviewable(id);
  const settingsOf = ({ programmeId }: Reviewable): ReviewSettings => programmes.get(programmeId).review;

  const { digestNow, partsOf } = createHeard(media);

  function write(content: Reviewable, act: Omit<NewAct, "at">): void {
    store.add({ ...act, at: clock.now() }, content, programmes.get(content.programmeId).title);
  }

  function setApproved({ kind, id, programmeId }: Reviewable, isApproved: boolean): void {
    sources[kind].setApproved(id, isApproved ? clock.now() : null);
    for (const listener of listeners) listener({ programmeId, contentId: id, isApproved });
  }

  function takeApproval(content: Reviewable): void {
    if (content.approvedAt === null) return;
    setApproved(content, false);
    sources[content.kind].soundAsNow(content.id);
  }

  /** Whether it takes another review before it airs again. */
  const isAgain = ({ id, programmeId, approvedAt }: Approvable): boolean =>
    approvedAt !== null && programmes.get(programmeId).review.reruns && hasAiredSince({ id, approvedAt });

  /** Runs an act on what is there now, in one transaction. */
  function act(key: ContentKey, work: (content: Reviewable, review: Review) => void): void {
    transact(() => work(contentOf(key), reviewOf(store.of(key.id))));
  }

  for (const kind of ["episode", "session"] as const) {
    sources[kind].onEdit(({ contentId, userId, change }) => {
      const review = reviewOf(store.of(contentId));
      // How a programme sounds is nobody's work on an episode of it.
      if (change === "sound" && !isOpen(review)) return;
      if (isFixedForAir(contentId)) {
        throw new AppError("conflict", "It is fixed for a broadcast that is on air or about to be.", {
          hint: "Stop the broadcast, or have the approval withdrawn, and edit it then.",
        });
      }
      const content = sources[kind].reviewable(contentId);
      write(content, { act: isOpen(review) ? "voided" : "edited", userId, change });
      if (content.approvedAt !== null) setApproved(content, false);
    });
  }

  return {
    /** Where it stands. */
    standing: (content: Approvable): Standing => ({
      review: reviewOf(store.of(content.id)),
      isAgain: isAgain(content),
      openComments: comments.countOpen(content.id),
    }),

    /** @throws {AppError} `not_found` */
    case(key: ContentKey): ReviewCase {
      const content = contentOf(key);
      const { title: programme, review: settings } = programmes.get(content.programmeId);
      const acts = store.of(key.id);
      const digest = digestNow(content);
      return {
        content,
        programme,
        settings,
        review: reviewOf(acts),
        isAgain: isAgain(content),
        openComments: comments.countOpen(key.id),
        digest,
        parts: digest === null ? [] : partsOf(content),
        comments: comments.of(key.id),
        acts,
      };
    },

    /** What waits for a signature, the one that waits longest first. */
    waiting(): { content: Reviewable; review: Review }[] {
      return store.goingOn().flatMap((key) => {
        const review = reviewOf(store.of(key.id));
        return review.next === null ? [] : [{ content: contentOf(key), review }];
      });
    },

    /** @throws {AppError} `not_found`, or `conflict` while a recording is missing, faulty or not transcoded */
    submit(key: ContentKey, by: Reviewer): void {
      act(key, (content, review) => {
        const digest = digestNow(content);
        if (digest === null) {
          throw new AppError("conflict", "It cannot be submitted yet.", {
            details: content.lacks,
            hint: "Submit it when every recording's renditions are ready and have been heard.",
          });
        }
        const missing = lacksConsent(content);
        if (missing.length > 0) {
          throw new AppError("conflict", "The consent of who is portrayed is missing, or has ended.", {
            details: missing,
            hint: "Record or renew it, and submit then.",
          });
        }
        checkSubmission(review, digest, isAgain(content));
        write(content, { act: "submitted", userId: by.id, digest, steps: settingsOf(content).steps });
      });
    },

    /** The final signature lets it air. @throws {AppError} as `checkSignature` does */
    sign(key: ContentKey, by: Reviewer, attempt: SignatureAttempt): void {
      act(key, (content, review) => {
        const today = digestNow(content);
        const mustPlayThrough = settingsOf(content).playThrough;
        const inPlaceOf = checkSignature(review, by, attempt, { today, mustPlayThrough });
        const { step, urgent: reason, digest, playedThrough } = attempt;
        write(content, { act: "signed", userId: by.id, inPlaceOf, step, digest, playedThrough, reason });
        if (step === "final") setApproved(content, true);
      });
    },

    /** @throws {AppError} `conflict`, `forbidden` */
    returnForWork(
      key: ContentKey,
      by: Reviewer,
      { version, reason }: { version: number; reason: string },
    ): void {
      act(key, (content, review) => {
        const inPlaceOf = checkReturn(review, by, version);
        write(content, { act: "returned", userId: by.id, inPlaceOf, reason });
        takeApproval(content);
      });
    },

    /** Takes an approval back; what is not approved has none to lose. */
    withdraw(key: ContentKey, by: Reviewer, reason: string | null): void {
      act(key, (content) => {
        if (content.approvedAt === null) return;
        write(content, { act: "withdrawn", userId: by.id, reason });
        takeApproval(content);
      });
    },

    /** @throws {AppError} `conflict` while it cannot be heard whole, `invalid` for a moment that it does not have */
    comment(
      key: ContentKey,
      by: Reviewer,
      { part, atMs, text }: { part: number; atMs: number; text: string },
    ): void {
      act(key, (content) => {
        const digest = digestNow(content);
        if (digest === null) throw new AppError("conflict", "It cannot be heard whole yet.");
        const heard = partsOf(content)[part - 1];
        if (!heard) throw invalid("/part", `It has ${content.parts.length} parts.`);
        if (atMs > heard.durationMs)
          throw invalid("/atMs", `The recording ends after ${heard.durationMs} ms.`);
        const comment = { id: uuidv7(), part, partTitle: heard.title, atMs, text, digest };
        comments.add(key, { ...comment, userId: by.id, now: clock.now() });
      });
    },

    /** @throws {AppError} `not_found` */
    settleComment(key: ContentKey, by: Reviewer, commentId: string, isResolved: boolean): void {
      act(key, () => {
        const resolved = isResolved ? { at: clock.now(), userId: by.id } : null;
        if (!comments.setResolved(key.id, commentId, resolved)) throw notFound("comment", commentId);
      });
    },

    /** The acts of a range of time that its register has, plain edits not among them. */
    register: store.page,
    /** The last round up to an instant that let some content air. */
    approvalBefore(contentId: string, at: number): Approval | null {
      const acts = store.of(contentId);
      const approval = approvalBefore(acts, at);
      const number = acts.find(({ id }) => id === approval?.review.version)?.number;
      return approval && number !== undefined ? { ...approval, number } : null;
    },

    /** Called in the transaction in which some content was approved or lost that, before what voids it is written. */
    onApprovalChange: (listener: (change: ApprovalChange) => void) => void listeners.push(listener),
  };
}
