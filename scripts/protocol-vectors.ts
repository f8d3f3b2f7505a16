import { createECDH, createHash, createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import type { KeySet, SignatureAlgorithm } from "../src/protocol/key-set.ts";
import type { Command } from "../src/protocol/messages.ts";
import {
  createSigner,
  createVerifier,
  type MessageType,
  publicJwk,
  type Signer,
  type SigningKey,
  VerificationError,
} from "../src/protocol/signing.ts";

/** One signed message, and what a device makes of it that trusts `keys`. */
export interface Vector {
  name: string;
  /** What it is taken for. */
  type: MessageType;
  jws: string;
  /** `accepted`, or the reason of the refusal. */
  verdict: string;
}

export interface VectorFile {
  /** Whoever implements the protocol may sign with these; nothing else may ever trust them. */
  privateKeys: object[];
  keys: KeySet;
  vectors: Vector[];
  /** Key sets that lead from `keys` to the serial given. */
  chain: { items: string[]; leadsTo: number };
}

export const ISSUED_AT = Date.UTC(2026, 11, 1, 7);
const DEVICE = "01890a5d-ac96-774b-bcce-b302099a8057";

const seedOf = (name: string): Buffer => createHash("sha256").update(`ccx test key ${name}`).digest();
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** A key pair that is the same each time. For tests and examples alone. */
export function testKey(name: string, alg: SignatureAlgorithm): SigningKey {
  const seed = seedOf(name);
  if (alg === "EdDSA") {
    const der = Buffer.concat([PKCS8_ED25519, seed]);
    const { x } = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" })).export({
      format: "jwk",
    });
    return {
      kid: name,
      alg,
      privateJwk: JSON.stringify({ kty: "OKP", crv: "Ed25519", x, d: base64url(seed) }),
    };
  }
  const pair = createECDH("SM2");
  pair.setPrivateKey(seed);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(base64url);
  return { kid: name, alg, privateJwk: JSON.stringify({ kty: "EC", crv: "SM2", x, y, d: base64url(seed) }) };
}

export const stopCommand: Command = {
  id: "01939f0a-2f00-7000-8000-000000000001",
  type: "stop",
  issuedAt: ISSUED_AT,
  notAfter: ISSUED_AT + 600_000,
  audience: { areas: ["370783112000"] },
  class: "emergency",
  authority: "county",
  body: { all: true },
};

