import { type Static, type TProperties, Type } from "typebox";
import { DeviceKind } from "../protocol/messages.ts";

const closed = <T extends TProperties>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });
const hz = (description: string) => Type.Integer({ minimum: 8_000, maximum: 192_000, description });
/** A word of ffmpeg's: nothing in it can become another option or filter. */
const word = (description: string) => Type.String({ pattern: "^[a-z0-9_]+$", description });

const AudioSettings = closed(
  {
    codec: word("ffmpeg's encoder"),
    bitrateKbps: Type.Integer({
      minimum: 8,
      maximum: 10_000,
      description: "Of a lossless encoder, the most it may come to",
    }),
    sampleRateHz: hz("Of the rendition"),
    channels: Type.Integer({ minimum: 1, maximum: 2, description: "At most; a mono recording stays mono" }),
    workRateHz: hz("Of the intermediate the gain is planned on; half of it is the highest frequency kept"),
    limiterRateHz: hz(
      "The limiter works at this rate; above the work rate it sees peaks between the samples",
    ),
    options: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[a-z_]{1,30}$" }),
        Type.Union([Type.Number(), word("A value of the encoder's")]),
        { description: "Further options of the encoder, by its own names" },
      ),
    ),
    codecGainDb: Type.Number({
      minimum: -3,
      maximum: 3,
      description: "What the encoder itself adds to the level; taken off before it",
    }),
  },
  "Sound",
);

const LoudnessSettings = closed(
  {
    targetLufs: Type.Number({
      minimum: -40,
      maximum: -5,
      description: "Integrated, EBU R 128; mono as dual mono",
    }),
    toleranceLu: Type.Number({ minimum: 0.2, maximum: 5 }),
    maxTruePeakDbtp: Type.Number({ minimum: -20, maximum: 0 }),
    limiterCeilingDbfs: Type.Number({
      minimum: -20,
      maximum: 0,
      description: "Where limiting begins, before coding",
    }),
    silenceBelowLufs: Type.Number({
      minimum: -70,
      maximum: -40,
      description: "Quieter than this is no recording",
    }),
  },
  "Both bounds are held on the rendition, not before it",
);

const frequency = Type.Integer({ minimum: 20, maximum: 20_000 });
const ChainStep = Type.Union([
  closed({ step: Type.Literal("highPass"), hz: frequency }, "Takes away what is below"),
  closed({ step: Type.Literal("lowPass"), hz: frequency }, "Takes away what is above"),
  closed(
    {
      step: Type.Literal("compress"),
      thresholdDbfs: Type.Number({
        minimum: -60,
        maximum: 0,
        description: "On sound at the target loudness",
      }),
      ratio: Type.Number({ minimum: 1, maximum: 20 }),
      attackMs: Type.Number({ minimum: 0.1, maximum: 2_000 }),
      releaseMs: Type.Number({ minimum: 1, maximum: 9_000 }),
    },
    "Brings quiet and loud nearer to each other",
  ),
]);
export type ChainStep = Static<typeof ChainStep>;

const VideoSettings = closed(
  {
    codec: word("ffmpeg's encoder"),
    preset: word("The encoder's effort"),
    crf: Type.Integer({ minimum: 0, maximum: 51 }),
    maxKbps: Type.Integer({ minimum: 100, maximum: 50_000 }),
    maxWidth: Type.Integer({ minimum: 16, maximum: 7_680, multipleOf: 2 }),
    maxHeight: Type.Integer({ minimum: 16, maximum: 4_320, multipleOf: 2 }),
    maxFps: Type.Integer({ minimum: 1, maximum: 120 }),
    keyframeSeconds: Type.Number({
      minimum: 0.5,
      maximum: 20,
      description: "How precisely a player can join late",
    }),
  },
  "Picture; what has it applies only to recordings that have one",
);

const common = {
  $schema: Type.Optional(Type.String()),
  name: Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" }),
  title: Type.String({ minLength: 1, maxLength: 100 }),
  mime: Type.String({ pattern: "^[a-z]+/[a-z0-9.+-]+$" }),
  neededToAir: Type.Optional(
    Type.Boolean({ description: "A recording without this rendition cannot be approved" }),
  ),
};
const muxer = Type.String({ pattern: "^[a-z0-9]+$", description: "ffmpeg's output format" });

/** What the line to the devices is like. */
export type Link = "normal" | "slow";

