import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, type ErrorDetail } from "../errors.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Apart } from "../people/second-person.ts";
import type { ContentSource, Reviewable } from "../programmes/content.ts";
import type { ReviewSettings } from "../programmes/programme-review.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { CommentStore } from "./comment-store.ts";
import { createCommenting } from "./commenting.ts";
import { createHeard } from "./heard.ts";
import type { Hearings } from "./hearings.ts";
import { createOwing } from "./owing.ts";
import { isOpen, type Review, reviewOf } from "./review.ts";
import type { ApprovalChange, Bar, ReviewCase, Standing } from "./review-case.ts";
import {
  checkReturn,
  checkSignature,
  checkSubmission,
  type Reviewer,
  type SignatureAttempt,
} from "./review-rules.ts";
import type { ContentKey, NewAct, ReviewStore } from "./review-store.ts";
import { createSignedBytes } from "./signed-bytes.ts";

export type { Approval, Bar, Owed, ReviewCase, Standing } from "./review-case.ts";
export type { ContentKey, RecordedAct } from "./review-store.ts";

type Approvable = Pick<Reviewable, "id" | "programmeId" | "approvedAt">;

interface Dependencies {
  store: ReviewStore;
  comments: CommentStore;
  sources: Record<Reviewable["kind"], ContentSource>;
  programmes: Pick<ProgrammeService, "get">;
  media: Pick<MediaService, "forDevices" | "makersOf">;
  hearings: Pick<Hearings, "of" | "end">;
  access: Apart;
  /** Whether a broadcast of it is frozen or on air. */
  isFixedForAir: (contentId: string) => boolean;
  /** Whose consent is missing for it to be submitted today. */
  lacksConsent: (content: Reviewable) => ErrorDetail[];
  /** Tells of instants whether those who are portrayed agree to its being heard then. */
  allowanceOf: (content: Reviewable) => (at: number) => boolean;
  /** Whether it has aired by its present approval. */
  hasAiredSince: (content: { id: string; approvedAt: number }) => boolean;
  /** Whether an announcement of it airs again, on a later date, what its present approval let air. */
  isRerun: (content: { id: string; approvedAt: number }, at: number) => boolean;
  /** Has it logged as the server's own act. */
  asServer: (work: () => void) => void;
  transact: Transact;
  clock: Clock;
}

export type ReviewService = ReturnType<typeof createReviewService>;

/** Who made it, and who signed it or was signed for. */
const peopleOf = ({ signatures, workedOn }: Review): string[] => [
  ...workedOn,
  ...signatures.flatMap(({ by, inPlaceOf }) => [by.id, ...(inPlaceOf ? [inPlaceOf.id] : [])]),
];

