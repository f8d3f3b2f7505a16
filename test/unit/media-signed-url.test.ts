import { assert, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { signMediaPath, verifyMediaSignature } from "../../src/media/signed-url.ts";

const SHA = "a".repeat(64);
const SECRET = "a secret of the server";

function take(path: string) {
  const url = new URL(path, "http://server");
  return {
    sha256: url.pathname.replace("/media/", ""),
    expires: url.searchParams.get("expires") ?? undefined,
    signature: url.searchParams.get("signature") ?? undefined,
  };
}

describe("signed media links", () => {
  test("hold until they expire, and not at that instant", () => {
    const given = take(signMediaPath(SECRET, SHA, 1_000));
    expect(verifyMediaSignature(SECRET, given, 999_999)).toBe(true);
    expect(verifyMediaSignature(SECRET, given, 1_000_000)).toBe(false);
  });

  test("hold for the file, the expiry and the secret they were made with", () => {
    const given = take(signMediaPath(SECRET, SHA, 1_000));
    expect(verifyMediaSignature("another secret", given, 0)).toBe(false);
    expect(verifyMediaSignature(SECRET, { ...given, sha256: "b".repeat(64) }, 0)).toBe(false);
    expect(verifyMediaSignature(SECRET, { ...given, expires: "9999" }, 0)).toBe(false);
  });

  test("are refused, not thrown over, when a part is missing or malformed", () => {
    const given = take(signMediaPath(SECRET, SHA, 1_000));
    expect(verifyMediaSignature(SECRET, { ...given, expires: undefined }, 0)).toBe(false);
    expect(verifyMediaSignature(SECRET, { ...given, signature: undefined }, 0)).toBe(false);
    for (const expires of ["", "1e3", "-1", " 1000", "1000.0"]) {
      expect(verifyMediaSignature(SECRET, { ...given, expires }, 0)).toBe(false);
    }
  });

  test("no other signature passes", () => {
    assert(
      property(uint8Array({ maxLength: 64 }), (bytes) => {
        const signature = Buffer.from(bytes).toString("base64url");
        expect(verifyMediaSignature(SECRET, { sha256: SHA, expires: "1000", signature }, 0)).toBe(false);
      }),
    );
  });
});
