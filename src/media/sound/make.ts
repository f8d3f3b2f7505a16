import { join } from "node:path";
import { AppError } from "../../errors.ts";
import type { Composition } from "../composition.ts";
import { resultOf } from "../each-alone.ts";
import type { AudioProfile, ChainStep, LoudnessProfile, SoundProfile, WaveformProfile } from "../profiles.ts";
import { decodeClip } from "./decode.ts";
import { type EncodedSound, encodeSound, type SoundOutput } from "./encode.ts";
import { joinClips, placesOf } from "./join.ts";
import type { LoudnessMethod } from "./level.ts";
import { type Chapter, prepareTags, type Tagging, type Tags } from "./tags.ts";
import { drawWaveform } from "./waveform.ts";
import { nameOf, type SoundContext, type Work, type WorkFormat } from "./work.ts";

/** A rendition's file as it lies in the scratch folder. */
export interface Made {
  path: string;
  durationMs: number;
  loudness: { lufs: number; truePeakDbtp: number; by: LoudnessMethod } | null;
}

/** The sound that a job asks for: of a profile for sound, or the sound of a picture. */
export interface SoundOrder {
  name: string;
  muxer: string;
  audio: AudioProfile;
  loudness: LoudnessProfile;
  chain: readonly ChainStep[];
  tagging: Tagging | null;
}

export const orderOf = (profile: SoundProfile, tagging: Tagging | null = null): SoundOrder => ({
  ...profile,
  chain: profile.chain ?? [],
  tagging,
});

type Clips = [Work, ...Work[]];

/** The decoded clips of a composition in the formats that were asked for: one decode of each recording. */
export async function decodeAll(
  context: SoundContext,
  wanted: readonly WorkFormat[],
  onProgress: (fraction: number) => void,
): Promise<Map<string, Clips>> {
  const formats = new Map(wanted.map((format) => [nameOf(format), format]));
  const decoded = new Map<string, Work[]>([...formats.keys()].map((name) => [name, []]));
  for (const [index, clip] of context.clips.entries()) {
    const report = (fraction: number) => onProgress((index + fraction) / context.clips.length);
    const works = await decodeClip(context, clip, index, [...formats.values()], report);
    for (const work of works) decoded.get(nameOf(work.format))?.push(work);
  }
  return new Map([...decoded].map(([name, works]) => [name, works as Clips]));
}

/** A mono recording stays mono, whatever a profile allows. */
export function formatOf(
  { clips }: Pick<SoundContext, "clips">,
  { audio }: Pick<SoundOrder, "audio">,
): WorkFormat {
  const widest = Math.max(...clips.map(({ probe }) => probe.audio.channels));
  return { rateHz: audio.workRateHz, channels: Math.min(audio.channels, widest) === 1 ? 1 : 2 };
}

/**
 * Makes what was ordered: joined once per format and chain, encoded in one process.
 * @returns the files by order, or why one could not be made
 */
export async function makeSound(
  context: SoundContext,
  orders: readonly SoundOrder[],
  { decoded, bypass }: { decoded: Map<string, Clips>; bypass: Composition["bypass"] },
  onProgress: (fraction: number) => void,
): Promise<Map<string, EncodedSound | Error>> {
  const results = new Map<string, EncodedSound | Error>();
  const joined = new Map<string, Work | Error>();
  const outputs: SoundOutput[] = [];
  for (const order of orders) {
    const works = decoded.get(nameOf(formatOf(context, order)));
    if (!works) throw new Error(`nothing was decoded for ${order.name}`);
    const chain = order.chain.filter(({ step }) => !bypass.includes(step));
    const { targetLufs } = order.loudness;
    const key = JSON.stringify([nameOf(works[0].format), chain, targetLufs]);
    const name = String(joined.size);
    const silence = silenceIn(works, order.loudness);
    if (silence) {
      results.set(order.name, silence);
      continue;
    }
    const work =
      joined.get(key) ??
      (await resultOf(context.signal, () => joinClips(context, works, { chain, targetLufs, name })));
    joined.set(key, work);
    if (work instanceof Error) results.set(order.name, work);
    else outputs.push({ ...order, work });
  }
  if (outputs.length === 0) return results;
  return new Map([...results, ...(await encodeSound(context, outputs, onProgress))]);
}

