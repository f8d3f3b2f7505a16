import { execFileSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sm2 as portableSm2 } from "../../devices/terminal/sm2-suite.ts";
import { type VectorFile, vectorsOf } from "../../scripts/protocol-vectors.ts";
import { SIGNATURE_ALGORITHMS } from "../../src/protocol/key-set.ts";
import {
  createSigner,
  createVerifier,
  followKeyChain,
  generateSigningKey,
  publicJwk,
  VerificationError,
} from "../../src/protocol/signing.ts";
import { sm2, sm2Sign, sm2Verify } from "../../src/protocol/suites/sm2.ts";

const reasonOf = (error: unknown) => (error instanceof VerificationError ? error.reason : String(error));
const fileOf = (alg: string): VectorFile =>
  JSON.parse(
    readFileSync(new URL(`../../devices/vectors/${alg.toLowerCase()}.json`, import.meta.url), "utf8"),
  ) as VectorFile;

describe.each(SIGNATURE_ALGORITHMS)("devices/vectors of %s", (alg) => {
  const file = fileOf(alg);
  const verify = createVerifier(file.keys);

  test("is as its source says", async () => {
    expect(await vectorsOf(alg, file)).toEqual(file);
  });

  test.each(file.vectors)("$name: $verdict", async ({ type, jws, verdict }) => {
    expect(await verify(type, jws).then(() => "accepted", reasonOf)).toBe(verdict);
  });

  test("has what is accepted and every reason that a signature can be refused for", () => {
    expect(new Set(file.vectors.map(({ verdict }) => verdict))).toEqual(
      new Set(["accepted", "malformed", "bad-signature", "unknown-key"]),
    );
  });

  test("leads by its chain from one key set to the next, not past a gap nor by a forger", async () => {
    const { keys, chain } = file;
    const newest = await followKeyChain(keys, chain.items);
    expect(newest.serial).toBe(chain.leadsTo);
    expect(await followKeyChain(newest, chain.items)).toBe(newest);
    expect(await followKeyChain(keys, [])).toBe(keys);
    await expect(followKeyChain(keys, chain.items.slice(1)).catch(reasonOf)).resolves.toBe("malformed");
    const forger = await generateSigningKey("forger", alg);
    const forged = await (await createSigner(forger)).sign("keys", {
      serial: 2,
      issuedAt: 0,
      keys: [publicJwk(forger)],
    });
    await expect(followKeyChain(keys, [forged]).catch(reasonOf)).resolves.toBe("unknown-key");
  });

  test("a fresh pair signs what its public half alone verifies", async () => {
    const key = await generateSigningKey("fresh", alg);
    const jws = await (await createSigner(key)).sign("keys", file.keys);
    const trusting = (jwk: object) => createVerifier({ keys: [jwk as never] });
    expect(await trusting(publicJwk(key))("keys", jws)).toEqual(file.keys);
    expect(publicJwk(key)).not.toHaveProperty("d");
    const other = publicJwk(await generateSigningKey("fresh", alg));
    await expect(trusting(other)("keys", jws).catch(reasonOf)).resolves.toBe("bad-signature");
  });
});

describe("SM2 with SM3", () => {
  const hex = (text: string) => Buffer.from(text, "hex");
  const key = {
    kty: "EC",
    crv: "SM2",
    x: hex("09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020").toString("base64url"),
    y: hex("ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13").toString("base64url"),
    d: hex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8").toString("base64url"),
  };

  test("verifies the example of GB/T 32918.5, annex A.2, and none of its neighbours", () => {
    const signature = hex(
      "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    );
    expect(sm2Verify(key, "message digest", signature)).toBe(true);
    expect(sm2Verify(key, "message digest.", signature)).toBe(false);
    const swapped = Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]);
    expect(sm2Verify(key, "message digest", swapped)).toBe(false);
    expect(sm2Verify(key, "message digest", Buffer.alloc(64))).toBe(false);
    expect(() => sm2Verify(key, "message digest", signature.subarray(1))).toThrow(TypeError);
  });

  test("always gives 64 bytes, however short r and s are", () => {
    for (let round = 0; round < 300; round += 1) {
      const signature = sm2Sign(key, `message ${round}`);
      expect(signature).toHaveLength(64);
      expect(sm2Verify(key, `message ${round}`, signature)).toBe(true);
    }
  });
});

