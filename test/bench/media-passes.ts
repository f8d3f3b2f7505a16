import { availableParallelism } from "node:os";
import { createMediaLab, settled, shippedProfiles } from "../support/media-lab.ts";
import { recordingFfmpeg, replay } from "./recorded-passes.ts";
import type { ReportRow } from "./report.ts";
import { makeTrack } from "./tracks.ts";

const MINUTES = 15;
const QUEUE_MINUTES = 3;
const QUEUED = 6;
const SOUND = shippedProfiles().filter(({ type }) => type === "sound" || type === "waveform");

/** A recording through the whole pipeline, against the very same ffmpeg commands run by themselves. */
export async function mediaPasses(report: ReportRow): Promise<void> {
  await compare(report, `own passes alone, ${MINUTES} min stereo speech`, {
    items: 1,
    minutes: MINUTES,
    atOnce: 1,
  });
}

/** A full queue, against the same commands side by side: whether every core is busy all the time. */
export async function mediaQueue(report: ReportRow): Promise<void> {
  const atOnce = availableParallelism();
  const name = `${QUEUED} recordings of ${QUEUE_MINUTES} min, ${atOnce} at once`;
  await compare(report, name, { items: QUEUED, minutes: QUEUE_MINUTES, atOnce });
}

async function compare(
  report: ReportRow,
  name: string,
  { items, minutes, atOnce }: { items: number; minutes: number; atOnce: number },
): Promise<void> {
  const lab = await createMediaLab({ profiles: SOUND, concurrency: atOnce, start: false });
  try {
    const ffmpeg = recordingFfmpeg(lab.dir);
    const media = lab.create(SOUND, ffmpeg.path);
    const ids: string[] = [];
    for (let item = 0; item < items; item += 1) {
      const path = lab.file(`track-${item}.wav`);
      await makeTrack(lab, path, minutes, item);
      ids.push((await lab.upload(path)).compositionId);
    }
    const beganAt = performance.now();
    media.start([]);
    const renditions = (await Promise.all(ids.map((id) => settled(media, id)))).flat();
    const value = (performance.now() - beganAt) / 1_000;
    await media.stop();
    const failed = renditions.find(({ state }) => state !== "ready");
    if (failed) throw new Error(`${failed.profile} failed: ${failed.error}`);
    const baseline = await replay(ffmpeg.chains(), lab.dir, atOnce);
    report({ name, value, unit: "s", baseline, ratio: value / baseline });
  } finally {
    await lab.close();
  }
}
