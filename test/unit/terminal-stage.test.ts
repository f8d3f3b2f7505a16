import { resolveObjectURL } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import type { Answer } from "../../devices/terminal/messages.ts";
import { createStage } from "../../devices/terminal/stage.ts";
import { createPrivateFolder } from "../support/terminal-folder.ts";

/** As much of a `<video>` or `<audio>` as the stage touches. */
class Element extends EventTarget {
  address = "";
  volume = 1;
  playbackRate = 1;
  currentTime = 0;
  videoWidth = 0;
  onended: (() => void) | null = null;
  classList = { toggle() {}, remove() {} };
  #after: { loaded: "canplay" | "error"; played: Promise<void> };

  constructor(after: { loaded: "canplay" | "error"; played: Promise<void> }) {
    super();
    after.played.catch(() => {});
    this.#after = after;
  }
  set src(address: string) {
    this.address = address;
    queueMicrotask(() => this.dispatchEvent(new Event(this.#after.loaded)));
  }
  play = () => this.#after.played;
  pause() {}
  load() {}
  removeAttribute() {
    this.address = "";
  }
}

const loads = { loaded: "canplay", played: Promise.resolve() } as const;
const programme = {
  broadcastId: "b",
  startAt: 0,
  parts: [{ path: "film", durationMs: 1_000 }],
  seekMs: 0,
  volume: 100,
};

function createStageOf(after: ConstructorParameters<typeof Element>[0]) {
  const { folder, files } = createPrivateFolder({ bytes: Infinity });
  files.set("film", new Uint8Array(1));
  const videos = [new Element(after), new Element(after)] as const;
  const audio = new Element(loads);
  const answers: Answer[] = [];
  const stage = createStage({
    media: folder,
    videos: videos as unknown as readonly [HTMLVideoElement, HTMLVideoElement],
    audio: audio as unknown as HTMLAudioElement,
    now: () => 0,
    answer: (answer) => void answers.push(answer),
  });
  const answered = (count: number) => vi.waitFor(() => expect(answers).toHaveLength(count), { interval: 1 });
  return { stage, videos, files, audio, answers, answered };
}

afterEach(() => vi.unstubAllGlobals());

test("a start that the browser refuses is a failure, and no end of the broadcast", async () => {
  const refused = Promise.reject(new Error("not allowed to play"));
  const { stage, answers, answered } = createStageOf({ loaded: "canplay", played: refused });
  stage({ kind: "prepare", id: 1, programme });
  await answered(1);
  stage({ kind: "start", id: 1 });
  await answered(3);
  expect(answers[0]).toEqual({ kind: "prepared", id: 1 });
  expect(answers[1]).toEqual({ kind: "failed", id: 1, what: "not allowed to play", isMedia: false });
});

test("what cannot be loaded keeps nothing of its file", async () => {
  const { stage, videos, answers, answered } = createStageOf({ ...loads, loaded: "error" });
  stage({ kind: "prepare", id: 1, programme });
  await answered(1);
  expect(answers).toMatchObject([{ kind: "failed", id: 1, isMedia: true }]);
  expect(videos[0].address).not.toBe("");
  expect(resolveObjectURL(videos[0].address)).toBeUndefined();
});

test.each([
  ["is stopped before it began", false],
  ["is stopped while it shows", true],
])("a film that %s keeps nothing of its file, nor do its elements", async (_, isShown) => {
  const { stage, videos, answers, answered } = createStageOf(loads);
  stage({ kind: "prepare", id: 1, programme });
  await answered(1);
  const { address } = videos[0];
  expect(resolveObjectURL(address)).toBeInstanceOf(Blob);
  if (isShown) {
    stage({ kind: "start", id: 1 });
    videos[0].currentTime = 0.5;
    await answered(2);
  }
  stage({ kind: "stop", id: 1 });
  expect(answers.at(-1)).toMatchObject({ kind: "ended", id: 1, ending: { complete: false } });
  expect(resolveObjectURL(address)).toBeUndefined();
  expect(videos.map((video) => video.address)).toEqual(["", ""]);
});

test("a film that is stopped between two parts takes nothing from the one that comes next", async () => {
  const { stage, videos, files, answers, answered } = createStageOf(loads);
  files.set("second", new Uint8Array(1));
  const parts = [...programme.parts, { path: "second", durationMs: 1_000 }];
  stage({ kind: "prepare", id: 1, programme: { ...programme, parts } });
  await answered(1);
  Object.defineProperty(videos[1], "src", { set() {} });
  stage({ kind: "start", id: 1 });
  videos[0].currentTime = 0.5;
  await answered(2);
  videos[0].onended?.();
  stage({ kind: "stop", id: 1 });
  stage({ kind: "prepare", id: 2, programme });
  await answered(4);
  expect(answers.at(-1)).toEqual({ kind: "prepared", id: 2 });
  videos[1].dispatchEvent(new Event("canplay"));
  await setImmediate();
  expect(resolveObjectURL(videos[0].address)).toBeInstanceOf(Blob);
});

test("a voice that is heard to its end takes nothing from the one that comes next", () => {
  vi.useFakeTimers();
  try {
    vi.stubGlobal(
      "MediaSource",
      class extends Blob {
        addEventListener() {}
      },
    );
    const { stage, audio } = createStageOf(loads);
    const live = { startAt: 0, volume: 100 };
    stage({ kind: "prepare-live", id: 1, programme: live });
    stage({ kind: "part", id: 1, part: null });
    stage({ kind: "prepare-live", id: 2, programme: live });
    const { address } = audio;
    expect(address).not.toBe("");
    vi.runAllTimers();
    expect(audio.address).toBe(address);
  } finally {
    vi.useRealTimers();
  }
});
