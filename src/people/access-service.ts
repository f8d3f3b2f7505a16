import { type Clock, DAY_MS, HOUR_MS, toIso } from "../clock.ts";
import { AppError } from "../errors.ts";
import { inOneHandSince, type WayIn } from "./access.ts";
import type { AccessStore, NamedAccess } from "./access-store.ts";
import type { Apart } from "./second-person.ts";

/** As long as the longest setting, so that administrators and auditors see what they could not look at at once. */
const SHOWN_MS = 30 * DAY_MS;

export interface RecentAccess extends NamedAccess {
  /** From then on the two count as two people, epoch ms. */
  settlesAt: number;
}

export interface Access extends Apart {
  /** Call it in the transaction that lets somebody in. */
  note(userId: string, givenBy: string, how: WayIn): void;
  /** These, and all that may be in one hand with any of them. */
  inOneHandWith(userIds: readonly string[]): string[];
  /** Of the last thirty days, newest first. */
  recent(): RecentAccess[];
  forgetOld(): void;
}

interface Dependencies {
  store: AccessStore;
  /** How long whoever let somebody in counts as the same person. */
  settlesAfterMs: number;
  clock: Clock;
}

/** Who let whom in: an administrator with a second account is still one person. */
export function createAccess({ store, settlesAfterMs, clock }: Dependencies): Access {
  return {
    note: (userId, givenBy, how) => store.insert({ userId, givenBy, how, at: clock.now() }),

    requireApart(userId, others) {
      const given = store.since(clock.now() - settlesAfterMs);
      for (const other of others) {
        const since = other === userId ? null : inOneHandSince(userId, other, given);
        if (since !== null) throw notTwoPeople(settlesAfterMs, since + settlesAfterMs);
      }
    },

    inOneHandWith(userIds) {
      const given = store.since(clock.now() - settlesAfterMs);
      const others = given
        .flatMap(({ userId, givenBy }) => [userId, givenBy])
        .filter((other) => userIds.some((userId) => inOneHandSince(userId, other, given) !== null));
      return [...new Set([...userIds, ...others])];
    },

    recent: () =>
      store
        .since(clock.now() - SHOWN_MS)
        .map((given) => ({ ...given, settlesAt: given.at + settlesAfterMs })),
    forgetOld: () => store.deleteUntil(clock.now() - SHOWN_MS),
  };
}

const notTwoPeople = (settlesAfterMs: number, until: number) =>
  new AppError(
    "forbidden",
    `You and another who had a part in it do not count as two people yet: within ${settlesAfterMs / HOUR_MS} hours one of you has let the other in, or one administrator both.`,
    {
      kind: "not-two-people",
      hint: "Ask somebody who was let in longer ago, or wait. Administrators and auditors read who let whom in at GET /people/access-given.",
      members: { until: toIso(until) },
    },
  );
