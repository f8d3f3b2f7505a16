import type { Broadcast } from "../broadcasts/broadcast.ts";
import { refusalOf } from "../broadcasts/refusal.ts";
import type { Unscheduled } from "../broadcasts/unscheduled.ts";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { MediaService } from "../media/media-service.ts";
import { type Apart, requireSecondPerson } from "../people/second-person.ts";
import type { QuietHours } from "../protocol/messages.ts";
import type { QuietHoursMetBy } from "../schedules/county-wide.ts";
import { LIVE_GRACE_MS, NOT_SPOKEN } from "./announcement.ts";
import type { Confirmation, ConfirmationStore } from "./confirmation-store.ts";
import { PROPOSAL_VALID_MS } from "./emergency.ts";
import type { Interrupt } from "./interrupt-store.ts";
import type { MakersOf } from "./makers.ts";

export interface Confirmations {
  /** Asks for a second person where it takes one. Call it in the transaction that gives it its sound. @param userId who does */
  ask(interrupt: Interrupt, broadcast: Broadcast, userId: string): void;
  /** Whether it waits for a second person still, also by what became quiet since it was made. */
  isAwaited(interrupt: Interrupt, broadcast: Broadcast): boolean;
  /** `null` when it takes none. */
  of(interrupt: Interrupt): Confirmation | null;
  /**
   * Call it in a transaction. Idempotent for the one who confirmed.
   * @throws {AppError} `conflict` when it waits for nobody, or has no recording yet; `forbidden` for who asked for it, or made it
   */
  confirm(interrupt: Interrupt, broadcast: Broadcast, userId: string): void;
  /** @throws {AppError} `conflict` while a live voice waits */
  requireConfirmed(interrupt: Interrupt, broadcast: Broadcast): void;
}

interface Dependencies {
  store: ConfirmationStore;
  quietHoursMetBy: QuietHoursMetBy;
  media: Pick<MediaService, "lengthOf">;
  unscheduled: Pick<Unscheduled, "wait" | "giveTime">;
  makersOf: MakersOf;
  access: Apart;
  clock: Clock;
}

/** As long as a proposed emergency: whoever is to speak sits at the microphone. */
const CONFIRM_LIVE_MS = PROPOSAL_VALID_MS;

/** What most of a county hears inside its quiet hours takes two people, as emergencies do. */
export function createConfirmations(deps: Dependencies): Confirmations {
  const { store, quietHoursMetBy, media, unscheduled, makersOf, access, clock } = deps;

  /** Wherever its sound may fall: it may begin as late as `notAfter`. */
  function quietHoursOf(interrupt: Interrupt, broadcast: Broadcast, userId: string): QuietHours | null {
    const { longestMs, compositionId, repeats, createdBy } = interrupt;
    const lengthMs =
      longestMs ?? (compositionId === null ? 0 : (media.lengthOf(compositionId) ?? 0) * repeats);
    const sound = { ...broadcast, by: [createdBy, userId] };
    return quietHoursMetBy(sound)(broadcast.startAt, broadcast.notAfter + lengthMs);
  }

  function ask(interrupt: Interrupt, broadcast: Broadcast, userId: string): void {
    const known = store.get(interrupt.id);
    const quiet =
      quietHoursOf(interrupt, broadcast, userId) ?? (known && { from: known.quietFrom, to: known.quietTo });
    if (quiet === null) return;
    store.ask({ id: interrupt.id, askedBy: userId, quietFrom: quiet.from, quietTo: quiet.to });
    const { text, code } = refusalOf("not-confirmed");
    if (interrupt.longestMs === null) unscheduled.wait(broadcast, text, code);
    else unscheduled.giveTime(broadcast, clock.now() + CONFIRM_LIVE_MS, text, code);
  }

  /** Another recording is not what was confirmed. */
  function of(interrupt: Interrupt): Confirmation | null {
    const row = store.get(interrupt.id);
    if (row === null) return null;
    const { createdBy, longestMs, compositionId } = interrupt;
    const makers = makersOf(interrupt).map(({ id }) => id);
    const confirmation = { ...row, by: [...new Set([row.askedBy, createdBy, ...makers])] };
    const isOther = longestMs === null && row.compositionId !== compositionId;
    return isOther
      ? { ...confirmation, confirmedBy: null, confirmedByName: null, confirmedAt: null }
      : confirmation;
  }

  function isAwaited(interrupt: Interrupt, broadcast: Broadcast): boolean {
    if (store.get(interrupt.id) === null) ask(interrupt, broadcast, interrupt.createdBy);
    const confirmation = of(interrupt);
    return confirmation !== null && confirmation.confirmedBy === null;
  }

  return {
    ask,
    of,
    isAwaited,

    confirm(interrupt, broadcast, userId) {
      const { id, longestMs, compositionId } = interrupt;
      const confirmation = of(interrupt);
      if (confirmation?.confirmedBy === userId) return;
      if (!confirmation) {
        throw new AppError("conflict", "This announcement takes no second person.", {
          hint: "Only what most of a county hears inside its quiet hours does.",
        });
      }
      const now = clock.now();
      const isInTime = broadcast.state === "planned" && now < broadcast.notAfter;
      const isWaiting = confirmation.confirmedBy === null && isInTime;
      requireSecondPerson({ by: confirmation.by, isWaiting }, userId, access);
      if (longestMs === null && compositionId === null) {
        throw new AppError("conflict", "There is nothing to hear of it yet.", {
          hint: "Confirm it once its recording is there.",
        });
      }
      store.confirm({ id, confirmedBy: userId, confirmedAt: now, compositionId });
      if (longestMs !== null) unscheduled.giveTime(broadcast, now + LIVE_GRACE_MS, NOT_SPOKEN);
    },

    requireConfirmed(interrupt, broadcast) {
      if (!isAwaited(interrupt, broadcast)) return;
      throw new AppError("conflict", "It waits for a second person to confirm it.", {
        hint: "Speak once somebody else has: most of a county would hear it inside its quiet hours.",
      });
    },
  };
}
