import { CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import type { KeyParameters, Suite } from "./suite.ts";

const ALG = "EdDSA";

/** Ed25519 (RFC 8032, RFC 8037) by `jose`. */
export const eddsa: Suite = {
  alg: ALG,

  async generate() {
    const { privateKey } = await generateKeyPair(ALG, { crv: "Ed25519", extractable: true });
    return exportJWK(privateKey);
  },

  publicOf(privateJwk) {
    const { kty, crv, x } = privateJwk as KeyParameters;
    return { kty, crv, x };
  },

  async signer(privateJwk) {
    const key = await importJWK(privateJwk as JWK, ALG);
    return (header, payload) => new CompactSign(payload).setProtectedHeader({ ...header }).sign(key);
  },

  async verifier(jwk) {
    const key = await importJWK(jwk, ALG);
    return async (jws) => (await compactVerify(jws, key, { algorithms: [ALG] })).payload;
  },
};
