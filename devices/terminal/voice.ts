import type { LiveCue, VoicePart } from "./messages.ts";
import { paceFor } from "./pace.ts";

/** Somebody who speaks while it sounds. */
export interface Voice {
  add(part: VoicePart): void;
  /** When the first sound came, by the server's clock; `null` when it ended without one. */
  start(): Promise<number | null>;
  /** No further part comes: what is there is heard to its end. */
  finish(): void;
  /** How far the whole has come, ms. */
  positionMs(): number;
  close(): void;
}

const LOOK_EVERY_MS = 40;
/** Every change of pace costs a little of it. */
const PACE_EVERY_MS = 250;
/** As far as it may be behind. */
const LINGER_MS = 500;
/** Parts of MPEG frames, one stream for one decoder (Media Source Extensions, "MPEG audio byte stream format"). */
const PARTS = "audio/mpeg";

/** Keeps every part to its instant, which counts from `startAt`; what has not come by then is silence. */
export function prepareVoice(
  audio: HTMLAudioElement,
  { startAt, volume }: LiveCue,
  now: () => number,
): Voice {
  const source = new MediaSource();
  const address = URL.createObjectURL(source);
  const waiting: VoicePart[] = [];
  const first = Promise.withResolvers<number | null>();
  let buffer: SourceBuffer | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let pacedAt = 0;
  /** Where it began to sound, seconds. */
  let from = 0;
  const positionMs = () => Math.max(0, now() - startAt);

  audio.volume = volume / 100;
  audio.src = address;
  source.addEventListener("sourceopen", () => {
    if (isOver) return;
    buffer = source.addSourceBuffer(PARTS);
    buffer.mode = "sequence";
    buffer.addEventListener("updateend", append);
    append();
  });

  function append(): void {
    if (!buffer || buffer.updating || isOver) return;
    const part = waiting.shift();
    if (!part) return;
    buffer.timestampOffset = part.atMs / 1000;
    buffer.appendBuffer(part.bytes as Uint8Array<ArrayBuffer>);
  }

  function isThere(seconds: number): boolean {
    const { buffered } = audio;
    for (let range = 0; range < buffered.length; range += 1)
      if (buffered.start(range) <= seconds && seconds < buffered.end(range)) return true;
    return false;
  }

  /** The sound of this very moment, or none. */
  function look(): void {
    if (isOver) return;
    timer = setTimeout(look, LOOK_EVERY_MS);
    const due = positionMs() / 1000;
    if (!isThere(due)) return;
    const pace = paceFor((audio.currentTime - due) * 1000);
    if (pace === "jump" || !isThere(audio.currentTime)) audio.currentTime = from = due;
    else if (performance.now() - pacedAt > PACE_EVERY_MS) {
      audio.playbackRate = pace.rate;
      pacedAt = performance.now();
    }
    if (audio.paused) void audio.play().catch(() => {});
    else if (!audio.seeking && audio.currentTime > from)
      first.resolve(now() - (audio.currentTime - from) * 1000);
  }

  return {
    add(part) {
      waiting.push(part);
      append();
    },
    start() {
      look();
      return first.promise;
    },
    finish: () => void setTimeout(close, LINGER_MS),
    positionMs,
    close,
  };

  function close(): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    audio.pause();
    audio.removeAttribute("src");
    audio.load();
    URL.revokeObjectURL(address);
    first.resolve(null);
  }
}
