import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "typebox/value";
import { DEVICE_KINDS } from "../protocol/messages.ts";
import type { FfmpegAbilities } from "./ffmpeg-abilities.ts";
import { type Profile, ProfileSchema, playedOn } from "./profiles.ts";
import { TAGGABLE_MUXERS } from "./sound/tag-formats.ts";

/** All that is wrong with one profile; `name` is the file's name without `.json`. Empty when it is usable. */
export function problemsOf(name: string, value: unknown): string[] {
  if (Value.Check(ProfileSchema, value)) return contradictionsIn(name, value);
  const schema = schemaOf(value);
  if (!schema) return [`/type: must be one of ${PROFILE_TYPES.join(", ")}`];
  return [...Value.Errors(schema, value)].map(
    ({ instancePath, message }) => `${instancePath || "/"}: ${message}`,
  );
}

const PROFILE_TYPES = ProfileSchema.anyOf.map(({ properties }) => properties.type.const);

/** The one member of the union that `type` names, for errors about that alone. */
function schemaOf(value: unknown) {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  return ProfileSchema.anyOf.find(({ properties }) => properties.type.const === type);
}

/** What a schema cannot say. */
function contradictionsIn(name: string, profile: Profile): string[] {
  const problems: string[] = [];
  if (profile.name !== name)
    problems.push(`/name: is "${profile.name}", but the file is called "${name}.json"`);
  if (profile.type === "sound" && profile.tagged === true && !TAGGABLE_MUXERS.includes(profile.muxer))
    problems.push(
      `/tagged: "${profile.muxer}" cannot carry title and cover; only ${TAGGABLE_MUXERS.join(", ")} can`,
    );
  if (!("audio" in profile)) return problems;
  const { audio, loudness } = profile;
  if (audio.limiterRateHz < audio.workRateHz)
    problems.push("/audio/limiterRateHz: must not be below workRateHz");
  if (loudness.limiterCeilingDbfs > loudness.maxTruePeakDbtp) {
    problems.push("/loudness/limiterCeilingDbfs: leaves no room below maxTruePeakDbtp");
  }
  return problems;
}

/** What this ffmpeg cannot make of a usable profile. A rendition could only fail, and what is needed to air with it. */
export function lacksFor(profile: Profile, abilities: FfmpegAbilities): string[] {
  const problems: string[] = [];
  const need = (at: string, name: string, what: string, known: ReadonlySet<string>) => {
    if (!known.has(name)) problems.push(`${at}: the server's ffmpeg has no ${what} "${name}"`);
  };
  if ("muxer" in profile) need("/muxer", profile.muxer, "output format", abilities.muxers);
  if ("audio" in profile) need("/audio/codec", profile.audio.codec, "audio encoder", abilities.audioEncoders);
  if (profile.type === "picture")
    need("/video/codec", profile.video.codec, "video encoder", abilities.videoEncoders);
  if (profile.type === "stream")
    for (const [at, { codec }] of profile.variants.entries())
      need(`/variants/${at}/codec`, codec, "video encoder", abilities.videoEncoders);
  return problems;
}

/**
 * Reads every profile in `dir`.
 * @param abilities what the ffmpeg that will make them can write
 * @throws {Error} that lists everything wrong in all files at once
 */
export function loadProfiles(dir: string, abilities: FfmpegAbilities): Profile[] {
  const problems: string[] = [];
  const profiles: Profile[] = [];
  const files = readdirSync(dir).filter((file) => file.endsWith(".json") && !file.endsWith(".schema.json"));
  for (const file of files.sort()) {
    const value = parse(readFileSync(join(dir, file), "utf8"));
    const found = problemsOf(file.replace(/\.json$/, ""), value);
    if (found.length === 0 && Value.Check(ProfileSchema, value)) {
      found.push(...lacksFor(value, abilities));
      profiles.push(value);
    }
    problems.push(...found.map((problem) => `${file} ${problem}`));
  }
  if (files.length === 0) problems.push("there is no profile");
  else if (problems.length === 0) problems.push(...contradictionsAmong(profiles));
  if (problems.length > 0)
    throw new Error(`The profiles in ${dir} are not usable:\n  - ${problems.join("\n  - ")}`);
  return profiles;
}

function contradictionsAmong(profiles: readonly Profile[]): string[] {
  const unplayed = DEVICE_KINDS.filter((kind) => playedOn(profiles, kind, "normal").length === 0);
  const pictures = profiles.filter(({ type }) => type === "picture").map(({ name }) => name);
  return [
    ...unplayed.map((kind) => `none is played by the kind of device "${kind}" (playedBy)`),
    ...profiles.flatMap((profile) =>
      profile.type === "stream" &&
      profile.standsInFor !== undefined &&
      !pictures.includes(profile.standsInFor)
        ? [
            `${profile.name}.json /standsInFor: "${profile.standsInFor}" is no profile with a picture; there are ${pictures.join(", ")}`,
          ]
        : [],
    ),
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
