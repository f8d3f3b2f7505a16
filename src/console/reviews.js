import { read, send } from "./api.js";
import { inPath } from "./resources.js";

/** What the API has about reviews, as the console uses it. */

/** @typedef {"first" | "second" | "final"} Step */
/** @typedef {{ step: Step, by: string, inPlaceOf: string | null, at: string, playedThrough: boolean, urgent: string | null }} Signature */
/**
 * @typedef {object} ReviewAct
 * @property {string} at
 * @property {"edited" | "submitted" | "signed" | "returned" | "withdrawn" | "voided"} act
 * @property {string} by
 * @property {string | null} inPlaceOf
 * @property {Step | null} step
 * @property {string | null} change
 * @property {string | null} reason
 */
/**
 * @typedef {object} Review
 * @property {"draft" | "submitted" | "in_review" | "approved" | "returned"} state
 * @property {number} version
 * @property {Step[]} steps
 * @property {Step | null} next
 * @property {string | null} submittedBy
 * @property {Signature[]} signatures
 * @property {Step[]} owed what an urgent signature did not wait for
 * @property {{ by: ReviewAct, lost: Signature[] } | null} ended
 * @property {boolean} again it has aired, and takes another review before it airs again
 * @property {number} openComments
 */
/** @typedef {{ title: string, sha256: string, mime: string, durationMs: number }} HeardPart */
/**
 * @typedef {object} ReviewComment
 * @property {string} id
 * @property {number} part
 * @property {string} partTitle
 * @property {number} atMs
 * @property {string} text
 * @property {string} by
 * @property {string} createdAt
 * @property {{ at: string, by: string } | null} resolved
 */
/**
 * @typedef {object} ReviewCase
 * @property {"episode" | "session"} kind
 * @property {string} id
 * @property {string} programme
 * @property {number} number
 * @property {string} title
 * @property {Review} review
 * @property {boolean} playThrough
 * @property {string | null} digest
 * @property {HeardPart[]} parts
 * @property {boolean} myTurn
 * @property {boolean} mayUrge
 * @property {{ detail: string, hint: string | null } | null} whyNotMe
 * @property {ReviewComment[]} comments
 * @property {ReviewAct[]} acts
 */
/**
 * @typedef {object} Waiting
 * @property {"episode" | "session"} kind
 * @property {string} id
 * @property {number} number
 * @property {string} title
 * @property {number} durationMs
 * @property {Step} step
 * @property {Step[]} owed
 * @property {string} submittedBy
 * @property {string} submittedAt
 */
/** @typedef {"episodes" | "sessions"} Collection */

/** Whether an edit would end it. @param {Review} review */
export const isOpen = ({ state }) => state !== "draft" && state !== "returned";

/** What waits for me, and what is owed by anybody. @param {AbortSignal} [signal] @returns {Promise<{ items: Waiting[], owed: Waiting[] }>} */
export const listWaiting = (signal) => read("/review-queue", signal);
/** @param {Collection} kind @param {string} id @param {AbortSignal} [signal] @returns {Promise<ReviewCase>} */
export const getCase = (kind, id, signal) => read(`/${kind}/${inPath(id)}/review`, signal);

/** @param {Collection} kind @param {string} id */
export const submitContent = (kind, id) => send("POST", `/${kind}/${inPath(id)}/submit`);
/** @param {Collection} kind @param {string} id @param {string} reason */
export const withdrawApproval = (kind, id, reason) =>
  send("POST", `/${kind}/${inPath(id)}/withdraw-approval`, reason === "" ? {} : { reason });
/**
 * @param {Collection} kind
 * @param {ReviewCase} seen what was looked at and heard
 * @param {boolean} playedThrough
 * @param {string | null} urgent why the final signature cannot wait for the others
 */
export const signContent = (kind, { id, digest, review }, playedThrough, urgent) =>
  send("POST", `/${kind}/${inPath(id)}/signatures`, {
    step: urgent === null ? review.next : "final",
    version: review.version,
    digest,
    playedThrough,
    ...(urgent === null ? {} : { urgent }),
  });
/** @param {Collection} kind @param {ReviewCase} seen @param {string} reason */
export const returnContent = (kind, { id, review }, reason) =>
  send("POST", `/${kind}/${inPath(id)}/return`, { version: review.version, reason });
/** @param {Collection} kind @param {string} id @param {{ part: number, atMs: number, text: string }} comment */
export const addComment = (kind, id, comment) => send("POST", `/${kind}/${inPath(id)}/comments`, comment);
/** @param {Collection} kind @param {string} id @param {string} comment @param {boolean} resolved */
export const settleComment = (kind, id, comment, resolved) =>
  send("PATCH", `/${kind}/${inPath(id)}/comments/${inPath(comment)}`, { resolved });
/** @param {string} programme @param {object} changes */
export const changeReview = (programme, changes) =>
  send("PATCH", `/programmes/${inPath(programme)}/review`, changes);

/** @typedef {{ id: string, role: string, of: string, deputy: string, mine: boolean, from: string, until: string }} Deputy */
/** Who stands in for me, and for whom I do. @param {AbortSignal} [signal] @returns {Promise<{ items: Deputy[] }>} */
export const listDeputies = (signal) => read("/me/deputies", signal);
/** @param {{ role: string, deputy: string, from: string, until: string }} deputy */
export const nameDeputy = (deputy) => send("POST", "/me/deputies", deputy);
/** @param {string} id */
export const endDeputy = (id) => send("DELETE", `/me/deputies/${inPath(id)}`);
