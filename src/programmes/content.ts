import type { ErrorDetail } from "../errors.ts";
import type { ContentChange } from "../review/review.ts";

/** What scheduling needs to know of an episode or a session, whichever it is. */
export interface Content {
  kind: "episode" | "session";
  id: string;
  programmeId: string;
  number: number;
  title: string;
  /** Names of the segments, in order; a session has none. */
  segments: string[];
  /** Epoch ms. */
  approvedAt: number;
  parts: ContentPart[];
}

export interface ContentPart {
  title: string;
  compositionId: string;
}

/** What of it is listed; `null` for all. */
export interface ContentFilter {
  programmeId: string | null;
  /** Whether it may air. */
  approved: boolean | null;
}

/** Where the planner finds what may air. `episodes` and `sessions` each are one. */
export interface ContentSource {
  /** Approved content with a number of at least `fromNumber`, in order. */
  approved(programmeId: string, fromNumber: number): Content[];
  /** The number of such content, approved or not; `null` when the programme has none with that id. */
  numberOf(programmeId: string, contentId: string): number | null;
  /** The id of the content with a number, approved or not. */
  idOf(programmeId: string, number: number): string | null;
  /** The compositions of content that is recorded but not approved, in order of number. */
  waiting(programmeId: string): string[][];
  /** What has a composition among its parts. */
  using(compositionId: string): Pick<Content, "kind" | "id">[];
  /** The ids of what has this recording, by its SHA-256. */
  withRecording(sha256: string): string[];
  /** @throws {AppError} `not_found` */
  reviewable(id: string): Reviewable;
  /** Written by the review alone. @param at epoch ms; `null` takes the approval away */
  setApproved(id: string, at: number | null): void;
  /** Gives what was approved the sound that its programme has by now. */
  soundAsNow(id: string): void;
  /** Called in the transaction of an edit and before it is written, for what was there to be known. */
  onEdit(listener: (edit: ContentEdit) => void): void;
}

/** What the review needs to know of it. */
export interface Reviewable
  extends Pick<Content, "kind" | "id" | "programmeId" | "number" | "title" | "segments"> {
  /** Epoch ms; `null` while it may not air. */
  approvedAt: number | null;
  /** What airs; a part without a recording has no composition. */
  parts: { title: string; compositionId: string | null }[];
  /** SHA-256 of the recordings, in order. */
  recordings: string[];
  /** Those of the recordings of which only a part is used: nobody has heard the rest as something to air. */
  trimmed: string[];
  /** Of the recordings, as far as they are used. */
  durationMs: number;
  /** Why it cannot be heard whole yet; empty when it can. */
  lacks: ErrorDetail[];
}

export interface ContentEdit {
  contentId: string;
  userId: string;
  change: ContentChange;
}
