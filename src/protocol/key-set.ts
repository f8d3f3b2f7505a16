import { type Static, Type } from "typebox";
import { EpochMs, Id, object } from "./messages.ts";

/** The algorithms that messages can be signed with; a gateway knows the first, and the second where its county asks it. */
export const SIGNATURE_ALGORITHMS = ["EdDSA", "SM2-SM3"] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** A public key as a JWKS lists it (RFC 7517): `OKP`/`Ed25519` (RFC 8037), or `EC`/`SM2` with `y`. */
export const VerificationKey = object({
  kid: Id,
  alg: Type.Unsafe<SignatureAlgorithm>(Type.String({ enum: [...SIGNATURE_ALGORITHMS] })),
  use: Type.Literal("sig"),
  kty: Type.String({ maxLength: 16 }),
  crv: Type.String({ maxLength: 16 }),
  x: Type.String({ maxLength: 64 }),
  y: Type.Optional(Type.String({ maxLength: 64 })),
});
export type VerificationKey = Static<typeof VerificationKey>;

/**
 * The keys that a device trusts, a JWKS with a number: the key in use, the next one, and the one that was in use before
 * for as long as what it signed may be about.
 */
export const KeySet = object({
  serial: Type.Integer({ minimum: 1, description: "One more than that of the set before" }),
  issuedAt: EpochMs,
  keys: Type.Array(VerificationKey, { minItems: 1, maxItems: 8, description: "In use, next, before" }),
});
export type KeySet = Static<typeof KeySet>;

export const KeyChain = object({
  items: Type.Array(
    Type.String({ description: "A compact JWS of a key set, by a key of the set before it" }),
    {
      description: "In order of their serials",
    },
  ),
});
export type KeyChain = Static<typeof KeyChain>;
