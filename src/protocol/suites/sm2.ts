import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import type { KeyParameters, Suite } from "./suite.ts";

/**
 * SM2 with SM3 (GB/T 32918.2, GB/T 32905) by OpenSSL. As with the ECDSA suites of RFC 7518 §3.4 the signature is r and s
 * of 32 bytes each. The name of the algorithm is registered nowhere.
 */
const ALG = "SM2-SM3";
const CURVE = { kty: "EC", crv: "SM2" };
const COORDINATE_BYTES = 32;
/** The distinguishing identifier that GM/T 0009 §10 gives to everybody who has none. */
const SIGNER_ID = Buffer.from("1234567812345678");

const hex = (text: string): Buffer => Buffer.from(text, "hex");
/** a, b and the base point of the recommended curve (GB/T 32918.5). */
const CURVE_PARAMETERS = hex(
  "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc" +
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93" +
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
);
/** What stands before the coordinates in the DER of a public key, and around d in that of a private one (RFC 5915). */
const SPKI_PREFIX = hex("3059301306072a8648ce3d020106082a811ccf5501822d03420004");
const PKCS8_PREFIX = hex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420");
const PKCS8_MIDDLE = hex("a14403420004");

interface PrivateJwk extends KeyParameters {
  y: string;
  d: string;
}

const coordinates = ({ x, y }: KeyParameters): Buffer => {
  const point = Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y ?? "", "base64url")]);
  if (point.length !== 2 * COORDINATE_BYTES) throw new TypeError("not the public key of an SM2 pair");
  return point;
};

/**
 * Node makes SM2 pairs as keys of any curve, which sign by ECDSA; read from DER, the same key signs by SM2. Its JWK import
 * knows no SM2.
 */
const publicKeyOf = (jwk: KeyParameters): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, coordinates(jwk)]), format: "der", type: "spki" });

const privateKeyOf = (jwk: PrivateJwk): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, Buffer.from(jwk.d, "base64url"), PKCS8_MIDDLE, coordinates(jwk)]),
    format: "der",
    type: "pkcs8",
  });

/** Z_A of GB/T 32918.2 §5.5: what binds the signature to the signer's identifier, the curve and the key. */
function signerDigest(jwk: KeyParameters): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(SIGNER_ID.length * 8);
  return createHash("sm3")
    .update(Buffer.concat([length, SIGNER_ID, CURVE_PARAMETERS, coordinates(jwk)]))
    .digest();
}

/** Of a DER sequence of two integers shorter than 128 bytes. */
function rawFromDer(der: Buffer): Buffer {
  const integerAt = (at: number) => der.subarray(at + 2, at + 2 + (der[at + 1] ?? 0));
  const padded = (integer: Buffer) =>
    Buffer.concat([Buffer.alloc(COORDINATE_BYTES), integer]).subarray(-COORDINATE_BYTES);
  const r = integerAt(2);
  return Buffer.concat([padded(r), padded(integerAt(4 + r.length))]);
}

function derFromRaw(raw: Buffer): Buffer {
  if (raw.length !== 2 * COORDINATE_BYTES) throw new TypeError("an SM2 signature has 64 bytes");
  const integer = (bytes: Buffer) => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const significant = first < 0 ? bytes.subarray(-1) : bytes.subarray(first);
    const positive =
      (significant[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), significant]) : significant;
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  };
  const body = Buffer.concat([
    integer(raw.subarray(0, COORDINATE_BYTES)),
    integer(raw.subarray(COORDINATE_BYTES)),
  ]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

// `createSign` digests and then signs the digest, unlike `sign`, which would put a Z_A of an empty identifier before it.
/** r and s over the bytes, by GB/T 32918.2 §6. */
export function sm2Sign(privateJwk: object, bytes: string | Buffer): Buffer {
  const jwk = privateJwk as PrivateJwk;
  return rawFromDer(createSign("sm3").update(signerDigest(jwk)).update(bytes).sign(privateKeyOf(jwk)));
}

export function sm2Verify(jwk: KeyParameters, bytes: string | Buffer, signature: Buffer): boolean {
  const verify = createVerify("sm3").update(signerDigest(jwk)).update(bytes);
  return verify.verify(publicKeyOf(jwk), derFromRaw(signature));
}

export const sm2: Suite = {
  alg: ALG,

  async generate() {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "SM2" });
    const der = privateKey.export({ format: "der", type: "pkcs8" });
    const d = der.subarray(PKCS8_PREFIX.length, PKCS8_PREFIX.length + COORDINATE_BYTES);
    const point = der.subarray(-2 * COORDINATE_BYTES);
    const text = (bytes: Buffer) => bytes.toString("base64url");
    return {
      ...CURVE,
      x: text(point.subarray(0, COORDINATE_BYTES)),
      y: text(point.subarray(COORDINATE_BYTES)),
      d: text(d),
    };
  },

  publicOf(privateJwk) {
    const { x, y } = privateJwk as PrivateJwk;
    return { ...CURVE, x, y };
  },

  async signer(privateJwk) {
    return async (header, payload) => {
      const signed = `${encode(JSON.stringify(header))}.${encode(payload)}`;
      return `${signed}.${sm2Sign(privateJwk, signed).toString("base64url")}`;
    };
  },

  async verifier(jwk) {
    return async (jws) => {
      const [header = "", payload = "", signature = ""] = jws.split(".");
      if (!sm2Verify(jwk, `${header}.${payload}`, Buffer.from(signature, "base64url")))
        throw new TypeError("the signature is not of this key");
      return Buffer.from(payload, "base64url");
    };
  },
};

const encode = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString("base64url");
