import type { Composition } from "./composition.ts";
import type { Profile } from "./profiles.ts";
import { formatOf, orderOf, type SoundOrder } from "./sound/make.ts";
import { nameOf, rawBytesOf, type SoundContext } from "./sound/work.ts";

/** How long and how wide what is rendered is. */
type Recording = Pick<SoundContext, "clips" | "durationMs">;

/**
 * How many bytes lie in the scratch folder at most while these renditions are made: decoded sound at each rate and
 * number of channels, once more where clips are joined or filtered, and what is encoded, which is copied once to be
 * joined with its picture. A small, silent file may be hours of it.
 */
export function scratchBytesOf(
  recording: Recording,
  profiles: readonly Profile[],
  bypass: Composition["bypass"] = [],
): number {
  return rawBytes(recording, profiles, bypass) + encodedBytes(recording, profiles);
}

function rawBytes(recording: Recording, profiles: readonly Profile[], bypass: Composition["bypass"]): number {
  const { clips, durationMs } = recording;
  const clipsMs = clips.reduce((sum, clip) => sum + clip.durationMs, 0);
  const isJoined = clips.length > 1 || clips.some(({ gapBeforeMs }) => gapBeforeMs > 0);
  const files = new Map<string, number>();
  for (const order of profiles.flatMap(soundOf)) {
    const format = formatOf(recording, order);
    files.set(nameOf(format), rawBytesOf(format, clipsMs));
    const chain = order.chain.filter(({ step }) => !bypass.includes(step));
    if (!isJoined && chain.length === 0) continue;
    const key = JSON.stringify([nameOf(format), chain, order.loudness.targetLufs]);
    files.set(key, rawBytesOf(format, durationMs));
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function soundOf(profile: Profile): SoundOrder[] {
  if (profile.type === "sound") return [orderOf(profile)];
  if (profile.type === "picture" || profile.type === "stream")
    return [{ ...profile, muxer: "mp4", chain: [], tagging: null }];
  return [];
}

function encodedBytes({ durationMs }: Recording, profiles: readonly Profile[]): number {
  const kbps = profiles.map((profile) => {
    if (profile.type === "picture") return 2 * (profile.audio.bitrateKbps + profile.video.maxKbps);
    if (profile.type === "sound") return profile.audio.bitrateKbps;
    if (profile.type !== "stream") return 0;
    return 2 * profile.variants.reduce((sum, { maxKbps }) => sum + maxKbps + profile.audio.bitrateKbps, 0);
  });
  return Math.ceil((durationMs / 8) * kbps.reduce((sum, each) => sum + each, 0));
}
