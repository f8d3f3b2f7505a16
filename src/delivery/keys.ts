import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { KeySet, SignatureAlgorithm } from "../protocol/key-set.ts";
import {
  createSigner,
  generateSigningKey,
  publicJwk,
  type Signer,
  type SigningKey,
} from "../protocol/signing.ts";
import type { KeyStore } from "./key-store.ts";

export interface Keys {
  /** Signs with the key in use at the moment of signing. */
  signer: Signer;
  /** The key in use, the next one, and the one before. */
  set(): KeySet;
  /** The signed sets after a serial, for a device that holds that one. */
  chainAfter(serial: number): string[];
  /**
   * Puts the next key to use, which devices have held since the set before, and announces another as the next. The key
   * that was in use signs the new set and stays in it.
   * @param isCompromised it does neither, so that no device trusts it any more that has heard of the new set
   * @throws {AppError} `conflict` while another rotation is under way
   */
  rotate(isCompromised: boolean): Promise<KeySet>;
  /** Calls `listener` after each rotation. */
  onRotated(listener: () => void): void;
}

interface Dependencies {
  store: KeyStore;
  clock: Clock;
  /** Of the keys that are made from now on. */
  algorithm: SignatureAlgorithm;
}

interface Announcement {
  inUse: SigningKey;
  signedBy: SigningKey;
  before: KeySet["keys"];
}

/** Loads the signing keys. The first start makes them; another algorithm than before makes another next key. */
export async function loadKeys({ store, clock, algorithm }: Dependencies): Promise<Keys> {
  const listeners: (() => void)[] = [];
  const newKey = () => generateSigningKey(randomBytes(9).toString("base64url"), algorithm);
  let isRotating = false;
  let set = store.newestSet() ?? (await first());
  let current = keyAt(0);
  let signer = await createSigner(current);
  if (keyAt(1).alg !== algorithm)
    await announce({ inUse: current, signedBy: current, before: set.keys.slice(2) });

  function keyAt(position: 0 | 1): SigningKey {
    const kid = set.keys[position]?.kid ?? "";
    const key = store.find(kid);
    if (!key) throw new Error(`the private half of the signing key ${kid} is missing`);
    return key;
  }

  async function first(): Promise<KeySet> {
    const [inUse, next] = [await newKey(), await newKey()];
    const made = { serial: 1, issuedAt: clock.now(), keys: [inUse, next].map(publicJwk) };
    const jws = await (await createSigner(inUse)).sign("keys", made);
    store.saveSet(made, jws, [inUse, next], [inUse.kid, next.kid]);
    return made;
  }

  /** Of the key in use and those before it, with a new key as the next between them. */
  async function announce({ inUse, signedBy, before }: Announcement): Promise<void> {
    const next = await newKey();
    const keys = [publicJwk(inUse), publicJwk(next), ...before];
    const made: KeySet = { serial: set.serial + 1, issuedAt: clock.now(), keys };
    const jws = await (await createSigner(signedBy)).sign("keys", made);
    const following = await createSigner(inUse);
    store.saveSet(made, jws, [next], [inUse.kid, next.kid]);
    set = made;
    current = inUse;
    signer = following;
  }

  return {
    signer: {
      get kid() {
        return signer.kid;
      },
      sign: (type, payload) => signer.sign(type, payload),
    },
    set: () => set,
    chainAfter: store.chainAfter,

    async rotate(isCompromised) {
      if (isRotating)
        throw new AppError("conflict", "The signing key is being changed already.", {
          hint: "Look at the keys again in a moment.",
        });
      isRotating = true;
      try {
        const next = keyAt(1);
        await announce(
          isCompromised
            ? { inUse: next, signedBy: next, before: [] }
            : { inUse: next, signedBy: current, before: [publicJwk(current)] },
        );
      } finally {
        isRotating = false;
      }
      for (const listener of listeners) listener();
      return set;
    },

    onRotated: (listener) => void listeners.push(listener),
  };
}