const playedBy = Type.Optional(
  Type.Array(
    closed(
      {
        kind: DeviceKind,
        preference: Type.Integer({
          minimum: 1,
          maximum: 100,
          description: "The lowest that applies is played",
        }),
        link: Type.Optional(
          Type.Unsafe<Link>(
            Type.String({ enum: ["normal", "slow"], description: "Only where DEVICE_LINK says so" }),
          ),
        ),
      },
      "A kind of device",
    ),
    { maxItems: 10, description: "Which devices get it in their playlists" },
  ),
);

const SoundProfile = closed(
  {
    ...common,
    type: Type.Literal("sound"),
    muxer,
    audio: AudioSettings,
    chain: Type.Optional(
      Type.Array(ChainStep, { maxItems: 8, description: "In order; a programme may switch steps off" }),
    ),
    loudness: LoudnessSettings,
    playedBy,
    tagged: Type.Optional(
      Type.Boolean({ description: "Carries title, programme, number, chapters and cover" }),
    ),
  },
  "A recording as sound alone",
);

const PictureProfile = closed(
  {
    ...common,
    type: Type.Literal("picture"),
    muxer,
    audio: AudioSettings,
    loudness: LoudnessSettings,
    playedBy,
    video: VideoSettings,
  },
  "A recording with its picture, in one file",
);

const StreamProfile = closed(
  {
    ...common,
    type: Type.Literal("stream"),
    minMinutes: Type.Number({ minimum: 0, description: "Shorter recordings get none" }),
    segmentSeconds: Type.Number({ minimum: 1, maximum: 30 }),
    audio: AudioSettings,
    loudness: LoudnessSettings,
    variants: Type.Array(VideoSettings, { minItems: 1, maxItems: 6, description: "Best first" }),
    standsInFor: Type.Optional(
      Type.String({
        description: "The profile whose rendition a device may show this one instead of, while it lacks it",
      }),
    ),
  },
  "HTTP Live Streaming (RFC 8216) in several qualities",
);

const PosterProfile = closed(
  {
    ...common,
    type: Type.Literal("poster"),
    maxWidth: Type.Integer({ minimum: 16, maximum: 7_680 }),
    maxHeight: Type.Integer({ minimum: 16, maximum: 4_320 }),
    quality: Type.Integer({ minimum: 2, maximum: 31, description: "JPEG quantiser, 2 is the best" }),
  },
  "A still picture of a recording",
);

const WaveformProfile = closed(
  {
    ...common,
    type: Type.Literal("waveform"),
    pointsPerSecond: Type.Integer({ minimum: 1, maximum: 200 }),
  },
  "Peaks for drawing, in audiowaveform's JSON format, version 2",
);

export const ProfileSchema = Type.Union(
  [SoundProfile, PictureProfile, StreamProfile, PosterProfile, WaveformProfile],
  {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What one kind of rendition is like",
  },
);
export type Profile = Static<typeof ProfileSchema>;
export type SoundProfile = Static<typeof SoundProfile>;
export type PictureProfile = Static<typeof PictureProfile>;
export type StreamProfile = Static<typeof StreamProfile>;
export type PosterProfile = Static<typeof PosterProfile>;
export type WaveformProfile = Static<typeof WaveformProfile>;
export type AudioProfile = Static<typeof AudioSettings>;
export type LoudnessProfile = Static<typeof LoudnessSettings>;
export type VideoProfile = Static<typeof VideoSettings>;

/** Which kind of job makes it: sound is quick and comes first, the picture takes its time. */
export const laneOf = ({ type }: Profile): "sound" | "picture" =>
  type === "sound" || type === "waveform" ? "sound" : "picture";

/** Whether a recording gets a rendition for this profile. */
export function appliesTo(profile: Profile, recording: { hasPicture: boolean; durationMs: number }): boolean {
  if (laneOf(profile) === "picture" && !recording.hasPicture) return false;
  return profile.type !== "stream" || recording.durationMs >= profile.minMinutes * 60_000;
}

/** Whether a device, on whatever line, may be given its rendition. */
export const isForDevices = (profile: Profile): boolean =>
  profile.neededToAir === true ||
  ("playedBy" in profile && (profile.playedBy ?? []).length > 0) ||
  ("standsInFor" in profile && profile.standsInFor !== undefined);

/** The profiles whose rendition a kind of device plays, best first. */
export function playedOn(profiles: readonly Profile[], kind: DeviceKind, link: Link): Profile[] {
  return profiles
    .flatMap((profile) =>
      ("playedBy" in profile ? (profile.playedBy ?? []) : [])
        .filter((player) => player.kind === kind && (player.link ?? link) === link)
        .map(({ preference }) => ({ profile, preference })),
    )
    .sort((a, b) => a.preference - b.preference)
    .map(({ profile }) => profile);
}
