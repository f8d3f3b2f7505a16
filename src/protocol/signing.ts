import { base64url, decodeProtectedHeader, errors } from "jose";
import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { KeySet, type SignatureAlgorithm, type VerificationKey } from "./key-set.ts";
import { LiveIndex } from "./live-index.ts";
import { Alert, Command, Playlist, type ReasonCode } from "./messages.ts";
import { eddsa } from "./suites/eddsa.ts";
import { sm2 } from "./suites/sm2.ts";
import type { Suite } from "./suites/suite.ts";

/** `typ` keeps a signature made for one kind of message from being accepted as another (RFC 8725 §3.11). */
export const MESSAGE_TYPES = {
  command: Command,
  playlist: Playlist,
  alert: Alert,
  live: LiveIndex,
  keys: KeySet,
} as const;
export type MessageType = keyof typeof MESSAGE_TYPES;
export type MessageOf<T extends MessageType> = Static<(typeof MESSAGE_TYPES)[T]>;
export const typOf = (type: MessageType): string => `ccx-${type}+jws`;

const SUITES: Record<SignatureAlgorithm, Suite> = { EdDSA: eddsa, "SM2-SM3": sm2 };
const validators = Object.fromEntries(
  Object.entries(MESSAGE_TYPES).map(([type, schema]) => [type, Compile(schema as TSchema)]),
) as unknown as Record<MessageType, Validator>;

export interface SigningKey {
  kid: string;
  alg: SignatureAlgorithm;
  /** Private JWK, serialised. */
  privateJwk: string;
}

export async function generateSigningKey(
  kid: string,
  alg: SignatureAlgorithm = "EdDSA",
): Promise<SigningKey> {
  return { kid, alg, privateJwk: JSON.stringify(await SUITES[alg].generate()) };
}

/** The public half of a key, as a key set lists it. */
export function publicJwk({ kid, alg, privateJwk }: SigningKey): VerificationKey {
  return { ...SUITES[alg].publicOf(JSON.parse(privateJwk) as object), kid, alg, use: "sig" };
}

export interface Signer {
  readonly kid: string;
  sign<T extends MessageType>(type: T, payload: MessageOf<T>): Promise<string>;
}

export async function createSigner({ kid, alg, privateJwk }: SigningKey): Promise<Signer> {
  const sign = await SUITES[alg].signer(JSON.parse(privateJwk) as object);
  const encoder = new TextEncoder();
  return {
    kid,
    sign: (type, payload) => sign({ alg, kid, typ: typOf(type) }, encoder.encode(JSON.stringify(payload))),
  };
}

/** Why a signed message was not accepted. `reason` is one of the protocol's canonical refusal reasons. */
export class VerificationError extends Error {
  readonly reason: ReasonCode;
  constructor(reason: ReasonCode, cause?: unknown) {
    super(`signed message refused: ${reason}`, { cause });
    this.name = "VerificationError";
    this.reason = reason;
  }
}

export type Verifier = <T extends MessageType>(type: T, jws: string) => Promise<MessageOf<T>>;

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Verifies against pinned keys. A key verifies by its own algorithm alone, whatever the header claims (RFC 8725 §3.1).
 * @throws {VerificationError} `unknown-key`, `bad-signature` or `malformed`
 */
export function createVerifier({ keys }: Pick<KeySet, "keys">): Verifier {
  const verifierOf = new Map<string, ReturnType<Suite["verifier"]>>();

  function keyFor(jws: string): { key: VerificationKey; typ: unknown } {
    const { alg, kid, typ, crit } = headerOf(jws);
    if (!Object.hasOwn(SUITES, alg ?? "")) throw new VerificationError("bad-signature");
    // Nothing of the protocol needs an extension, and one that is not understood must not be passed over.
    if (crit !== undefined) throw new VerificationError("malformed");
    const key = keys.find((candidate) => candidate.kid === kid);
    if (!key) throw new VerificationError("unknown-key");
    if (key.alg !== alg) throw new VerificationError("bad-signature");
    return { key, typ };
  }

  return async (type, jws) => {
    const { key, typ } = keyFor(jws);
    const verifier = verifierOf.get(key.kid) ?? SUITES[key.alg].verifier(key);
    verifierOf.set(key.kid, verifier);
    const bytes = await verifier
      .then((verify) => verify(jws))
      .catch((error: unknown) => {
        throw new VerificationError(
          error instanceof errors.JWSInvalid ? "malformed" : "bad-signature",
          error,
        );
      });
    if (typ !== typOf(type)) throw new VerificationError("malformed");
    const payload = parseJson(bytes);
    if (!validators[type].Check(payload)) throw new VerificationError("malformed");
    return payload as MessageOf<typeof type>;
  };
}

function headerOf(jws: string): { alg?: string; kid?: string; typ?: string; crit?: unknown } {
  if (!COMPACT_JWS.test(jws)) throw new VerificationError("malformed");
  try {
    return decodeProtectedHeader(jws);
  } catch (error) {
    throw new VerificationError("malformed", error);
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new VerificationError("malformed", error);
  }
}

/**
 * The newest key set that the chain leads to from the one that is held: each set has the serial after that of the set
 * before it and is signed by one of its keys. Sets that are not newer are passed over.
 * @throws {VerificationError} at the first that does not follow; `malformed` for a gap
 */
export async function followKeyChain(held: KeySet, chain: readonly string[]): Promise<KeySet> {
  let trusted = held;
  for (const jws of chain) {
    if (serialOf(jws) <= trusted.serial) continue;
    const next = await createVerifier(trusted)("keys", jws);
    if (next.serial !== trusted.serial + 1) throw new VerificationError("malformed");
    trusted = next;
  }
  return trusted;
}

/** As the payload says, unverified: only to pass over what is old. */
function serialOf(jws: string): number {
  try {
    const payload = base64url.decode(jws.split(".")[1] ?? "");
    return Number((parseJson(payload) as { serial?: unknown }).serial);
  } catch {
    return Number.NaN;
  }
}
