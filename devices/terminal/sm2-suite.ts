import { base64url } from "jose";
import { sm2 as curve } from "sm-crypto-v2";
import type { Suite } from "../../src/protocol/suites/suite.ts";

/** Instead of OpenSSL's, which no browser has; both are held to the same vectors. A terminal verifies and signs nothing. */
export const sm2: Suite = {
  alg: "SM2-SM3",
  generate: refuse,
  publicOf: refuse,
  signer: refuse,

  async verifier({ x, y = "" }) {
    const point = `04${hexOf(x)}${hexOf(y)}`;
    return async (jws) => {
      const [header = "", payload = "", signature = ""] = jws.split(".");
      const signed = new TextEncoder().encode(`${header}.${payload}`);
      if (!curve.doVerifySignature(signed, hexOf(signature), point, { hash: true, der: false }))
        throw new TypeError("the signature is not of this key");
      return base64url.decode(payload);
    };
  },
};

function refuse(): never {
  throw new Error("a terminal signs nothing");
}

const hexOf = (text: string): string =>
  Array.from(base64url.decode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
