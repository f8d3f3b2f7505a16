import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Static, type TProperties, Type } from "typebox";
import { Value } from "typebox/value";

const closed = <T extends TProperties>(properties: T, description: string) =>
  Type.Object(properties, { additionalProperties: false, description });
const hz = (description: string) => Type.Integer({ minimum: 8_000, maximum: 192_000, description });

const AudioSettings = closed(
  {
    codec: Type.String({ pattern: "^[a-z0-9_]+$", description: "ffmpeg's encoder" }),
    bitrateKbps: Type.Integer({ minimum: 8, maximum: 512 }),
    sampleRateHz: hz("Of the rendition"),
    channels: Type.Integer({ minimum: 1, maximum: 2 }),
    workRateHz: hz("Of the intermediate the gain is planned on; half of it is the highest frequency kept"),
    limiterRateHz: hz(
      "The limiter works at this rate; above the work rate it sees peaks between the samples",
    ),
    compressionLevel: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 9, description: "The encoder's effort, 0 is the slowest" }),
    ),
    codecGainDb: Type.Number({
      minimum: -3,
      maximum: 3,
      description: "What the encoder itself adds to the level",
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

const VideoSettings = closed(
  {
    codec: Type.String({ pattern: "^[a-z0-9_]+$" }),
    preset: Type.String({ pattern: "^[a-z]+$" }),
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
  "Picture; a profile with it applies only to recordings that have one",
);

export const ProfileSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    name: Type.String({ pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" }),
    title: Type.String({ minLength: 1, maxLength: 100 }),
    mime: Type.String({ pattern: "^[a-z]+/[a-z0-9.+-]+$" }),
    muxer: Type.String({ pattern: "^[a-z0-9]+$", description: "ffmpeg's output format" }),
    audio: AudioSettings,
    loudness: LoudnessSettings,
    video: Type.Optional(VideoSettings),
  },
  {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What one kind of rendition is like",
    additionalProperties: false,
  },
);
export type Profile = Static<typeof ProfileSchema>;
export type LoudnessProfile = Profile["loudness"];
export type VideoProfile = NonNullable<Profile["video"]>;

/** All that is wrong with one profile; `name` is the file's name without `.json`. Empty when it is usable. */
export function problemsOf(name: string, value: unknown): string[] {
  if (Value.Check(ProfileSchema, value)) return contradictionsIn(name, value);
  return [...Value.Errors(ProfileSchema, value)].map(
    ({ instancePath, message }) => `${instancePath || "/"}: ${message}`,
  );
}

/** What a schema cannot say. */
function contradictionsIn(name: string, { name: own, audio, loudness }: Profile): string[] {
  const problems: string[] = [];
  if (own !== name) problems.push(`/name: is "${own}", but the file is called "${name}.json"`);
  if (audio.limiterRateHz < audio.workRateHz)
    problems.push("/audio/limiterRateHz: must not be below workRateHz");
  if (loudness.limiterCeilingDbfs + audio.codecGainDb > loudness.maxTruePeakDbtp) {
    problems.push("/loudness/limiterCeilingDbfs: leaves no room below maxTruePeakDbtp");
  }
  return problems;
}

/**
 * Reads every profile in `dir`.
 * @throws {Error} that lists everything wrong in all files at once
 */
export function loadProfiles(dir: string): Profile[] {
  const problems: string[] = [];
  const profiles: Profile[] = [];
  const files = readdirSync(dir).filter((file) => file.endsWith(".json") && !file.endsWith(".schema.json"));
  for (const file of files.sort()) {
    const value = parse(readFileSync(join(dir, file), "utf8"));
    const found = problemsOf(file.replace(/\.json$/, ""), value);
    problems.push(...found.map((problem) => `${file} ${problem}`));
    if (found.length === 0 && Value.Check(ProfileSchema, value)) profiles.push(value);
  }
  if (files.length === 0) problems.push("there is no profile");
  if (problems.length > 0)
    throw new Error(`The profiles in ${dir} are not usable:\n  - ${problems.join("\n  - ")}`);
  return profiles;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
