import { createHmac } from "node:crypto";
import { type Clock, DAY_MS, MINUTE_MS, SECOND_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError } from "../errors.ts";
import { addressBlock } from "../http/address-block.ts";
import type { SignInStore } from "./sign-in-store.ts";

/**
 * What may be wrong before each further attempt has to wait. An office shares one address; of an account much more may be wrong
 * elsewhere, so that a stranger keeps nobody from signing in who comes by another address: by one address it takes them hours of waits.
 */
const FREE = { accountAtAddress: 5, account: 100, address: 20 };
const FIRST_WAIT_MS = 30 * SECOND_MS;
/** Shorter than a proposed emergency waits for its second person. */
export const LONGEST_WAIT_MS = 4 * MINUTE_MS;
const FORGOTTEN_AFTER_MS = DAY_MS;

/** How long after its last failure a subject has to wait: twice as long each time. */
export function waitAfter(failures: number, free: number): number {
  if (failures < free) return 0;
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - free), LONGEST_WAIT_MS);
}

export interface Lockout {
  /**
   * Counts an attempt as failed before it is looked at, so that many at once gain nothing.
   * @returns to be called when it was right after all
   * @throws {AppError} `too_many` when the account there or anywhere, or the address has to wait; then nothing is counted
   */
  begin(account: string, address: string): (outcome: "succeeded" | "unanswered") => void;
  /** Failures of more than a day ago. */
  forgetOld(): void;
  /** What was wrong with the account is forgotten. */
  forgive(account: string): void;
}

const atAddress = (account: string, block: string): string => `${account}\n${block}`;

interface Dependencies {
  store: SignInStore;
  /** What is typed as a name may be a password: nobody can tell by trying what it was. */
  key: string;
  transact: Transact;
  clock: Clock;
}

export function createLockout({ store, key, transact, clock }: Dependencies): Lockout {
  const accountSubject = (name: string): string =>
    `account:${createHmac("sha256", key).update(name.toLowerCase()).digest("hex")}`;

  function requireNoWait(subject: string, free: number, now: number): void {
    const { failures, lastAt } = store.failures(subject);
    const leftMs = lastAt + waitAfter(failures, free) - now;
    if (leftMs <= 0) return;
    const seconds = Math.ceil(leftMs / SECOND_MS);
    throw new AppError("too_many", `Too much was wrong; the next attempt is in ${seconds} seconds.`, {
      hint: "Wait. Who has forgotten the password gets a new invitation from an administrator.",
      members: { retryAfter: seconds },
    });
  }

  const forgetOld = () => store.deleteOldFailures(clock.now() - FORGOTTEN_AFTER_MS);

  return {
    forgetOld,
    begin(name, address) {
      const [account, block] = [accountSubject(name), addressBlock(address)];
      const subjects = [
        [atAddress(account, block), FREE.accountAtAddress],
        [account, FREE.account],
        [`address:${block}`, FREE.address],
      ] as const;
      transact(() => {
        const now = clock.now();
        forgetOld();
        for (const [subject, free] of subjects) requireNoWait(subject, free, now);
        for (const [subject] of subjects)
          store.setFailures(subject, store.failures(subject).failures + 1, now);
      });
      return (outcome) =>
        transact(() => {
          for (const [subject] of subjects) {
            const { failures, lastAt } = store.failures(subject);
            // What others got wrong from the same address goes on counting.
            const isCleared = outcome === "succeeded" && subject.startsWith("account:");
            store.setFailures(subject, isCleared ? 0 : Math.max(0, failures - 1), lastAt);
          }
        });
    },
    forgive: (name) => {
      const account = accountSubject(name);
      store.setFailures(account, 0, 0);
      store.deleteFailuresOf(atAddress(account, ""));
    },
  };
}
