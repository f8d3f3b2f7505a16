import { AppError } from "../errors.ts";

/** What somebody asked for, and another has to confirm before it is heard, or holds. */
export interface AskedFor {
  /** Whoever had a part in asking for it. */
  by: readonly string[];
  /** Not confirmed, called off or too late yet. */
  isWaiting: boolean;
}

/** Tells whether accounts are different people's. */
export interface Apart {
  /** @throws {AppError} `forbidden` (`not-two-people`) where one of them may be in the hand of another still */
  requireApart(userId: string, others: readonly string[]): void;
}

/**
 * The one rule of two people, whatever waits for the second. Whoever signs in by another way, or asked by a script, is
 * the same account.
 * @throws {AppError} `conflict` when it waits no more, `forbidden` for those who asked for it, and as `access` does
 */
export function requireSecondPerson({ by, isWaiting }: AskedFor, userId: string, access: Apart): void {
  if (!isWaiting) {
    throw new AppError("conflict", "This cannot be confirmed any more.", {
      hint: "It is confirmed once, and in time. Make it anew.",
    });
  }
  if (by.includes(userId)) {
    throw new AppError(
      "forbidden",
      "It is confirmed by somebody else than asked for it or made its recording.",
      {
        hint: "Ask a second person to sign in and to confirm it.",
      },
    );
  }
  access.requireApart(userId, by);
}
