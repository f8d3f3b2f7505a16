import {
  CompactSign,
  compactVerify,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
} from "jose";
import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { type Jwks } from "./http-messages.ts";
import { Alert, Command, Playlist, type ReasonCode } from "./messages.ts";

/** JWS compact serialisation (RFC 7515) with EdDSA over Ed25519 (RFC 8037). */
const ALGORITHM = "EdDSA";

/** `typ` keeps a signature made for one kind of message from being accepted as another (RFC 8725 §3.11). */
export const MESSAGE_TYPES = { command: Command, playlist: Playlist, alert: Alert } as const;
export type MessageType = keyof typeof MESSAGE_TYPES;
export type MessageOf<T extends MessageType> = Static<(typeof MESSAGE_TYPES)[T]>;
const typOf = (type: MessageType): string => `ccx-${type}+jws`;

const validators = Object.fromEntries(
  Object.entries(MESSAGE_TYPES).map(([type, schema]) => [type, Compile(schema as TSchema)]),
) as unknown as Record<MessageType, Validator>;

export interface SigningKey {
  kid: string;
  /** Private JWK, serialised. */
  privateJwk: string;
}

export async function generateSigningKey(kid: string): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: "Ed25519", extractable: true });
  return { kid, privateJwk: JSON.stringify(await exportJWK(privateKey)) };
}

/** The public half of a key, as the JWKS lists it. */
export function publicJwk({ kid, privateJwk }: SigningKey): Jwks["keys"][number] {
  const { kty, crv, x } = JSON.parse(privateJwk) as { kty: string; crv: string; x: string };
  return { kty, crv, x, kid, alg: ALGORITHM, use: "sig" };
}

export interface Signer {
  readonly kid: string;
  sign<T extends MessageType>(type: T, payload: MessageOf<T>): Promise<string>;
}

export async function createSigner(signingKey: SigningKey): Promise<Signer> {
  const key = await importJWK(JSON.parse(signingKey.privateJwk), ALGORITHM);
  const { kid } = signingKey;
  const encoder = new TextEncoder();
  return {
    kid,
    sign: (type, payload) =>
      new CompactSign(encoder.encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: typOf(type) })
        .sign(key),
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

/**
 * Verifies against a pinned JWKS. Only EdDSA is accepted, whatever the header claims.
 * @throws {VerificationError} `unknown-key`, `bad-signature` or `malformed`
 */
export function createVerifier(jwks: Jwks): Verifier {
  const keySet = createLocalJWKSet(jwks);
  return async (type, jws) => {
    const payload = await compactVerify(jws, keySet, { algorithms: [ALGORITHM] }).then(
      (verified) => {
        if (verified.protectedHeader.typ !== typOf(type)) throw new VerificationError("malformed");
        return parseJson(verified.payload);
      },
      (error: unknown) => {
        throw new VerificationError(reasonFor(error), error);
      },
    );
    if (!validators[type].Check(payload)) throw new VerificationError("malformed");
    return payload as MessageOf<typeof type>;
  };
}

function reasonFor(error: unknown): ReasonCode {
  if (error instanceof errors.JWKSNoMatchingKey) return "unknown-key";
  if (error instanceof errors.JWSInvalid) return "malformed";
  return "bad-signature";
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new VerificationError("malformed", error);
  }
}
