import { invalid } from "../errors.ts";
import type { Clip, Composition } from "../media/composition.ts";
import type { ChainStep } from "../media/profiles.ts";
import type { Programme } from "./programme-store.ts";

/** How a programme sounds, and in what form its episodes are aired. */
export interface ProgrammeSound {
  /** `list`: devices play the segments one by one. `programme`: as one continuous recording with chapters. */
  delivery: "list" | "programme";
  /** SHA-256 of a recording in front of a continuous programme, between its segments and after it. */
  signature: string | null;
  sting: string | null;
  closing: string | null;
  /** Silence between the parts of a continuous programme, in milliseconds. */
  gapMs: number;
  /** Steps of the loudspeaker's chain that are switched off. */
  bypass: ChainStep["step"][];
  /** SHA-256 of the podcast's cover, a JPEG. */
  cover: string | null;
  /** How long an episode or a session may be; `null` is as long as it likes. */
  slotMinutes: number | null;
}

export const DEFAULT_SOUND: ProgrammeSound = {
  delivery: "list",
  signature: null,
  sting: null,
  closing: null,
  gapMs: 800,
  bypass: [],
  cover: null,
  slotMinutes: null,
};

/** The recordings that belong to a programme itself. */
export const SOUND_ROLES = ["signature", "sting", "closing"] as const;
export type SoundRole = (typeof SOUND_ROLES)[number];

/** What of a recording is used, in milliseconds of it. */
export interface Trim {
  fromMs: number;
  toMs: number;
}

/** A recording in its place: of a segment or of a session. */
export interface Part {
  title: string;
  assetSha256: string;
  trim: Trim | null;
}

/** How much of a recording is used, in milliseconds. */
export const usedMs = (
  media: { assetOf(sha256: string): { durationMs: number } | null },
  { assetSha256, trim }: Pick<Part, "assetSha256" | "trim">,
): number => (trim === null ? (media.assetOf(assetSha256)?.durationMs ?? 0) : trim.toMs - trim.fromMs);

/** BS.1770-4 measures in blocks of 400 ms; less has no loudness. */
const MIN_TRIMMED_MS = 400;

/** @throws {AppError} `invalid` when a stretch is not inside its recording, or too short to be anything */
export function checkTrim(trim: Trim | null, durationMs: number): void {
  if (trim === null) return;
  if (trim.toMs > durationMs) {
    throw invalid("/toMs", `The recording ends after ${durationMs} ms.`);
  }
  if (trim.toMs - trim.fromMs < MIN_TRIMMED_MS) {
    throw invalid("/toMs", `At least ${MIN_TRIMMED_MS} ms must remain.`);
  }
}

interface Numbered {
  number: number;
  title: string;
}

const labelsOf = (programme: Programme, { number, title }: Numbered): Composition["labels"] => ({
  title,
  album: programme.title,
  track: number,
  cover: programme.sound.cover,
});

const clipOf = (assetSha256: string, more: Partial<Clip> = {}): Clip => ({
  assetSha256,
  fromMs: null,
  toMs: null,
  gapBeforeMs: 0,
  chapter: null,
  ...more,
});

/** One recording by itself. */
export function composePart(programme: Programme, of: Numbered, part: Part): Composition {
  const { bypass } = programme.sound;
  const clips = [clipOf(part.assetSha256, part.trim ?? {})];
  return { clips, bypass, labels: labelsOf(programme, { ...of, title: part.title }) };
}

/** Signature tune, segments with stings between them, closing: one continuous programme with a chapter per segment. */
export function composeProgramme(programme: Programme, of: Numbered, parts: readonly Part[]): Composition {
  const { signature, sting, closing, gapMs, bypass } = programme.sound;
  const segments = parts.flatMap(({ title, assetSha256, trim }, index) => [
    ...(index > 0 && sting !== null ? [clipOf(sting)] : []),
    clipOf(assetSha256, { ...trim, chapter: title }),
  ]);
  const clips = [
    ...(signature === null ? [] : [clipOf(signature)]),
    ...segments,
    ...(closing === null ? [] : [clipOf(closing)]),
  ].map((clip, index) => ({ ...clip, gapBeforeMs: index === 0 ? 0 : gapMs }));
  return { clips, bypass, labels: labelsOf(programme, of) };
}