/** The reviews of episodes and sessions: who may sign what, what an edit voids, and what follows for the air. */
export function createReviewService(deps: Dependencies) {
  const {
    store,
    comments,
    sources,
    programmes,
    media,
    hearings,
    access,
    isFixedForAir,
    lacksConsent,
    allowanceOf,
    hasAiredSince,
    isRerun,
    asServer,
    transact,
    clock,
  } = deps;
  const listeners: ((change: ApprovalChange) => void)[] = [];

  const contentOf = ({ kind, id }: ContentKey): Reviewable => sources[kind].reviewable(id);
  const settingsOf = ({ programmeId }: Reviewable): ReviewSettings => programmes.get(programmeId).review;

  const heard = createHeard(media);
  const { digestNow, filesOf, partsOf, whyNotWhole } = heard;

  function write(content: Reviewable, act: Omit<NewAct, "at">): void {
    store.add({ ...act, at: clock.now() }, content, programmes.get(content.programmeId).title);
  }

  type Change = Pick<ApprovalChange, "isApproved" | "goesOn" | "userId">;
  function tell({ id: contentId, programmeId }: Reviewable, change: Change): void {
    for (const listener of listeners) listener({ programmeId, contentId, ...change });
  }
  function setApproved(content: Reviewable, change: Change): void {
    sources[content.kind].setApproved(content.id, change.isApproved ? clock.now() : null);
    tell(content, change);
  }

  /** @param userId who takes it; the server by itself only where what is fixed for the air was signed */
  function takeApproval(content: Reviewable, userId: string | null): void {
    if (content.approvedAt === null) return;
    setApproved(content, { isApproved: false, goesOn: userId === null, userId });
    sources[content.kind].soundAsNow(content.id);
  }

  const signedBytes = createSignedBytes({ heard, actsOf: store.of, contentOf });

  /** Whether it takes another review before it airs again. */
  const isAgain = ({ id, programmeId, approvedAt }: Approvable): boolean =>
    approvedAt !== null && programmes.get(programmeId).review.reruns && hasAiredSince({ id, approvedAt });

  const owing = createOwing({ store, contentOf, programmes, clock });

  /** As it stands, with who made what is heard in it by now among those who worked on it. */
  function reviewNow({ id, parts }: Reviewable): Review {
    const review = reviewOf(store.of(id));
    const makers = parts.flatMap(({ compositionId }) =>
      compositionId === null ? [] : media.makersOf(compositionId),
    );
    return { ...review, workedOn: new Set([...review.workedOn, ...makers]) };
  }

  /** Why it may not be heard at an instant, whoever airs it. */
  function whyBarred(content: Reviewable, at: number): Bar["why"] | null {
    const { id, approvedAt } = content;
    if (approvedAt === null) return "nothing-approved";
    if (settingsOf(content).reruns && isRerun({ id, approvedAt }, at)) return "review-again";
    if (at > (owing.until(content) ?? Number.POSITIVE_INFINITY)) return "signatures-owed";
    return allowanceOf(content)(at) ? null : "no-consent";
  }

  /** Runs an act on what is there now, in one transaction. */
  function act(key: ContentKey, work: (content: Reviewable, review: Review) => void): void {
    transact(() => {
      const content = contentOf(key);
      work(content, reviewNow(content));
    });
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
      if (content.approvedAt !== null) setApproved(content, { isApproved: false, goesOn: false, userId });
    });
  }

  return {
    /**
     * What a recording was made for, as long as nothing that has the whole of it may be heard at an instant, or as it was returned
     * last; `null` when no review and no consent stands against its being heard then, from its begin to its end.
     */
    barredUseOf(sha256: string, at: number): Bar | null {
      const uses = Object.values(sources).flatMap((source) =>
        source.withRecording(sha256).map((id) => source.reviewable(id)),
      );
      const bars = uses.flatMap((content): Bar[] => {
        const why = whyBarred(content, at) ?? (content.trimmed.includes(sha256) ? "trimmed" : null);
        return why === null ? [] : [{ title: content.title, why }];
      });
      if (bars.length < uses.length) return null;
      const [bar] = bars;
      if (bar) return bar;
      const last = store.lastJudgementOn(sha256);
      if (last === null) return null;
      if (last.act !== "signed") return { title: last.title, why: "nothing-approved" };
      return last.isTrimmed === 1 ? { title: last.title, why: "trimmed" } : null;
    },

    /** Where it stands. */
    standing(content: Approvable): Standing {
      const review = reviewOf(store.of(content.id));
      return {
        review,
        isAgain: isAgain(content),
        owed: owing.of(content, review.debt),
        openComments: comments.countOpen(content.id),
      };
    },

    /** @throws {AppError} `not_found` */
    case(key: ContentKey): ReviewCase {
      const content = contentOf(key);
      const { title: programme, review: settings } = programmes.get(content.programmeId);
      const acts = store.of(key.id);
      const digest = digestNow(content);
      const review = reviewNow(content);
      return {
        content,
        programme,
        settings,
        review,
        isAgain: isAgain(content),
        owed: owing.of(content, review.debt),
        openComments: comments.countOpen(key.id),
        digest,
        files: filesOf(content),
        lacks: whyNotWhole(content),
        parts: digest === null ? [] : partsOf(content),
        comments: comments.of(key.id),
        acts,
      };
    },

    /** What waits for a signature, the one that waits longest first. */
    waiting(): { content: Reviewable; review: Review }[] {
      return store.goingOn().flatMap((key) => {
        if (reviewOf(store.of(key.id)).next === null) return [];
        const content = contentOf(key);
        return [{ content, review: reviewNow(content) }];
      });
    },

    owing: owing.all,
    owedUntil: owing.until,
    /** What was ended and not submitted anew, the latest first. */
    ended: (): { content: Reviewable; review: Review }[] =>
      store.ended().map((key) => ({ content: contentOf(key), review: reviewOf(store.of(key.id)) })),

    /** Whether devices would be given what was signed for the approval. */
    compareWithSigned: signedBytes.compare,
    areSigned: signedBytes.areSigned,

    /**
     * Ends the reviews, and the approvals, of what devices would be given otherwise than it was signed.
     * @param compositionId of which renditions were made; `null` looks at all of them
     */
    checkBytes(compositionId: string | null): void {
      const keys =
        compositionId === null
          ? store.goingOn()
          : Object.values(sources).flatMap((source) => source.using(compositionId));
      for (const key of keys) {
        const reason = signedBytes.whyNotAnyMore(key);
        if (reason === null) continue;
        asServer(() =>
          act(key, (content) => {
            write(content, { act: "voided", userId: null, change: "rendition", reason });
            takeApproval(content, null);
          }),
        );
      }
    },

    /** @throws {AppError} `not_found`, or `conflict` while a recording is missing, faulty or not transcoded */
    submit(key: ContentKey, by: Reviewer): void {
      act(key, (content, review) => {
        const digest = digestNow(content);
        if (digest === null) {
          throw new AppError("conflict", "It cannot be submitted yet.", {
            details: whyNotWhole(content),
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
        const { steps } = settingsOf(content);
        write(content, { act: "submitted", userId: by.id, digest, files: filesOf(content), steps });
      });
    },

    /** The final signature lets it air. @throws {AppError} as `checkSignature` and `Apart` do */
    sign(key: ContentKey, by: Reviewer, attempt: SignatureAttempt): void {
      act(key, (content, review) => {
        const today = digestNow(content);
        const parts = partsOf(content);
        const heardSoFar = hearings.of(by.id, parts);
        const mustHear = settingsOf(content).playThrough ? heardSoFar : null;
        const lacks = whyNotWhole(content);
        const inPlaceOf = checkSignature(review, by, attempt, { today, lacks, mustHear });
        access.requireApart(by.id, peopleOf(review));
        const { step, urgent: reason, digest } = attempt;
        const { files } = review;
        write(content, {
          act: "signed",
          userId: by.id,
          inPlaceOf,
          step,
          digest,
          files,
          playedThrough: heardSoFar.isWhole,
          reason,
        });
        hearings.end(by.id, parts);
        const approved = { isApproved: true, goesOn: true, userId: by.id };
        if (step === "final") setApproved(content, approved);
        // What was owed is not any more.
        else if (content.approvedAt !== null) tell(content, approved);
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
        takeApproval(content, by.id);
      });
    },

    /** Takes an approval back, or says that what had none any more stays off the air; otherwise there is nothing to lose. */
    withdraw(key: ContentKey, by: Reviewer, reason: string | null): void {
      act(key, (content, review) => {
        const isOwed = review.debt !== null && !isOpen(review);
        if (content.approvedAt === null && !isOwed) return;
        write(content, { act: "withdrawn", userId: by.id, reason });
        takeApproval(content, by.id);
      });
    },

    ...createCommenting({ comments, heard, act, clock }),

    /** The acts of a range of time that its register has, plain edits not among them. */
    register: store.page,
    approvalBefore: owing.approvalBefore,

    /** Called in the transaction in which some content was approved or lost that, before what voids it is written. */
    onApprovalChange: (listener: (change: ApprovalChange) => void) => void listeners.push(listener),
  };
}
