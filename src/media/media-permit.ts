/** How a request was let in: by a link that anybody may hold, or as somebody. */
export interface MediaPermit {
  /** Whether shared caches may keep the answer. */
  isPublic: boolean;
  /** For a signed link: the query that permits another file for as long. */
  signFor: ((sha256: string) => string) | null;
}
