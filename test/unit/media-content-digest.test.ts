import { createHash } from "node:crypto";
import { assert, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { digestHeader, parseDigestHeader } from "../../src/media/content-digest.ts";

const HEX = createHash("sha256").update("hello").digest("hex");

describe("digest fields (RFC 9530)", () => {
  test("what is written is read back", () => {
    assert(
      property(uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const hex = Buffer.from(bytes).toString("hex");
        expect(parseDigestHeader("Repr-Digest", digestHeader(hex))).toBe(hex);
      }),
    );
  });

  test("a sha-256 is found among others", () => {
    const value = `sha-512=:${Buffer.alloc(64).toString("base64")}:, ${digestHeader(HEX)};q=1`;
    expect(parseDigestHeader("Content-Digest", value)).toBe(HEX);
  });

  test("other algorithms and a missing field declare nothing", () => {
    expect(parseDigestHeader("Content-Digest", undefined)).toBeUndefined();
    expect(parseDigestHeader("Content-Digest", "unixsum=:AAAA:")).toBeUndefined();
  });

  test.each([
    ["an older Digest field's form", `sha-256=${Buffer.alloc(32).toString("base64")}`],
    ["hex", `sha-256=${HEX}`],
    ["too few bytes", "sha-256=:AAAA:"],
    ["nothing", ","],
    ["base64url", "sha-256=:__-_:"],
  ])("refuses %s and names the header", (_what, value) => {
    const parse = () => parseDigestHeader("Content-Digest", value);
    expect(parse).toThrow(AppError);
    expect(parse).toThrow(/Content-Digest/);
  });
});
