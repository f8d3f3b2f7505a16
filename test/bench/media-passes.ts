import { availableParallelism } from "node:os";
import { createMediaLab, type MediaLab, settled, shippedProfiles } from "../support/media-lab.ts";
import { recordingFfmpeg, replay } from "./recorded-passes.ts";
import { median, type ReportRow } from "./report.ts";
import { makeTrack } from "./tracks.ts";

const MINUTES = 15;
const SHORT_MINUTES = 5;
const QUEUE_MINUTES = 2;
const QUEUED = 6;
const ROUNDS = 3;
const SOUND = shippedProfiles().filter(({ type }) => type === "sound" || type === "waveform");

interface Work {
  items: number;
  minutes: number;
  atOnce: number;
  rounds: number;
}

/**
 * A recording through the whole pipeline, against the very same ffmpeg commands run by themselves: once with the length
 * that an item has, and the median of several turns with a shorter one.
 */
export async function mediaPasses(report: ReportRow): Promise<void> {
  const one = { items: 1, atOnce: 1 };
  await compare(report, `own passes alone, ${MINUTES} min stereo speech`, {
    ...one,
    minutes: MINUTES,
    rounds: 1,
  });
  const name = `own passes alone, ${SHORT_MINUTES} min stereo speech, median of ${ROUNDS}`;
  await compare(report, name, { ...one, minutes: SHORT_MINUTES, rounds: ROUNDS });
}

/** A full queue, against the same commands side by side: whether every core is busy all the time. */
export async function mediaQueue(report: ReportRow): Promise<void> {
  const atOnce = availableParallelism();
  const name = `${QUEUED} recordings of ${QUEUE_MINUTES} min, ${atOnce} at once, median of ${ROUNDS}`;
  await compare(report, name, { items: QUEUED, minutes: QUEUE_MINUTES, atOnce, rounds: ROUNDS });
}

/** Both ways run confined and at the server's priority, and take turns at being the first. */
async function compare(report: ReportRow, name: string, work: Work): Promise<void> {
  const lab = await openLab(work);
  try {
    const tracks: string[] = [];
    for (let item = 0; item < work.items; item += 1) {
      const track = lab.file(`track-${item}.wav`);
      await makeTrack(lab, track, work.minutes, item);
      tracks.push(track);
    }
    // The commands name files of this library: its work is what is replayed.
    const ffmpeg = recordingFfmpeg(lab.dir);
    const own = [await timeOwn(lab, ffmpeg.path, tracks)];
    const chains = ffmpeg.chains();
    const raw = [await replay(chains, lab, work.atOnce)];
    for (let round = 1; round < work.rounds; round += 1) {
      const turns = [
        async () => void own.push(await timeOwnAnew(tracks, work)),
        async () => void raw.push(await replay(chains, lab, work.atOnce)),
      ];
      for (const turn of round % 2 === 1 ? turns.toReversed() : turns) await turn();
    }
    const value = median(own);
    const baseline = median(raw);
    report({ name, value, unit: "s", baseline, ratio: value / baseline });
  } finally {
    await lab.close();
  }
}

const openLab = ({ atOnce }: Work): Promise<MediaLab> =>
  createMediaLab({ profiles: SOUND, concurrency: atOnce, start: false, confined: true });

/** In a library of its own: what was rendered once is not rendered again. */
async function timeOwnAnew(tracks: readonly string[], work: Work): Promise<number> {
  const lab = await openLab(work);
  try {
    return await timeOwn(lab, recordingFfmpeg(lab.dir).path, tracks);
  } finally {
    await lab.close();
  }
}

/** Seconds from the start of the queue until everything is ready. */
async function timeOwn(lab: MediaLab, ffmpegPath: string, tracks: readonly string[]): Promise<number> {
  const media = lab.create(SOUND, ffmpegPath);
  const ids: string[] = [];
  for (const track of tracks) ids.push((await lab.upload(track)).compositionId);
  const beganAt = performance.now();
  media.start([]);
  const renditions = (await Promise.all(ids.map((id) => settled(media, id)))).flat();
  const seconds = (performance.now() - beganAt) / 1_000;
  await media.stop();
  const failed = renditions.find(({ state }) => state !== "ready");
  if (failed) throw new Error(`${failed.profile} failed: ${failed.error}`);
  return seconds;
}
