import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { CommentStore } from "./comment-store.ts";
import type { Heard } from "./heard.ts";
import type { Reviewer } from "./review-rules.ts";
import type { ContentKey } from "./review-store.ts";

interface Dependencies {
  comments: CommentStore;
  heard: Pick<Heard, "digestNow" | "partsOf">;
  /** Runs an act on what is there now, in one transaction. */
  act: (key: ContentKey, work: (content: Reviewable) => void) => void;
  clock: Clock;
}

/** What reviewers and editors say about a moment of what is heard. */
export function createCommenting({ comments, heard, act, clock }: Dependencies) {
  return {
    /** @throws {AppError} `conflict` while it cannot be heard whole, `invalid` for a moment that it does not have */
    comment(
      key: ContentKey,
      by: Reviewer,
      { part, atMs, text }: { part: number; atMs: number; text: string },
    ): void {
      act(key, (content) => {
        const digest = heard.digestNow(content);
        if (digest === null) throw new AppError("conflict", "It cannot be heard whole yet.");
        const heardPart = heard.partsOf(content)[part - 1];
        if (!heardPart) throw invalid("/part", `It has ${content.parts.length} parts.`);
        if (atMs > heardPart.durationMs)
          throw invalid("/atMs", `The recording ends after ${heardPart.durationMs} ms.`);
        const comment = { id: uuidv7(), part, partTitle: heardPart.title, atMs, text, digest };
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
  };
}