/** Vectors of one algorithm. @param made those that were written before: SM2 signs otherwise each time */
export async function vectorsOf(alg: SignatureAlgorithm, made: VectorFile | null): Promise<VectorFile> {
  const prefix = alg.toLowerCase();
  const [inUse, next, third, stranger] = ["in-use", "next", "third", "stranger"].map((name) =>
    testKey(`${prefix}-${name}`, alg),
  ) as [SigningKey, SigningKey, SigningKey, SigningKey];
  const otherAlgorithm = testKey(`${prefix}-other`, alg === "EdDSA" ? "SM2-SM3" : "EdDSA");
  const keys: KeySet = { serial: 1, issuedAt: ISSUED_AT, keys: [inUse, next].map(publicJwk) };
  const second: KeySet = { serial: 2, issuedAt: ISSUED_AT, keys: [next, third, inUse].map(publicJwk) };
  const last: KeySet = { serial: 3, issuedAt: ISSUED_AT, keys: [third, next].map(publicJwk) };
  const signer = await createSigner(inUse);
  const command = await signer.sign("command", stopCommand);
  const [header = "", payload = "", signature = ""] = command.split(".");
  const headerOf = (change: object) => encode({ alg, kid: inUse.kid, typ: "ccx-command+jws", ...change });

  const fresh: Omit<Vector, "verdict">[] = [
    { name: "a command", type: "command", jws: command },
    {
      name: "a command by the next key",
      type: "command",
      jws: await (await createSigner(next)).sign("command", stopCommand),
    },
    {
      name: "fields that are not known are passed over",
      type: "command",
      jws: await sign(signer, "command", { ...stopCommand, later: 1 }),
    },
    { name: "an alert", type: "alert", jws: await signer.sign("alert", alert) },
    { name: "an alert where a command is due", type: "command", jws: await signer.sign("alert", alert) },
    {
      name: "a payload that was changed",
      type: "command",
      jws: [header, encode({ ...stopCommand, notAfter: ISSUED_AT + 1 }), signature].join("."),
    },
    {
      name: "a signature that was cut",
      type: "command",
      jws: [header, payload, signature.slice(0, 40)].join("."),
    },
    { name: "no signature", type: "command", jws: `${header}.${payload}.` },
    { name: "the algorithm none", type: "command", jws: `${headerOf({ alg: "none" })}.${payload}.` },
    {
      name: "a MAC with the public key as its secret",
      type: "command",
      jws: mac(headerOf({ alg: "HS256" }), payload, publicJwk(inUse).x),
    },
    {
      name: "the name of the other algorithm",
      type: "command",
      jws: [headerOf({ alg: otherAlgorithm.alg }), payload, signature].join("."),
    },
    {
      name: "a key that nobody trusts",
      type: "command",
      jws: await (await createSigner(stranger)).sign("command", stopCommand),
    },
    {
      name: "such a key under the name of a trusted one",
      type: "command",
      jws: await (await createSigner({ ...stranger, kid: inUse.kid })).sign("command", stopCommand),
    },
    {
      name: "an extension that has to be understood",
      type: "command",
      jws: [headerOf({ crit: ["exp"], exp: 1 }), payload, signature].join("."),
    },
    {
      name: "something that fits no schema",
      type: "command",
      jws: await sign(signer, "command", { ...stopCommand, type: "explode" }),
    },
    { name: "two parts instead of three", type: "command", jws: `${header}.${payload}` },
    { name: "nothing", type: "command", jws: "" },
  ];
  const verify = createVerifier(keys);
  const verdictOf = ({ type, jws }: Pick<Vector, "type" | "jws">) =>
    verify(type, jws).then(
      () => "accepted",
      (error: unknown) => (error instanceof VerificationError ? error.reason : "an error"),
    );
  const vectors = await Promise.all(
    fresh.map(async (vector): Promise<Vector> => ({ ...vector, verdict: await verdictOf(vector) })),
  );
  const items = [await signer.sign("keys", second), await (await createSigner(next)).sign("keys", last)];
  const privateKeys = [inUse, next, third].map(({ kid, privateJwk }) => ({
    kid,
    ...(JSON.parse(privateJwk) as object),
  }));
  const file: VectorFile = { privateKeys, keys, vectors, chain: { items, leadsTo: last.serial } };
  return made && isSameBut(made, file) ? made : file;
}

const alert = {
  id: "01939f0a-2f00-7000-8000-000000000002",
  rev: 1,
  issuedAt: ISSUED_AT,
  authority: "county" as const,
  from: ISSUED_AT,
  until: ISSUED_AT + 3_600_000,
  programme: "应急广播",
  title: "防汛",
  items: [
    {
      sha256: createHash("sha256").update("alert").digest("hex"),
      url: "/media/alert",
      mime: "audio/mpeg",
      bytes: 5,
      durationMs: 12_000,
      title: "防汛",
    },
  ],
};

/** Whether two files differ in their signatures alone. */
function isSameBut(a: VectorFile, b: VectorFile): boolean {
  const signed = (jws: string) => jws.split(".").slice(0, 2);
  const plain = ({ vectors, chain, ...rest }: VectorFile) =>
    JSON.stringify({
      ...rest,
      vectors: vectors.map(({ jws, ...vector }) => ({ ...vector, jws: signed(jws) })),
      chain: { ...chain, items: chain.items.map(signed) },
    });
  return plain(a) === plain(b);
}

/** Whatever the payload, schema or not. */
const sign = (signer: Signer, type: MessageType, payload: object) => signer.sign(type, payload as never);
const base64url = (bytes: Buffer): string => bytes.toString("base64url");
const encode = (part: object): string => base64url(Buffer.from(JSON.stringify(part)));
const mac = (header: string, payload: string, secret: string): string =>
  `${header}.${payload}.${createHmac("sha256", secret).update(`${header}.${payload}`).digest("base64url")}`;

export const EXAMPLE_DEVICE = DEVICE;
