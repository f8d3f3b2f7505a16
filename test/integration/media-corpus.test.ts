import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCorpus, type Sample } from "../support/media-corpus.ts";
import {
  createMediaLab,
  ffprobe,
  type MediaLab,
  measureLoudness,
  settled,
  shippedProfiles,
  speak,
} from "../support/media-lab.ts";

let lab: MediaLab;
let samples: Sample[];
beforeAll(async () => {
  lab = await createMediaLab({ profiles: shippedProfiles("loudspeaker-mp3", "terminal-mp4") });
  await speak(lab.file("speech.wav"));
  samples = await makeCorpus(lab.dir, lab.file("speech.wav"));
}, 120_000);
afterAll(() => lab.close());

test("every kind of recording that a media centre has becomes what loudspeakers and terminals play", async () => {
  const made: unknown[] = [];
  const expected: unknown[] = [];
  let turned = "";
  for (const { name, container, codec, channels, kind } of samples) {
    const { probe, compositionId } = await lab.upload(lab.file(name));
    const renditions = await settled(lab.media, compositionId);
    const [loudspeaker] = renditions;
    const file = lab.library.pathOf(loudspeaker?.sha256 ?? "");
    const { lufs, truePeakDbtp } = await measureLoudness(file);
    const seconds = Number((await ffprobe(file)).format["duration"]);
    expected.push([name, container, codec, channels, kind, renditions.map(() => "ready"), true, true, true]);
    made.push([
      name,
      probe.container,
      probe.audio.codec,
      probe.audio.channels,
      probe.kind,
      renditions.map(({ state, error }) => error ?? state),
      Math.abs(seconds - 4) < 0.25,
      Math.abs(lufs + 16) <= 0.5,
      truePeakDbtp <= -1.5,
    ]);
    expect(renditions).toHaveLength(kind === "video" ? 2 : 1);
    if (name === "turned.mov") turned = renditions[1]?.sha256 ?? "";
  }
  expect(made).toEqual(expected);
  const [picture] = (await ffprobe(lab.library.pathOf(turned))).streams.filter(
    ({ codec_type }) => codec_type === "video",
  );
  // Held upright: 320 × 240 turned by a quarter, in pixels and not by a mark that a terminal may ignore.
  expect(picture).toMatchObject({ width: 240, height: 320 });
  expect(picture).not.toHaveProperty("side_data_list");
  expect(lab.temporary()).toEqual([]);
}, 300_000);
