import type { SignatureAlgorithm, VerificationKey } from "../key-set.ts";

export interface ProtectedHeader {
  alg: string;
  kid: string;
  typ: string;
}

/** The parts of a public key that say which it is. */
export type KeyParameters = Pick<VerificationKey, "kty" | "crv" | "x" | "y">;

/** One way of signing and verifying a compact JWS (RFC 7515). Private keys are JWKs. */
export interface Suite {
  alg: SignatureAlgorithm;
  generate(): Promise<object>;
  /** The public half of a private JWK. */
  publicOf(privateJwk: object): KeyParameters;
  signer(privateJwk: object): Promise<(header: ProtectedHeader, payload: Uint8Array) => Promise<string>>;
  /** The function throws when the signature is not of this key, and gives the payload otherwise. */
  verifier(key: VerificationKey): Promise<(jws: string) => Promise<Uint8Array>>;
}