function silenceIn(works: Clips, { silenceBelowLufs }: LoudnessProfile): AppError | null {
  const loudest = Math.max(...works.map(({ lufs }) => lufs));
  if (loudest >= silenceBelowLufs) return null;
  return new AppError("invalid", `There is no audible sound in the recording (${loudest} LUFS).`, {
    hint: "Listen to the file; check the microphone and the exported track, then upload it again.",
  });
}

/** All sound renditions of a composition: one analysis and one encode process for whatever profiles there are. */
export async function makeSoundRenditions(
  context: SoundContext,
  composition: Composition,
  profiles: readonly (SoundProfile | WaveformProfile)[],
  coverPath: string,
  onProgress: (fraction: number) => void,
): Promise<Map<string, Made | Error>> {
  const sounds = profiles.filter((profile) => profile.type === "sound");
  const formats = sounds.length > 0 ? sounds.map((profile) => formatOf(context, profile)) : [DRAWING];
  const decoded = await decodeAll(context, formats, (part) => onProgress(part * 0.15));
  const [anyWorks] = decoded.values();
  if (!anyWorks) throw new Error("nothing was decoded");
  const { signal, scratch } = context;
  const made = new Map<string, Made | Error>();

  for (const profile of profiles) {
    if (profile.type !== "waveform") continue;
    made.set(profile.name, await resultOf(signal, () => draw(context, smallest(decoded), profile)));
  }

  const chapters = chaptersOf(composition, placesOf(context, anyWorks));
  const tags: Tags = { labels: composition.labels, chapters, coverPath };
  const orders: SoundOrder[] = [];
  for (const profile of sounds) {
    const tagging =
      profile.tagged === true ? await resultOf(signal, () => prepareTags(scratch, profile, tags)) : null;
    if (tagging instanceof Error) made.set(profile.name, tagging);
    else orders.push(orderOf(profile, tagging));
  }
  const input = { decoded, bypass: composition.bypass };
  const encoded = await makeSound(context, orders, input, (part) => onProgress(0.15 + part * 0.85));
  for (const [name, sound] of encoded) made.set(name, sound instanceof Error ? sound : asMade(sound));
  return made;
}

async function draw(context: SoundContext, works: Clips, profile: WaveformProfile): Promise<Made> {
  const path = join(context.scratch, `${profile.name}.json`);
  const work = await joinClips(context, works, { chain: [], targetLufs: -16, name: "waveform" });
  await drawWaveform(work, profile.pointsPerSecond, path);
  return { path, durationMs: work.durationMs, loudness: null };
}

/** A sound as a rendition of its own. */
export const asMade = ({ path, durationMs, lufs, truePeakDbtp, loudnessBy: by }: EncodedSound): Made => ({
  path,
  durationMs,
  loudness: { lufs, truePeakDbtp, by },
});

/** What is decoded when only a drawing is asked for. */
const DRAWING: WorkFormat = { rateHz: 8_000, channels: 1 };

const smallest = (decoded: Map<string, Clips>): Clips =>
  [...decoded.values()].reduce((least, works) => (sizeOf(works[0]) < sizeOf(least[0]) ? works : least));

const sizeOf = ({ format }: Work): number => format.rateHz * format.channels;

/** The first begins at the beginning, as MP4 needs, and each lasts until the next; a single one would say nothing. */
function chaptersOf({ clips }: Composition, places: readonly { fromMs: number; toMs: number }[]): Chapter[] {
  const starts = clips.flatMap(({ chapter }, at) => {
    const place = places[at];
    return chapter === null || !place ? [] : [{ title: chapter, fromMs: place.fromMs }];
  });
  const endMs = places.at(-1)?.toMs ?? 0;
  if (starts.length < 2) return [];
  return starts.map(({ title, fromMs }, at) => ({
    title,
    fromMs: at === 0 ? 0 : fromMs,
    toMs: starts[at + 1]?.fromMs ?? endMs,
  }));
}
