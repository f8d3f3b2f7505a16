import { createHash } from "node:crypto";
import type { ChainStep, Profile } from "./profiles.ts";

/** A stretch of one recording. */
export interface Clip {
  assetSha256: string;
  /** Where it begins and ends in the recording, in milliseconds; `null` is the recording's own begin or end. */
  fromMs: number | null;
  toMs: number | null;
  /** Silence before it, in milliseconds. */
  gapBeforeMs: number;
  /** What a player shows from here on; `null` begins no chapter. */
  chapter: string | null;
}

/** What a podcast player or a car radio shows. */
export interface Labels {
  title: string;
  album: string;
  track: number | null;
  /** SHA-256 of a JPEG in the library. */
  cover: string | null;
}

/** What is rendered: clips one after the other. Most have one clip, which is the whole of one recording. */
export interface Composition {
  clips: Clip[];
  /** Steps of a profile's chain that the programme has switched off. */
  bypass: ChainStep["step"][];
  labels: Labels;
}

const sha256 = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** The same order of keys whatever the order in which they were given. */
function canonical({ clips, bypass, labels }: Composition): Composition {
  const { title, album, track, cover } = labels;
  return {
    clips: clips.map(({ assetSha256, fromMs, toMs, gapBeforeMs, chapter }) => {
      return { assetSha256, fromMs, toMs, gapBeforeMs, chapter };
    }),
    bypass: [...new Set(bypass)].sort(),
    labels: { title, album, track, cover },
  };
}

/** A composition's name is the SHA-256 of what it says: equal ones are one. */
export function identify(composition: Composition): { id: string; definition: string } {
  const definition = JSON.stringify(canonical(composition));
  return { id: createHash("sha256").update(definition).digest("hex"), definition };
}

/**
 * SHA-256 over all that decides the bytes of one rendition; equal derivations need to be made once.
 * @param defaultCover SHA-256 of the picture of what has no cover of its own
 */
export function derivationOf(composition: Composition, profile: Profile, defaultCover: string): string {
  const { clips, bypass, labels } = canonical(composition);
  const isTagged = profile.type === "sound" && profile.tagged === true;
  const steps = profile.type === "sound" ? (profile.chain ?? []).map(({ step }) => step) : [];
  return sha256({
    // What a profile is called, what needs it and what gets it change nothing in it.
    profile: sorted({
      ...profile,
      $schema: null,
      title: null,
      neededToAir: null,
      minMinutes: null,
      playedBy: null,
      standsInFor: null,
    }),
    clips: isTagged ? clips : clips.map((clip) => ({ ...clip, chapter: null })),
    bypass: bypass.filter((step) => steps.includes(step)),
    labels: isTagged ? { ...labels, cover: labels.cover ?? defaultCover } : null,
  });
}

/** A profile's file may be put in another order by an editor or a formatter, which says nothing new. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
