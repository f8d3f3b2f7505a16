import { createHmac } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { type Attendee, attendeeFrom } from "./attendance.ts";
import { codeSpansOf, type Reach } from "./attendance-service.ts";
import type { Attended, CheckInStore } from "./check-in-store.ts";

/** What is known of one person, who may ask for it and have it erased: 个人信息保护法 (Personal Information Protection Law), articles 45 and 47. */
export interface AttendedPeople {
  /** Everything. @param branch `null` for all who have the name. @throws {AppError} `invalid` */
  heldOn(name: string, branch: string | null, reach: Reach): Attended[];
  /**
   * Takes the name out of every check-in; they count on without it. Returns how many. Idempotent.
   * @throws {AppError} `invalid`
   */
  erase(name: string, branch: string, userId: string): number;
}

interface Dependencies {
  checkIns: CheckInStore;
  /** Without it nobody can tell by trying names whose the hash is. */
  key: string;
  transact: Transact;
  emptyLog: () => void;
  clock: Clock;
}

/** Stands in where only the name is sought: it fits, and is not looked at. */
const ANY_BRANCH = "支部";

export function createAttendedPeople(deps: Dependencies): AttendedPeople {
  const { checkIns, key, transact, emptyLog, clock } = deps;
  const hashOf = ({ name, branch }: Attendee): string =>
    createHmac("sha256", key)
      .update(JSON.stringify([name, branch]))
      .digest("hex");

  return {
    heldOn(name, branch, reach) {
      const sought = attendeeFrom(name, branch ?? ANY_BRANCH);
      return checkIns.of(sought.name, branch === null ? null : sought.branch, codeSpansOf(reach));
    },

    erase(name, branch, userId) {
      const attendee = attendeeFrom(name, branch);
      const erased = transact(() => {
        const found = checkIns.erase(attendee);
        if (found > 0) {
          const personHash = hashOf(attendee);
          checkIns.noteErasure({ id: uuidv7(), personHash, checkIns: found, userId, now: clock.now() });
        }
        return found;
      });
      emptyLog();
      return erased;
    },
  };
}
