/** How a request was let in: by a link that anybody may hold, or as somebody. */
export interface MediaPermit {
  /** When the link ends, epoch milliseconds: until then shared caches may keep the answer. `null` is as somebody. */
  expiresAt: number | null;
  /** For a signed link: the query that permits another file for as long. */
  signFor: ((sha256: string) => string) | null;
  /** Who is signed in, in person; `null` for links, devices and scripts. */
  userId: string | null;
}
