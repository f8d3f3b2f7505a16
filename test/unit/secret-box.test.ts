import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSecretBox, KEY_BYTES } from "../../src/db/secret-box.ts";

const box = createSecretBox(randomBytes(KEY_BYTES));

test("what is sealed opens again, and never looks the same twice", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (secret, place) => {
      const sealed = box.seal(secret, place);
      expect(box.open(sealed, place)).toBe(secret);
      expect(box.seal(secret, place)).not.toBe(sealed);
    }),
  );
});

test("what is sealed opens nowhere else, by no other key, and not when any bit of it was changed", () => {
  const sealed = box.seal("JBSWY3DPEHPK3PXP", "second_factors/one");
  expect(box.open(sealed, "second_factors/other")).toBeNull();
  expect(createSecretBox(randomBytes(KEY_BYTES)).open(sealed, "second_factors/one")).toBeNull();
  const bytes = Buffer.from(sealed, "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(box.open(changed.toString("base64url"), "second_factors/one")).toBeNull();
  }
  for (const nothing of ["", "x", bytes.subarray(0, 27).toString("base64url")])
    expect(box.open(nothing, "second_factors/one")).toBeNull();
});
