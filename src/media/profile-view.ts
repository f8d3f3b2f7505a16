import { type Static, Type } from "typebox";
import { enumOf, nullable } from "../http/schemas.ts";
import { DeviceKind } from "../protocol/messages.ts";
import type { Profile } from "./profiles.ts";

/** How the API shows what a kind of rendition is like; all of it is in `media/profiles/`. */
export const ProfileView = Type.Object({
  name: Type.String(),
  title: Type.String(),
  type: enumOf(["sound", "picture", "stream", "poster", "waveform"]),
  mime: Type.String(),
  neededToAir: Type.Boolean({ description: "A recording without it cannot be approved" }),
  playedBy: Type.Array(
    Type.Object({
      kind: DeviceKind,
      preference: Type.Integer({ description: "The lowest that applies is played" }),
      link: nullable(enumOf(["normal", "slow"])),
    }),
  ),
  standsInFor: nullable(
    Type.String({
      description: "The profile whose rendition a device shows this one instead of, while it lacks it",
    }),
  ),
  sound: nullable(
    Type.Object({
      codec: Type.String({ description: "ffmpeg's encoder" }),
      bitrateKbps: Type.Integer(),
      sampleRateHz: Type.Integer(),
      channels: Type.Integer(),
      targetLufs: Type.Number({ description: "Integrated, EBU R 128" }),
      maxTruePeakDbtp: Type.Number(),
    }),
  ),
  chain: Type.Array(enumOf(["highPass", "lowPass", "compress"]), {
    description: "Steps for a loudspeaker, in order; a programme may switch them off",
  }),
  pictures: Type.Array(
    Type.Object({
      maxWidth: Type.Integer(),
      maxHeight: Type.Integer(),
      maxKbps: nullable(Type.Integer({ description: "null of a still picture" })),
    }),
    { description: "Best first" },
  ),
});

export const viewProfile = (profile: Profile): Static<typeof ProfileView> => ({
  name: profile.name,
  title: profile.title,
  type: profile.type,
  mime: profile.mime,
  neededToAir: profile.neededToAir ?? false,
  playedBy:
    "playedBy" in profile
      ? (profile.playedBy ?? []).map(({ kind, preference, link = null }) => ({ kind, preference, link }))
      : [],
  standsInFor: profile.type === "stream" ? (profile.standsInFor ?? null) : null,
  sound: soundOf(profile),
  chain: profile.type === "sound" ? (profile.chain ?? []).map(({ step }) => step) : [],
  pictures: picturesOf(profile),
});

function soundOf(profile: Profile): Static<typeof ProfileView>["sound"] {
  if (!("audio" in profile)) return null;
  const { codec, bitrateKbps, sampleRateHz, channels } = profile.audio;
  const { targetLufs, maxTruePeakDbtp } = profile.loudness;
  return { codec, bitrateKbps, sampleRateHz, channels, targetLufs, maxTruePeakDbtp };
}

function picturesOf(profile: Profile): Static<typeof ProfileView>["pictures"] {
  if (profile.type === "poster") {
    const { maxWidth, maxHeight } = profile;
    return [{ maxWidth, maxHeight, maxKbps: null }];
  }
  const videos =
    profile.type === "picture" ? [profile.video] : profile.type === "stream" ? profile.variants : [];
  return videos.map(({ maxWidth, maxHeight, maxKbps }) => ({ maxWidth, maxHeight, maxKbps }));
}
