import type { BaseLogger } from "pino";
import { messageOf } from "../../errors.ts";
import type { ChecksStore } from "./checks-store.ts";
import type { Mount } from "./mount.ts";
import type { SpaceVerdict } from "./watermarks.ts";

export const COMPLAINTS = ["unmounted", "full", "warn", "scrub", "collect", "damage", "error"] as const;

/** Something that an operator should see to. */
export interface Complaint {
  kind: (typeof COMPLAINTS)[number];
  text: string;
}

interface Options {
  checks: ChecksStore;
  mount: Mount;
  lookAtSpace: () => SpaceVerdict;
  /** Why the last runs ended early. */
  failures: () => { scrub: string; collect: string };
  log: Pick<BaseLogger, "info" | "warn">;
}

/** Of the damaged files, in a complaint; the API lists all. */
const MAX_NAMED = 3;

const notReadable = (error: unknown): Complaint => ({
  kind: "error",
  text: `Media housekeeping: ${messageOf(error)}`,
});

/** What is wrong with the library, for the log and for people. */
export function createComplaints({ checks, mount, lookAtSpace, failures, log }: Options) {
  let said = "";

  /** By what the last look and the last runs found. */
  function current(): Complaint[] {
    const unmounted = mount.problem();
    const { state, message } = lookAtSpace();
    const { scrub, collect } = failures();
    const found: Complaint[] = [];
    if (unmounted !== null) found.push({ kind: "unmounted", text: unmounted });
    if (state !== "ok") found.push({ kind: state, text: `Media space: ${message}.` });
    if (scrub !== "") found.push({ kind: "scrub", text: scrub });
    if (collect !== "") found.push({ kind: "collect", text: collect });
    return found;
  }

  /** Of damage that mends itself nobody needs to know here: a rendition is made again from its original. */
  function openDamage(): Complaint[] {
    const { count, names } = checks.openDamage(MAX_NAMED);
    if (count === 0) return [];
    return [
      { kind: "damage", text: `Damaged files without another copy: ${count}, as ${names.join(", ")}.` },
    ];
  }

  /**
   * Says things when they begin to hold and when they are over, not every minute between: their kinds are compared, as
   * the words may hold numbers that never rest.
   */
  function sayOnce(complaints: readonly Complaint[]): void {
    const kinds = complaints.map(({ kind }) => kind).join();
    if (kinds === said) return;
    said = kinds;
    if (kinds === "") log.info("the media library is well again");
    else log.warn(complaints.map(({ text }) => text).join(" "));
  }

  return {
    /** What an operator should see to now, open damage included. */
    all(): Complaint[] {
      try {
        return [...current(), ...openDamage()];
      } catch (error) {
        return [notReadable(error)];
      }
    },
    /** Writes into the log what is new. */
    say: (): void => sayOnce(current()),
    /** The folder itself cannot be read any more, or the database. */
    sayUnreadable: (error: unknown): void => sayOnce([notReadable(error)]),
  };
}
