import { useSyncExternalStore } from "react";
import { asProblem, currentUser, onMe, onSignInNeeded, signOut, whoAmI } from "../api.js";
import { useZone as showZone, ZONE } from "../format.js";
import { t } from "../i18n.js";
import { announce } from "../notices.js";
import { dropDrafts } from "../parts/drafts.ts";
import { countyPolicy } from "../resources.js";
import { queries } from "./live-query.ts";
import { leaveTheAir } from "./on-air.ts";

/** Who is signed in, and what asks for it: at first, when it has expired, and after signing out. */

export type Why = "first" | "expired" | "signed-out";
type Phase = "starting" | "open" | "failed";

interface Session {
  phase: Phase;
  /** Why the start failed. */
  failure: unknown;
  /** Set while somebody is asked to sign in. */
  asking: { why: Why; failure: unknown } | null;
  /** Another one whenever it is known anew who is signed in and may do what. */
  version: number;
}

let session: Session = { phase: "starting", failure: null, asking: null, version: 0 };
const listeners = new Set<() => void>();

function become(changes: Partial<Session>): void {
  session = { ...session, ...changes };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useSession = () => useSyncExternalStore(subscribe, () => session);

let signedIn: (() => void) | null = null;
let asked: Promise<void> | null = null;

/** Shows the form over whatever there is, which stays as it is beneath it; resolves once somebody has signed in. */
function ask(why: Why, failure: unknown = null): Promise<void> {
  asked ??= new Promise<void>((resolve) => {
    signedIn = resolve;
    become({ asking: { why, failure } });
  }).finally(() => (asked = null));
  return asked;
}

/** Told by the form. */
export function noteSignedIn(): void {
  become({ asking: null });
  signedIn?.();
}

/** Who has no role, or none any more, reads no policy; each page says what to do about it. */
async function zoneOfCounty(): Promise<string> {
  try {
    return (await countyPolicy()).zone;
  } catch (error) {
    if (asProblem(error).code !== "forbidden") throw error;
    return ZONE;
  }
}

/** @param failure of a sign-in that was just tried, elsewhere */
export async function startSession(failure: unknown = null): Promise<void> {
  onMe(() => become({ version: session.version + 1 }));
  onSignInNeeded(() => ask(session.phase === "open" ? "expired" : "first"));
  if (failure !== null) await ask("first", failure);
  await openSession();
}

/** Reads who is signed in; while the server can't be reached, the page says so and asks again. */
export async function openSession(): Promise<void> {
  try {
    await whoAmI();
    showZone(await zoneOfCounty());
    become({ phase: "open", failure: null });
  } catch (error) {
    // What is open stays, as recovery codes that are shown once; each page says itself what it did not get.
    if (session.phase !== "open") become({ phase: "failed", failure: error });
  }
}

export async function leaveSession(): Promise<void> {
  leaveTheAir();
  try {
    await signOut();
  } catch (error) {
    // An expired sign-in is as good as a sign-out, and its form is open already.
    if (asProblem(error).code !== "unauthorized") return announce(() => t("signOut.failed"));
  }
  become({ phase: "starting" });
  location.hash = "#/today";
  dropDrafts();
  await ask("signed-out");
  // Also what came in since: whoever is next sees nothing that was read for who was before.
  queries.clear();
  await openSession();
}

export const nameOfUser = () => currentUser()?.name ?? "";
