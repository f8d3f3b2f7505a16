import type { Content, Reviewable } from "../programmes/content.ts";
import type { SignedFile } from "./digest.ts";
import type { Heard, Sameness } from "./heard.ts";
import { approvalBefore, isOpen, type ReviewAct, reviewOf } from "./review.ts";
import type { ContentKey } from "./review-store.ts";

interface Dependencies {
  heard: Pick<Heard, "compare" | "filesOf">;
  actsOf: (contentId: string) => readonly ReviewAct[];
  contentOf: (key: ContentKey) => Reviewable;
}

/** Holds signatures against what devices would be given: they are for bytes, and for no others. */
export function createSignedBytes({ heard, actsOf, contentOf }: Dependencies) {
  /** By which it may air. */
  const letAir = (contentId: string): readonly SignedFile[] =>
    approvalBefore(actsOf(contentId), Number.POSITIVE_INFINITY)?.review.files ?? [];

  /** What is not as it was signed. */
  function whatChanged(content: Reviewable, signed: readonly SignedFile[]): string {
    const others = heard
      .filesOf(content)
      .filter(({ part, sha256 }) => !signed.some((file) => file.part === part && file.sha256 === sha256));
    const names = [...new Set(others.map(({ profile }) => profile))].join(", ");
    return `Devices would be given another file than was signed: ${names}.`;
  }

  return {
    /** Of approved content, by its last approval. */
    compare: (content: Pick<Content, "id" | "parts">): Sameness => heard.compare(content, letAir(content.id)),

    /** Whether these are among the files that let it air. */
    areSigned(contentId: string, sha256s: readonly string[]): boolean {
      const signed = new Set(letAir(contentId).map(({ sha256 }) => sha256));
      return sha256s.every((sha256) => signed.has(sha256));
    },

    /** Why a review, or the approval, cannot go on: it is for other bytes, and will not become right by itself. */
    whyNotAnyMore(key: ContentKey): string | null {
      const review = reviewOf(actsOf(key.id));
      if (!isOpen(review)) return null;
      const content = contentOf(key);
      const rounds = content.approvedAt === null ? [review.files] : [review.files, letAir(key.id)];
      const changed = rounds.find((files) => heard.compare(content, files) === "other");
      return changed ? whatChanged(content, changed) : null;
    },
  };
}
