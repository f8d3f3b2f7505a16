import { execFile } from "node:child_process";
import { createReadStream, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pino } from "pino";
import { systemClock } from "../../src/clock.ts";
import { openDatabase } from "../../src/db/open.ts";
import { createFfmpeg } from "../../src/media/ffmpeg.ts";

import { abilitiesOf } from "../../src/media/ffmpeg-abilities.ts";
import { confine } from "../../src/media/ffmpeg-confinement.ts";

import { createMediaLibrary } from "../../src/media/media-library.ts";
import {
  type Asset,
  type Composition,
  createMediaService,
  type MediaService,
  type Rendition,
} from "../../src/media/media-service.ts";
import { loadProfiles } from "../../src/media/profile-files.ts";
import type { Link, Profile } from "../../src/media/profiles.ts";
import { createScratchSpace } from "../../src/media/scratch-space.ts";
import { createUploadSpace } from "../../src/media/upload-space.ts";

const run = promisify(execFile);
export const PROFILES_DIR = fileURLToPath(new URL("../../media/profiles", import.meta.url));
const COVER = fileURLToPath(new URL("../../media/cover.jpg", import.meta.url));

const SPEECH =
  "Good morning, this is the village broadcast. Today we speak about the harvest, about the cooperative, " +
  "and about the repair of the road to the east gate, which begins on Monday.";

/** Some eleven seconds of speech, 22,050 Hz mono. */
export async function speak(path: string, text = SPEECH): Promise<void> {
  await run("espeak-ng", ["-v", "en", "-s", "150", "-w", path, text]);
}

/** Runs ffmpeg with these arguments and returns what it wrote to stderr. */
export async function ffmpeg(...args: string[]): Promise<string> {
  const { stderr } = await run("ffmpeg", ["-nostdin", "-hide_banner", "-nostats", "-y", ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stderr;
}

/** One value of ffprobe's JSON, for what a test wants to know of a file. */
export async function ffprobe(
  path: string,
): Promise<{ format: Record<string, string>; streams: Record<string, unknown>[] }> {
  const { stdout } = await run("ffprobe", [
    "-v",
    "error",
    "-of",
    "json",
    "-show_format",
    "-show_streams",
    path,
  ]);
  return JSON.parse(stdout);
}

/** Loudness and true peak of a file, measured without any of the code under test. */
export async function measureLoudness(path: string): Promise<{ lufs: number; truePeakDbtp: number }> {
  const said = await ffmpeg(
    "-i",
    path,
    "-map",
    "0:a:0",
    "-af",
    "ebur128=dualmono=true:peak=true:framelog=verbose",
    "-f",
    "null",
    "-",
  );
  const summary = said.slice(said.lastIndexOf("Summary:"));
  return {
    lufs: Number(/I:\s+(\S+) LUFS/.exec(summary)?.[1]),
    truePeakDbtp: Number(/Peak:\s+(\S+) dBFS/.exec(summary)?.[1]),
  };
}

export type MediaLab = Awaited<ReturnType<typeof createMediaLab>>;

interface MediaLabOptions {
  maxUploadBytes?: number;
  concurrency?: number;
  start?: boolean;
  profiles?: Profile[];
  deviceLink?: Link;
  /** Of the disk, for what is made on the way. */
  freeBytes?: () => number;
  /** Whether ffmpeg is confined and of low priority, as the server has it; where that is possible at all. */
  confined?: boolean;
  /** The programs that are run instead of ffmpeg and ffprobe. */
  programs?: { ffmpegPath?: string; ffprobePath?: string };
}

export const ABILITIES = abilitiesOf("ffmpeg");

const NICENESS = 15;

/** The shipped profiles, or those of these names. */
export const shippedProfiles = (...names: string[]): Profile[] =>
  loadProfiles(PROFILES_DIR, ABILITIES).filter(({ name }) => names.length === 0 || names.includes(name));

/** The whole of one recording, as a segment with a title has it. */
export const wholeOf = (assetSha256: string, title = "A notice"): Composition => ({
  clips: [{ assetSha256, fromMs: null, toMs: null, gapBeforeMs: 0, chapter: null }],
  bypass: [],
  labels: { title, album: "Village broadcast", track: 1, cover: null },
});

/** A media service of its own on a real database and a real library in a temporary folder. */
export async function createMediaLab({
  maxUploadBytes = 1e9,
  concurrency = 2,
  start = true,
  profiles: shipped = shippedProfiles(),
  deviceLink = "normal",
  freeBytes = () => Number.MAX_SAFE_INTEGER,
  confined = false,
  programs = {},
}: MediaLabOptions = {}) {
  const dir = await mkdtemp(join(tmpdir(), "ccx-media-"));
  const db = openDatabase(":memory:", systemClock.now());
  const libraryDir = join(dir, "library");
  // Another account is to look into it.
  if (confined) await chmod(dir, 0o755);
  const confinement = confined ? confine(dir, libraryDir, NICENESS) : null;
  const launch = (program: string) => confinement?.launch(program) ?? program;
  const programsOf = (ffmpegPath: string, ffprobePath: string) =>
    createFfmpeg({ ffmpegPath: launch(ffmpegPath), ffprobePath: launch(ffprobePath) });
  const library = createMediaLibrary(libraryDir, { scratchOwner: confinement?.account ?? null });
  const create = (
    profiles = shipped,
    ffmpegPath = programs.ffmpegPath ?? "ffmpeg",
    ffprobePath = programs.ffprobePath ?? "ffprobe",
  ): MediaService =>
    createMediaService({
      db,
      library,
      ffmpeg: programsOf(ffmpegPath, ffprobePath),
      profiles,
      clock: systemClock,
      log: pino({ level: "silent" }),
      maxUploadBytes,
      space: createUploadSpace(() => {}),
      scratchSpace: createScratchSpace(freeBytes, 0),
      deviceLink,
      requireMount: () => {},
      concurrency,
      defaultCover: COVER,
    });
  const media = create();
  if (start) media.start([]);

  /** Takes a recording in and has the whole of it rendered. */
  async function upload(path: string): Promise<Asset & { compositionId: string }> {
    let compositionId = "";
    const asset = await media.receiveUpload(
      { stream: createReadStream(path), originalName: "recording" },
      ({ sha256 }) => void (compositionId = media.compose(wholeOf(sha256))),
    );
    return { ...asset, compositionId };
  }

  return {
    dir,
    db,
    library,
    media,
    /** How a program is run in it. */
    launch,
    ffmpeg: programsOf("ffmpeg", "ffprobe"),
    /** Who works in its scratch folders, when that is another account. */
    account: confinement?.account ?? null,
    /** Another service on the same data, as after a restart, perhaps with other profiles. */
    create,
    file: (name: string) => join(dir, name),
    upload,
    /** Everything in the library but the empty temporary folder, as paths relative to it. */
    leftovers: (): string[] =>
      readdirSync(libraryDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    temporary: (): string[] => readdirSync(join(libraryDir, "tmp")),
    async close() {
      await media.stop();
      db.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The renditions of a composition once none is queued or running. */
export function settled(media: MediaService, compositionId: string): Promise<Rendition[]> {
  return new Promise((resolve) => {
    const look = () => {
      const renditions = media.renditionsOf(compositionId);
      if (renditions.every(({ state }) => state !== "queued" && state !== "running")) resolve(renditions);
    };
    media.onSettled(look);
    look();
  });
}
