import { MINUTE_MS } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import { resultOf } from "../each-alone.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import { probeMedia } from "../inspect.ts";
import { toleratedLossMs } from "../media-probe.ts";
import type { PictureProfile, Profile, StreamProfile, VideoProfile } from "../profiles.ts";
import type { EncodedSound } from "../sound/encode.ts";
import { asMade, decodeAll, formatOf, type Made, makeSound, type SoundOrder } from "../sound/make.ts";
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
): Promise<Map<string, MadePicture | Error>> {
  const picture = pictureContext(context);
  const moving = profiles.filter((profile) => profile.type === "picture" || profile.type === "stream");

  const keys = [...new Set(moving.map(soundKey))];
  const orders = keys.map((key, at) => orderFor(`sound-${at}`, key));
  const sounds = await makeSounds(context, orders, (part) => onProgress(part * SOUND_SHARE));
  const settings = moving.flatMap((profile) =>
    profile.type === "picture" ? [profile.video] : profile.variants,
  );
  const pictures = await encodePictures(picture, settings, (part) =>
    onProgress(SOUND_SHARE + part * (1 - SOUND_SHARE)),
  );
  const soundOf = (profile: MovingProfile) =>
    madeOrThrown(sounds.get(`sound-${keys.indexOf(soundKey(profile))}`));
  const pictureOf = (video: VideoProfile) => madeOrThrown(pictures.get(pictureKey(video)));

  async function finish(profile: Profile): Promise<MadePicture> {
    if (profile.type === "poster") {
      return { path: await takePoster(picture, profile), durationMs: 0, loudness: null };
    }
    if (profile.type !== "picture" && profile.type !== "stream") throw new Error(`${profile.name} is sound`);
    const { path: soundPath, durationMs, loudness } = asMade(soundOf(profile));
    if (profile.type === "stream") {
      const picturePaths = profile.variants.map(pictureOf);
      const stream = await makeStream(picture, profile, { picturePaths, soundPath }, nameOf);
      return { ...stream, durationMs, loudness };
    }
    const path = await joinTracks(picture, profile, { picturePath: pictureOf(profile.video), soundPath });
    return { path, durationMs: await checkedDuration(context, path, durationMs), loudness };
  }

  const made = new Map<string, MadePicture | Error>();
  for (const profile of profiles) {
    made.set(profile.name, await resultOf(context.signal, () => finish(profile)));
  }
  return made;
}

type MadePicture = Made & { parts?: PartFile[] };
type MovingProfile = PictureProfile | StreamProfile;

function madeOrThrown<T>(made: T | Error | undefined): T {
  if (made === undefined) throw new Error("nothing was made");
  if (made instanceof Error) throw made;
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
  tagging: null,
});

async function makeSounds(
  context: SoundContext,
  orders: readonly SoundOrder[],
  onProgress: (fraction: number) => void,
): Promise<Map<string, EncodedSound | Error>> {
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
async function checkedDuration(
  { ffmpeg, signal }: SoundContext,
  path: string,
  soundMs: number,
): Promise<number> {
  const { durationMs } = await probeMedia(ffmpeg, path, signal);
  if ((durationMs ?? 0) < soundMs - toleratedLossMs(soundMs)) {
    throw new Error(`The rendition came out too short: ${durationMs} of ${soundMs} ms.`);
  }
  return durationMs ?? soundMs;
}
