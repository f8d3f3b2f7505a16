import { expect, test } from "vitest";
import { MediaError, NotNowError } from "../../devices/core/output.ts";
import type { Cue } from "../../devices/terminal/messages.ts";
import { createScreenOutput } from "../../devices/terminal/screen-output.ts";

const film = {
  broadcastId: "film",
  startAt: 0,
  parts: [{ path: "film", durationMs: 60_000 }],
  seekMs: 0,
  volume: 100,
};
const streamed = {
  ...film,
  parts: [{ path: "film", durationMs: 60_000, stream: { sha256: "s", url: "/media/s" } }],
};

function open() {
  const cues: Cue[] = [];
  const output = createScreenOutput(
    (cue) => void cues.push(cue),
    () => 0,
  );
  return { output, cues };
}

test.each([
  ["a file", film],
  ["a stream", streamed],
])("%s that loads is given up at once, and may be shown later", async (_, programme) => {
  const { output, cues } = open();
  const abandoned = new AbortController();
  const prepared = output.prepare(programme, abandoned.signal);
  abandoned.abort();
  await expect(prepared).rejects.toThrow(NotNowError);
  expect(cues).toMatchObject([
    { kind: "prepare", id: 1 },
    { kind: "stop", id: 1 },
  ]);
  // What the page says of it then is about nothing any more.
  output.onAnswer({ kind: "failed", id: 1, what: "it is not to be shown any more", isMedia: true });
});

test("one that was prepared in the moment that it is given up can be stopped all the same", async () => {
  const { output } = open();
  const abandoned = new AbortController();
  const prepared = output.prepare(film, abandoned.signal);
  output.onAnswer({ kind: "prepared", id: 1 });
  abandoned.abort();
  const { stop, ended } = await prepared;
  await stop();
  await expect(ended).rejects.toThrow(NotNowError);
});

test("a file that the page cannot show is spoilt, and a stream is only not there now", async () => {
  const { output } = open();
  const [file, stream] = [output.prepare(film), output.prepare(streamed)];
  for (const id of [1, 2]) output.onAnswer({ kind: "failed", id, what: "no canplay in time", isMedia: true });
  await expect(file).rejects.toThrow(MediaError);
  await expect(stream).rejects.toThrow(NotNowError);
});
