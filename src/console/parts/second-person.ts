import i18next from "i18next";
import { currentUser, may } from "../api.js";
import type { Announcement } from "../api-types.ts";
import { momentText } from "../format.js";
import { spanText } from "./hours-text.ts";

/** What most of a county would hear inside its quiet hours waits for a second person. */

export const isAwaited = ({ confirmation, broadcast }: Announcement): boolean =>
  confirmation !== null && confirmation.confirmedBy === null && broadcast.state === "planned";

export const isOwnRequest = ({ confirmation }: Announcement): boolean =>
  confirmation?.by.includes(currentUser()?.id ?? "") === true;

/** Whether who is signed in may be its second person, as far as is known here. */
export const waitsForMe = (announcement: Announcement): boolean =>
  isAwaited(announcement) && !isOwnRequest(announcement) && may("announcements:confirm");

/** Whose live voice it is, and confirmed, so that its two minutes run. */
export const isToBeSpoken = ({ live, confirmation, createdBy, broadcast }: Announcement): boolean =>
  live !== null &&
  live.beganAt === null &&
  typeof confirmation?.confirmedBy === "string" &&
  broadcast.state === "planned" &&
  createdBy === currentUser()?.id;

/** Why it waits, and until when. */
export function awaitedText({ confirmation }: Announcement): string {
  if (confirmation === null) return "";
  const { quietHours, confirmBy } = confirmation;
  return i18next.t("second.waits", { hours: spanText(quietHours), time: momentText(confirmBy) });
}
