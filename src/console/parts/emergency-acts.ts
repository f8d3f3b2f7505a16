import i18next from "i18next";
import { asProblem, currentUser } from "../api.js";
import type { Emergency } from "../api-types.ts";
import { stopEmergency } from "../interrupts.ts";
import { announce } from "../notices.js";
import { sentence } from "../server-words.js";

export const isDrill = ({ class: of }: Emergency): boolean => of === "drill";

/** Whether who is signed in proposed it, and so cannot confirm it. */
export const isOwn = ({ by }: Emergency): boolean => by.includes(currentUser()?.id ?? "");

/** Ends what stands, or withdraws what waits, at once. */
export async function stopNow({ id, title, state }: Emergency, onDone: () => void): Promise<void> {
  try {
    await stopEmergency(id);
    announce(() => i18next.t(state === "active" ? "emergency.stopped" : "emergency.withdrawn", { title }));
    onDone();
  } catch (error) {
    announce(() => i18next.t("emergency.stopFailed", { why: sentence(asProblem(error).detail) }));
  }
}
