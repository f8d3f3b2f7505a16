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
  /** Called in the transaction in which an approval was given or lost. */
  onApprovalChange(listener: (change: ApprovalChange) => void): void;
}

export interface ApprovalChange {
  programmeId: string;
  contentId: string;
  approved: boolean;
  /** Who approved; `null` for an approval that was lost, whatever it was lost by. */
  userId: string | null;
}
