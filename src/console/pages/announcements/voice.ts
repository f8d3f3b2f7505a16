import {
  MicrophoneProblem,
  type Recorder,
  startRecording,
  type Voice,
  type WhyNot,
} from "../../microphone.js";
import { createLevel, type Level } from "../../parts/level.ts";
import { createStore, type Store } from "../../parts/store.ts";

/** What is spoken is an announcement, not a programme. */
const LONGEST_MS = 15 * 60_000;

interface VoiceState {
  isAsking: boolean;
  /** Why there is no microphone. */
  problem: WhyNot | null;
  recording: { recorder: Recorder; level: Level } | null;
  /** What was recorded; it stays until it is thrown away. */
  recorded: (Voice & { url: string }) | null;
}

export type VoiceRecorder = Store<VoiceState> & {
  record: () => Promise<void>;
  /** Ends a recording that runs, of which what was said so far is kept; one that is still asked for does not begin. */
  stop: () => void;
  discard: () => void;
  /** Nobody comes back to it. */
  close: () => void;
};

/** Records what is spoken into the microphone. @param onDiscard called when what was recorded is thrown away */
export function createVoiceRecorder(onDiscard: () => void): VoiceRecorder {
  const store = createStore<VoiceState>({ isAsking: false, problem: null, recording: null, recorded: null });
  const ending = new AbortController();
  /** Ends the wait for the browser's permission. */
  let asking = new AbortController();

  function forget(): void {
    const { recorded } = store.get();
    if (recorded === null) return;
    URL.revokeObjectURL(recorded.url);
    store.set({ recorded: null });
    onDiscard();
  }

  async function open(level: Level): Promise<Recorder | null> {
    asking = new AbortController();
    store.set({ isAsking: true, problem: null });
    try {
      return await startRecording(level.show, asking.signal);
    } catch (error) {
      store.set({ problem: error instanceof MicrophoneProblem ? error.why : "failed" });
      return null;
    } finally {
      store.set({ isAsking: false });
    }
  }

  async function record(): Promise<void> {
    const level = createLevel();
    const recorder = await open(level);
    if (recorder === null) return;
    // Only now, as a microphone that does not open shall cost nobody what was recorded before.
    forget();
    store.set({ recording: { recorder, level } });
    const limit = setTimeout(recorder.stop, LONGEST_MS);
    const voice = await recorder.done;
    clearTimeout(limit);
    store.set({ recording: null, recorded: { ...voice, url: URL.createObjectURL(voice.file) } });
  }

  addEventListener(
    "beforeunload",
    (event) => {
      const { recording, recorded } = store.get();
      if (recording !== null || recorded !== null) event.preventDefault();
    },
    { signal: ending.signal },
  );

  function stop(): void {
    asking.abort();
    store.get().recording?.recorder.stop();
  }

  return {
    ...store,
    record,
    stop,
    discard() {
      forget();
      store.set({ problem: null });
    },
    close() {
      ending.abort();
      stop();
    },
  };
}
