import type { Answer, Cue } from "./messages.ts";
import { prepareShowing, type Showing } from "./showing.ts";
import { soundTone } from "./tone.ts";
import { prepareVoice, type Voice } from "./voice.ts";

interface Options {
  media: FileSystemDirectoryHandle;
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  audio: HTMLAudioElement;
  now: () => number;
  answer: (answer: Answer) => void;
}

/** What is on the stage under an id. */
interface Act {
  start(): Promise<number | null>;
  stop(): void;
  add?: Voice["add"];
  finish?(): void;
}

/** Does what the device says, one thing at a time, and says what became of it. */
export function createStage({ media, videos, audio, now, answer }: Options) {
  const acts = new Map<number, Act>();
  /** What is being loaded, to be given up. */
  const loading = new Map<number, AbortController>();
  /** Heard to its end while what comes next is prepared. */
  let lingering: Voice | null = null;

  function fail(id: number, error: unknown, isMedia = false): void {
    acts.delete(id);
    const what = error instanceof Error ? error.message : String(error);
    answer({ kind: "failed", id, what, isMedia });
  }

  async function prepare({ id, programme }: Extract<Cue, { kind: "prepare" }>): Promise<void> {
    const givenUp = new AbortController();
    loading.set(id, givenUp);
    try {
      const showing: Showing = await prepareShowing({
        programme,
        givenUp: givenUp.signal,
        media,
        videos,
        now,
        onEnded(ending) {
          acts.delete(id);
          answer({ kind: "ended", id, ending });
        },
        onFailed: (error) => fail(id, error),
      });
      acts.set(id, showing);
      answer({ kind: "prepared", id });
    } catch (error) {
      fail(id, error, true);
    } finally {
      loading.delete(id);
    }
  }

  function prepareSpoken({ id, programme }: Extract<Cue, { kind: "prepare-live" }>): void {
    // Whatever ends it later would take the element from the next one.
    lingering?.close();
    const voice = prepareVoice(audio, programme, now);
    const leave = () => {
      acts.delete(id);
      voice.close();
    };
    acts.set(id, {
      start: voice.start,
      add: voice.add,
      finish() {
        acts.delete(id);
        voice.finish();
        lingering = voice;
      },
      stop() {
        const positionMs = voice.positionMs();
        leave();
        answer({ kind: "ended", id, ending: { positionMs, complete: false } });
      },
    });
  }

  function sound({ id, durationMs, volume }: Extract<Cue, { kind: "tone" }>): void {
    const tone = soundTone(durationMs, volume);
    acts.set(id, { start: async () => null, stop: tone.stop });
    tone.ended
      .then(() => answer({ kind: "ended", id, ending: { positionMs: durationMs, complete: true } }))
      .catch((error: unknown) => fail(id, error))
      .finally(() => acts.delete(id));
  }

  async function start(id: number): Promise<void> {
    try {
      const firstSampleAt = (await acts.get(id)?.start()) ?? null;
      answer({ kind: "started", id, firstSampleAt });
    } catch (error) {
      const act = acts.get(id);
      // First, since an end that is told is the end of it.
      fail(id, error);
      act?.stop();
    }
  }

  return (cue: Cue): void => {
    switch (cue.kind) {
      case "prepare":
        return void prepare(cue);
      case "prepare-live":
        return prepareSpoken(cue);
      case "part": {
        const act = acts.get(cue.id);
        return cue.part ? act?.add?.(cue.part) : act?.finish?.();
      }
      case "start":
        return void start(cue.id);
      case "stop":
        loading.get(cue.id)?.abort(new Error("it is not to be shown any more"));
        return acts.get(cue.id)?.stop();
      case "tone":
        return sound(cue);
    }
  };
}
