import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hashMqttPassword, verifyMqttPassword } from "../../src/devices/credentials.ts";
import { supersedes } from "../../src/devices/device.ts";
import {
  enrolmentCodeHash,
  generateEnrolmentCode,
  normaliseEnrolmentCode,
} from "../../src/devices/enrolment-code.ts";

describe("enrolment codes", () => {
  test("have four groups of four symbols that are not mistaken for each other", () => {
    for (let n = 0; n < 200; n += 1) {
      expect(generateEnrolmentCode()).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    }
  });

  test("are the same however they are typed", () => {
    const typed = fc.array(fc.constantFrom("", "-", " ", "--"), { minLength: 19, maxLength: 19 });
    fc.assert(
      fc.property(
        fc.noShrink(fc.constant(null).map(generateEnrolmentCode)),
        typed,
        fc.boolean(),
        (code, gaps, lower) => {
          const symbols = code.replaceAll("-", "");
          const spaced = symbols
            .split("")
            .map((symbol, index) => symbol + gaps[index])
            .join("");
          const misread = spaced.replaceAll("0", "O").replaceAll("1", "l");
          expect(normaliseEnrolmentCode(lower ? misread.toLowerCase() : misread)).toBe(symbols);
          expect(enrolmentCodeHash(spaced)).toBe(enrolmentCodeHash(code));
        },
      ),
    );
  });

  test.each(["", "K7QX", "K7QX-0M3D-9TZA-B4WU", "K7QX-0M3D-9TZA-B4WE-1", "密码密码密码密码密码密码密码密码"])(
    "cannot be %j",
    (typed) => {
      expect(normaliseEnrolmentCode(typed)).toBeNull();
    },
  );
});

describe("broker passwords", () => {
  test("verify against their own hash only, which is in Mosquitto's form", () => {
    const hash = hashMqttPassword("secret");
    expect(hash).toMatch(/^\$7\$1\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);
    expect(verifyMqttPassword("secret", hash)).toBe(true);
    expect(verifyMqttPassword("Secret", hash)).toBe(false);
    expect(verifyMqttPassword("secret", "$6$1$c2FsdA==$aGFzaA==")).toBe(false);
    expect(hashMqttPassword("secret")).not.toBe(hash);
  });

  // Made by `mosquitto_passwd -b` of Mosquitto 2.0.11 for the password "village".
  test("verify what mosquitto_passwd writes", () => {
    const hash =
      "$7$101$1WJrnnMHJjhKUhLb$m/3uj+zKXZu1QMN64o0xYLN4shu0gUvouiGbEeg8wo3xdXn5sjSsmTzhQDvC2r/5hW+g8KHD2hdOPRrPbHMv7A==";
    expect(verifyMqttPassword("village", hash)).toBe(true);
  });
});

describe("presence", () => {
  const birth = (bootId: string, at: number) => ({ online: true, bootId, at, software: "1" });
  const will = (bootId: string, at: number) => ({ online: false, bootId, at, software: "1" });

  test.each<[string, ReturnType<typeof birth>, ReturnType<typeof birth> | null, boolean]>([
    ["the first word of a device", will("a", 1), null, true],
    ["the will of the boot that is up, dated at its connecting", will("a", 1), birth("a", 2), true],
    ["the late will of an older boot", will("a", 1), birth("b", 2), false],
    ["the will of a boot whose birth was missed", will("b", 3), birth("a", 2), true],
    ["the birth of a later boot", birth("b", 3), birth("a", 2), true],
    ["a birth that arrives after a later one", birth("a", 1), birth("b", 2), false],
    ["a birth after the end, by a clock that lost its time", birth("b", 0), will("a", 2), true],
    ["the same boot, back again", birth("a", 3), will("a", 2), true],
  ])("%s", (_name, next, known, expected) => {
    expect(supersedes(next, known)).toBe(expected);
  });
});
