import { read, send } from "../api.js";
import type { Content, Programme, ReviewCase, ReviewQueue } from "../api-types.ts";
import { inPath } from "../resources.js";

/** What is asked of the server about reviews. */

export type Collection = "episodes" | "sessions";

/** What waits for me, what is owed by anybody, what consents keep off the air, and what is to be submitted anew. */
export const listWaiting = (signal: AbortSignal): Promise<ReviewQueue> => read("/review-queue", signal);

export const readCase = (kind: Collection, id: string, signal: AbortSignal): Promise<ReviewCase> =>
  read(`/${kind}/${inPath(id)}/review`, signal);

export const submitContent = (kind: Collection, id: string): Promise<Content> =>
  send("POST", `/${kind}/${inPath(id)}/submit`);

export const withdrawApproval = (kind: Collection, id: string, reason: string): Promise<Content> =>
  send("POST", `/${kind}/${inPath(id)}/withdraw-approval`, reason === "" ? {} : { reason });

/**
 * @param seen what was looked at
 * @param urgent why the final signature cannot wait for the others
 */
export const signContent = (
  kind: Collection,
  { id, digest, review }: ReviewCase,
  urgent: string | null,
): Promise<Content> =>
  send("POST", `/${kind}/${inPath(id)}/signatures`, {
    step: urgent === null ? review.next : "final",
    version: review.version,
    digest,
    ...(urgent === null ? {} : { urgent }),
  });

export const returnContent = (
  kind: Collection,
  { id, review }: ReviewCase,
  reason: string,
): Promise<Content> => send("POST", `/${kind}/${inPath(id)}/return`, { version: review.version, reason });

export const addComment = (
  kind: Collection,
  id: string,
  comment: { part: number; atMs: number; text: string },
): Promise<ReviewCase> => send("POST", `/${kind}/${inPath(id)}/comments`, comment);

export const settleComment = (
  kind: Collection,
  id: string,
  comment: string,
  resolved: boolean,
): Promise<ReviewCase> => send("PATCH", `/${kind}/${inPath(id)}/comments/${inPath(comment)}`, { resolved });

export const changeReview = (programme: string, changes: object): Promise<Programme> =>
  send("PATCH", `/programmes/${inPath(programme)}/review`, changes);
