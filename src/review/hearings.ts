import type { Clock } from "../clock.ts";
import { type Transact, whenFree } from "../db/open.ts";
import type { ByteRange } from "../media/byte-range.ts";
import type { HeardPart } from "./heard.ts";
import { HEARD_FOR_MS, type HeardSoFar, type Hearing, heardSoFar, withRange } from "./hearing.ts";
import type { HearingStore } from "./hearing-store.ts";

interface Dependencies {
  store: HearingStore;
  transact: Transact;
  clock: Clock;
}

/** What was played to whom: the server's own knowledge, which a restart keeps. */
export function createHearings({ store, transact, clock }: Dependencies) {
  /** What is over begins anew. */
  function inForce(userId: string, sha256: string): Hearing | null {
    const hearing = store.of(userId, sha256);
    return hearing && hearing.beganAt > clock.now() - HEARD_FOR_MS ? hearing : null;
  }
  return {
    /** Some of it is sent to them. What cannot be written now is heard again. */
    note(userId: string, sha256: string, range: ByteRange): void {
      const begin = (): Hearing => {
        store.removeBegunBefore(clock.now() - HEARD_FOR_MS);
        return { beganAt: clock.now(), ranges: [] };
      };
      whenFree(() =>
        transact(() => store.save(userId, sha256, withRange(inForce(userId, sha256) ?? begin(), range))),
      );
    },
    /** @param parts in air order, one heard after the other */
    of: (userId: string, parts: readonly HeardPart[]): HeardSoFar =>
      heardSoFar(
        parts.map((part) => ({ part, hearing: inForce(userId, part.sha256) })),
        clock.now(),
      ),
    /** It was signed: the next signature takes another hearing. */
    end(userId: string, parts: readonly HeardPart[]): void {
      for (const { sha256 } of parts) store.remove(userId, sha256);
    },
  };
}
export type Hearings = ReturnType<typeof createHearings>;
