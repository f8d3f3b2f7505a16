import { describe, expect, test } from "vitest";
import { derivationOf } from "../../src/media/composition.ts";
import type { Profile } from "../../src/media/profiles.ts";
import { shippedProfiles, wholeOf } from "../support/media-lab.ts";

const whole = wholeOf("a".repeat(64));
const COVER = "c".repeat(64);
const OTHER_COVER = "d".repeat(64);
const derivation = (profile: Profile, cover = COVER) => derivationOf(whole, profile, cover);

/** The same with every object's keys turned round, as a formatter or an editor may leave a file. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, each]) => [key, turned(each)])) as T;
}

describe("what a rendition is derived from", () => {
  test.each(shippedProfiles().map((profile) => [profile.name, profile] as const))(
    "%s: neither the order of its file, nor what gets it or needs it",
    (_, profile) => {
      expect(derivation(turned(profile))).toBe(derivation(profile));
      expect(derivation({ ...profile, title: "Another", neededToAir: false })).toBe(derivation(profile));
      if (profile.type !== "stream") return;
      expect(derivation({ ...profile, minMinutes: 90 })).toBe(derivation(profile));
      expect(derivation({ ...profile, variants: profile.variants.toReversed() })).not.toBe(
        derivation(profile),
      );
    },
  );

  test("the cover that the server puts into a podcast, and only there", () => {
    for (const profile of shippedProfiles("podcast-mp3", "podcast-aac")) {
      expect(derivation(profile, OTHER_COVER)).not.toBe(derivation(profile));
      const own = { ...whole, labels: { ...whole.labels, cover: "e".repeat(64) } };
      expect(derivationOf(own, profile, OTHER_COVER)).toBe(derivationOf(own, profile, COVER));
    }
    for (const profile of shippedProfiles("loudspeaker-mp3", "terminal-mp4")) {
      expect(derivation(profile, OTHER_COVER)).toBe(derivation(profile));
    }
  });
});
