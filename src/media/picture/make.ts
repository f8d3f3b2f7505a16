import { MINUTE_MS } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import { probeMedia } from "../inspect.ts";
import { toleratedLossMs } from "../media-probe.ts";
import type { Profile } from "../profiles.ts";
import type { EncodedSound } from "../sound/encode.ts";
import { decodeAll, formatOf, type Made, makeSound, type SoundOrder } from "../sound/make.ts";
import type { SoundContext } from "../sound/work.ts";
import type { PictureContext } from "./context.ts";
import { encodePictures, pictureKey } from "./encode.ts";
import { joinTracks } from "./join.ts";
import { takePoster } from "./poster.ts";
import { makeStream, type PartFile } from "./stream.ts";

/** The share of the work that is the sound. */
const SOUND_SHARE = 0.2;

/**
 * All renditions with a picture of one recording: each distinct picture and each distinct sound is made once, and put
 * together as the profiles ask.
 *
 * @param nameOf the SHA-256 of a finished file
 */
export async function makePictureRenditions(
  context: SoundContext,
  profiles: readonly Profile[],
  nameOf: (path: string) => Promise<string>,
  onProgress: (fraction: number) => void,
): Promise<Map<string, (Made & { parts?: PartFile[] }) | AppError>> {
  const picture = pictureContext(context);
  const made = new Map<string, (Made & { parts?: PartFile[] }) | AppError>();
  const moving = profiles.filter((profile) => profile.type === "picture" || profile.type === "stream");

  const keys = [...new Set(moving.map(soundKey))];
  const orders = keys.map((key, at) => orderFor(`sound-${at}`, key));
  const sounds = await makeSounds(context, orders, (part) => onProgress(part * SOUND_SHARE));
  const settings = moving.flatMap((profile) =>
    profile.type === "picture" ? [profile.video] : profile.variants,
  );
  const pictures =
    settings.length === 0
      ? new Map<string, string>()
      : await encodePictures(picture, settings, (part) => onProgress(SOUND_SHARE + part * (1 - SOUND_SHARE)));

  for (const profile of profiles) {
    if (profile.type === "poster") {
      const path = await takePoster(picture, profile);
      made.set(profile.name, { path, durationMs: 0, loudness: null });
    } else if (profile.type === "picture" || profile.type === "stream") {
      const sound = sounds.get(`sound-${keys.indexOf(soundKey(profile))}`);
      if (!sound || sound instanceof AppError) {
        if (sound) made.set(profile.name, sound);
        continue;
      }
      const loudness = { lufs: sound.lufs, truePeakDbtp: sound.truePeakDbtp, by: sound.loudnessBy };
      if (profile.type === "stream") {
        const stream = await makeStream(picture, profile, { pictures, soundPath: sound.path }, nameOf);
        made.set(profile.name, { ...stream, durationMs: sound.durationMs, loudness });
      } else {
        const picturePath = pictures.get(pictureKey(profile.video)) ?? "";
        const path = await joinTracks(picture, profile, { picturePath, soundPath: sound.path });
        const durationMs = await checkedDuration(context, path, sound.durationMs);
        made.set(profile.name, { path, durationMs, loudness });
      }
    }
  }
  return made;
}

type SoundSettings = Pick<SoundOrder, "audio" | "loudness">;

/** Profiles that ask for the same sound share it. */
const soundKey = ({ audio, loudness }: SoundSettings): string => JSON.stringify({ audio, loudness });

const orderFor = (name: string, key: string): SoundOrder => ({
  ...(JSON.parse(key) as SoundSettings),
  name,
  muxer: "mp4",
  chain: [],
});

async function makeSounds(
  context: SoundContext,
  orders: readonly SoundOrder[],
  onProgress: (fraction: number) => void,
): Promise<Map<string, EncodedSound | AppError>> {
  if (orders.length === 0) return new Map();
  const formats = orders.map((order) => formatOf(context, order));
  const decoded = await decodeAll(context, formats, (part) => onProgress(part * 0.3));
  return makeSound(context, orders, { decoded, bypass: [] }, (part) => onProgress(0.3 + part * 0.7));
}

function pictureContext({ clips, ffmpeg, durationMs, scratch, signal }: SoundContext): PictureContext {
  const [clip, ...others] = clips;
  const videoIndex = clip?.probe.video?.index;
  if (!clip || others.length > 0 || videoIndex === undefined) {
    throw new AppError("invalid", "The recording has no picture.");
  }
  const seconds = (ms: number) => (ms / 1_000).toFixed(3);
  const { trim } = clip;
  const cut: FfmpegOptions = trim ? { ss: seconds(trim.fromMs), t: seconds(trim.toMs - trim.fromMs) } : {};
  return {
    ffmpeg,
    source: { path: clip.path, options: { ...clip.options, ...cut }, videoIndex },
    durationMs,
    scratch,
    timeLimitMs: 5 * MINUTE_MS + 10 * durationMs,
    signal,
  };
}

/** A size limit that was reached ends a file without an error. */
async function checkedDuration({ ffmpeg }: SoundContext, path: string, soundMs: number): Promise<number> {
  const { durationMs } = await probeMedia(ffmpeg, path);
  if ((durationMs ?? 0) < soundMs - toleratedLossMs(soundMs)) {
    throw new Error(`The rendition came out too short: ${durationMs} of ${soundMs} ms.`);
  }
  return durationMs ?? soundMs;
}
