import type { BaseLogger } from "pino";
import { Compile } from "typebox/compile";
import { KeySet } from "../../src/protocol/key-set.ts";
import { sha256Hex } from "../../src/protocol/sha256.ts";
import {
  createVerifier,
  followKeyChain,
  VerificationError,
  type Verifier,
} from "../../src/protocol/signing.ts";
import type { ServerLink } from "./server-link.ts";
import type { Store } from "./store.ts";

export interface KeyRing {
  /** By the newest keys that the device has come to trust; a key it does not know makes it ask for newer sets once. */
  verify: Verifier;
  /** Asks for newer sets when there is one of this serial; without one, in any case. Failing changes nothing. */
  follow(serial?: number): Promise<void>;
  /**
   * What newer sets that came another way would lead to; nothing changes before `keep`.
   * @throws {VerificationError} when they do not follow from what is held
   */
  tryChain(sets: readonly string[]): Promise<{ verify: Verifier; keep(): void }>;
}

interface Options {
  store: Pick<Store, "read" | "write">;
  /** Those of the enrolment. */
  pinned: KeySet;
  link: Pick<ServerLink, "fetchKeySets">;
  log: BaseLogger;
}

/** A new enrolment pins other keys, and what was followed from the old ones counts no more. */
interface Stored {
  pinned: string;
  set: KeySet;
}

const NAME = "keys.json";
const ASK_AGAIN_MS = 10_000;
const validator = Compile(KeySet);

/** The keys of the enrolment, and those that were signed into their place, over restarts. */
export function createKeyRing({ store, pinned, link, log }: Options): KeyRing {
  const fingerprint = sha256Hex(JSON.stringify(pinned));
  let held = stored() ?? pinned;
  let verifyByHeld = createVerifier(held);
  let following: Promise<void> | null = null;
  let askedAt = -Infinity;

  function stored(): KeySet | null {
    try {
      const kept = JSON.parse(store.read(NAME) ?? "null") as Stored | null;
      return kept?.pinned === fingerprint && validator.Check(kept.set) ? kept.set : null;
    } catch {
      return null;
    }
  }

  function keep(newest: KeySet): void {
    if (newest.serial <= held.serial) return;
    store.write(NAME, JSON.stringify({ pinned: fingerprint, set: newest } satisfies Stored));
    held = newest;
    verifyByHeld = createVerifier(held);
    log.info({ serial: held.serial }, "newer signing keys");
  }

  async function ask(): Promise<void> {
    askedAt = performance.now();
    try {
      keep(await followKeyChain(held, await link.fetchKeySets(held.serial)));
    } catch (error) {
      log.warn({ err: error }, "no newer signing keys; keeping those that are held");
    }
  }

  const follow = async (serial = Infinity): Promise<void> => {
    if (serial > held.serial) await (following ??= ask().finally(() => (following = null)));
  };

  return {
    follow,
    async tryChain(sets) {
      const newest = await followKeyChain(held, sets);
      return { verify: createVerifier(newest), keep: () => keep(newest) };
    },
    async verify(type, jws) {
      try {
        return await verifyByHeld(type, jws);
      } catch (error) {
        const isUnknown = error instanceof VerificationError && error.reason === "unknown-key";
        if (!isUnknown || (!following && performance.now() - askedAt < ASK_AGAIN_MS)) throw error;
        await follow();
        return verifyByHeld(type, jws);
      }
    },
  };
}
