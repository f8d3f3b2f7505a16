/** What scheduling needs to know of an episode or a session, whichever it is. */
export interface Content {
  kind: "episode" | "session";
  id: string;
  programmeId: string;
  number: number;
  title: string;
  parts: ContentPart[];
}

export interface ContentPart {
  title: string;
  compositionId: string;
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
  /** Called in the transaction in which an approval was given, taken back or voided, before what voids it is written. */
  onApprovalChange(listener: (change: ApprovalChange) => void): void;
}

export const APPROVAL_ACTS = ["approved", "withdrawn", "voided"] as const;
/** An edit voids what was approved; taking it back needs none. */
export type ApprovalAct = (typeof APPROVAL_ACTS)[number];

export interface ApprovalChange {
  programmeId: string;
  contentId: string;
  act: ApprovalAct;
  /** Who approved, took it back, or made the edit that voided it. */
  userId: string;
}