describe("openssl on the command line", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ccx-openssl-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { encoding: "utf8" });
  const SM2_OPTIONS = ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"];

  /** DER of two integers, as openssl writes and reads signatures. */
  const derOf = (raw: Buffer): Buffer => {
    const integer = (bytes: Buffer) => {
      const positive = Buffer.concat([Buffer.alloc(1), bytes]);
      let from = 0;
      while (positive[from] === 0 && (positive[from + 1] ?? 0) < 0x80) from += 1;
      const least = positive.subarray(from);
      return Buffer.concat([Buffer.from([2, least.length]), least]);
    };
    const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
    return Buffer.concat([Buffer.from([0x30, body.length]), body]);
  };
  const rawOf = (der: Buffer): Buffer => {
    const lengthOfR = der[3] ?? 0;
    const r = der.subarray(4, 4 + lengthOfR);
    const s = der.subarray(6 + lengthOfR);
    return Buffer.concat([r, s].map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32)));
  };

  /** The public key as PEM, made from the coordinates by openssl's own ASN.1 writer. */
  function sm2Pem(x: Buffer, y: Buffer): string {
    const point = `04${x.toString("hex")}${y.toString("hex")}`;
    writeFileSync(
      path("sm2.cnf"),
      "asn1=SEQUENCE:spki\n[spki]\nalg=SEQUENCE:alg\nkey=FORMAT:HEX,BITSTRING:" +
        `${point}\n[alg]\nid=OID:id-ecPublicKey\ncurve=OID:1.2.156.10197.1.301\n`,
    );
    openssl("asn1parse", "-genconf", path("sm2.cnf"), "-noout", "-out", path("sm2.der"));
    openssl("pkey", "-pubin", "-inform", "DER", "-in", path("sm2.der"), "-out", path("sm2.pem"));
    return path("sm2.pem");
  }

  test("verifies what is signed by SM2 here, vectors too, and refuses another text", async () => {
    const file = fileOf("SM2-SM3");
    const [inUse] = file.keys.keys;
    const pem = sm2Pem(Buffer.from(inUse?.x ?? "", "base64url"), Buffer.from(inUse?.y ?? "", "base64url"));
    const verifies = (text: string, signature: Buffer) => {
      writeFileSync(path("text"), text);
      writeFileSync(path("signature"), derOf(signature));
      const args = ["-rawin", "-in", path("text"), "-sigfile", path("signature"), ...SM2_OPTIONS];
      try {
        openssl("pkeyutl", "-verify", "-pubin", "-inkey", pem, ...args);
        return true;
      } catch {
        return false;
      }
    };
    const [header, payload, signature] = file.vectors[0]?.jws.split(".") ?? [];
    const raw = Buffer.from(signature ?? "", "base64url");
    expect(verifies(`${header}.${payload}`, raw)).toBe(true);
    expect(verifies(`${header}.${payload}x`, raw)).toBe(false);
  });

  test("signs by SM2 what is verified here", () => {
    openssl("genpkey", "-algorithm", "SM2", "-out", path("private.pem"));
    openssl("pkey", "-in", path("private.pem"), "-pubout", "-outform", "DER", "-out", path("public.der"));
    const point = readFileSync(path("public.der")).subarray(-64);
    const [x, y] = [point.subarray(0, 32), point.subarray(32)].map((part) => part.toString("base64url"));
    writeFileSync(path("text"), "村村响");
    const args = ["-rawin", "-in", path("text"), "-out", path("signature"), ...SM2_OPTIONS];
    openssl("pkeyutl", "-sign", "-inkey", path("private.pem"), ...args);
    const signature = rawOf(readFileSync(path("signature")));
    const jwk = { kty: "EC", crv: "SM2", x: x ?? "", y: y ?? "" };
    expect(sm2Verify(jwk, "村村响", signature)).toBe(true);
    expect(sm2Verify(jwk, "村村", signature)).toBe(false);
  });

  test("verifies what is signed by EdDSA here", () => {
    const file = fileOf("EdDSA");
    const [inUse] = file.keys.keys;
    const { kty = "", crv = "", x = "" } = inUse ?? {};
    const pem = createPublicKey({ key: { kty, crv, x }, format: "jwk" }).export({
      type: "spki",
      format: "pem",
    });
    writeFileSync(path("ed.pem"), pem);
    const [header, payload, signature] = file.vectors[0]?.jws.split(".") ?? [];
    writeFileSync(path("text"), `${header}.${payload}`);
    writeFileSync(path("signature"), Buffer.from(signature ?? "", "base64url"));
    const args = ["-rawin", "-in", path("text"), "-sigfile", path("signature")];
    expect(openssl("pkeyutl", "-verify", "-pubin", "-inkey", path("ed.pem"), ...args)).toContain("Success");
  });
});

test("SM2 in a browser, without OpenSSL, takes and refuses the same", async () => {
  const { vectors, keys } = fileOf("SM2-SM3");
  const outcomes: string[] = [];
  for (const { jws } of vectors) {
    for (const key of keys.keys) {
      const [theirs, ours] = await Promise.all(
        [sm2, portableSm2].map(async (suite) => {
          const verify = await suite.verifier(key);
          return verify(jws).then(
            (payload) => Buffer.from(payload).toString("utf8"),
            () => "refused",
          );
        }),
      );
      expect(ours).toBe(theirs);
      outcomes.push(ours ?? "");
    }
  }
  expect(outcomes.filter((outcome) => outcome === "refused").length).toBeGreaterThan(vectors.length);
  expect(outcomes.some((outcome) => outcome.startsWith("{"))).toBe(true);
});
