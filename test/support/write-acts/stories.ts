import { isAttended } from "./attendance-acts.ts";
import { editing, reviewing } from "./content-acts.ts";
import { aDeviceReports, devicesAreManaged, regionsAreImported } from "./device-acts.ts";
import type { Story } from "./house.ts";
import { isInterrupted } from "./interrupt-acts.ts";
import { programmesAreSet, theLibraryIsKept, worksAreCancelled } from "./library-acts.ts";
import { comesFromTheProvider, isAway, isInvited, isManaged, keepsTheAccount } from "./people-acts.ts";
import { aScheduleIsConfirmed, rulesAreSet, schedulesAreEdited } from "./timetable-acts.ts";
import { isSentInPieces } from "./upload-acts.ts";

/** Where one would be in the way of the other. After a kill it goes on with the one after that which was cut off. */
function inTurn(...stories: Story[]): Story {
  let turn = 0;
  return async (house) => {
    for (const _ of stories) {
      const story = stories[turn % stories.length];
      turn += 1;
      await story?.(house);
    }
  };
}

/** Every way to write; each is gone through over and over, all at the same time. */
export const STORIES: Record<string, Story> = {
  "episodes are edited": editing("episode"),
  "sessions are edited": editing("session"),
  "episodes are reviewed": inTurn(reviewing("episode"), programmesAreSet),
  "somebody airs it this once": inTurn(
    // While it is quiet at every hour, nothing can be scheduled; the rules end that.
    isInterrupted,
    rulesAreSet,
    schedulesAreEdited,
    aScheduleIsConfirmed,
    theLibraryIsKept,
    worksAreCancelled,
    reviewing("session"),
  ),
  "devices and regions": inTurn(devicesAreManaged, regionsAreImported),
  "a device reports": aDeviceReports,
  "somebody is invited": isInvited,
  "an administrator manages an account": isManaged,
  "somebody keeps the own account": keepsTheAccount,
  "a reviewer is away": isAway,
  "a lecture is attended": isAttended,
  "recordings come in pieces": isSentInPieces,
  "somebody comes from the provider": comesFromTheProvider,
};

/** Operations that no story has, and why. A test holds every other one that writes to be acknowledged in some story. */
export const NOT_IN_A_STORY: Record<string, string> = {
  "POST /sign-in/oidc/begin": "writes a cookie alone",
  "POST /attendance/people/search": "writes nothing",
  "POST /check-ins/look": "writes nothing",
  "POST /invitations/look": "writes nothing",
  "POST /schedules/check": "writes nothing",
  "POST /interrupts/preview": "writes nothing",
  "POST /sample": "refused in a county that has begun; test/integration/sample.test.ts",
  "DELETE /sample": "as above",
};

/** Acknowledgements that leave no audit entry: bytes of what is of account once it is whole, and what would tell who was where. */
export const NOT_AUDITED = [
  "PUT /live/{}/chunks/{}",
  "MQTT report",
  "POST /uploads",
  "PATCH /uploads/{}",
  "POST /check-ins",
  "POST /check-ins/feedback",
];
