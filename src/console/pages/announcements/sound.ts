import { createSpoken, heardSpeech, type SpokenStore, write } from "../../parts/spoken.ts";
import { createStore, type Store } from "../../parts/store.ts";
import { createSent, type SentRecording, type Sound } from "./sent.ts";
import { createVoiceRecorder, type VoiceRecorder } from "./voice.ts";

/** Typed and spoken by the server, the microphone, a file, or somebody who speaks live. */
export type Way = "text" | "voice" | "file" | "live";

interface SoundState {
  way: Way;
  /** What is sent is the one or the other. */
  sentWay: "voice" | "file";
  /** A file that was chosen, to be heard while it is on its way. */
  file: { name: string; url: string } | null;
  /** How long somebody may speak live, as it was written. */
  longest: string;
}

const MOST_MINUTES = 30;
const NOTHING: SoundState = { way: "text", sentWay: "voice", file: null, longest: "5" };

export type SoundDraft = Store<SoundState> & {
  spoken: SpokenStore;
  voice: VoiceRecorder;
  sent: SentRecording;
  send: (by: "voice" | "file", file: File) => void;
  /** What would be aired, once there is something. */
  sound: () => Sound | null;
  /** Whether what is chosen is still on its way. */
  isBusy: () => boolean;
  /** `NaN` when that is no number that may be. */
  longestMinutes: () => number;
  reset: () => void;
  /** Nobody comes back to it. */
  close: () => void;
};

/** Where the sound comes from; it goes on while somebody looks at another page. @param place as `recordings/<word>` */
export function createSoundDraft(place: string): SoundDraft {
  const store = createStore<SoundState>(NOTHING);
  const spoken = createSpoken();
  const sent = createSent(place);
  const voice = createVoiceRecorder(() => void (store.get().sentWay === "voice" && sent.forget()));

  function forgetFile(): void {
    const { file } = store.get();
    if (file !== null) URL.revokeObjectURL(file.url);
    store.set({ file: null });
  }

  return {
    ...store,
    spoken,
    voice,
    sent,
    send(by, file) {
      if (by === "file") {
        forgetFile();
        store.set({ file: { name: file.name, url: URL.createObjectURL(file) } });
      }
      store.set({ sentWay: by });
      void sent.send(file);
    },
    sound() {
      const { way, sentWay } = store.get();
      if (way === "text") return heardSpeech(spoken.get());
      return way === sentWay ? sent.sound() : null;
    },
    isBusy() {
      const { way, sentWay } = store.get();
      return way === sentWay && sent.isBusy();
    },
    longestMinutes() {
      const minutes = Number(store.get().longest);
      return Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES ? minutes : Number.NaN;
    },
    reset() {
      write(spoken, "");
      voice.discard();
      sent.forget();
      forgetFile();
      store.set(NOTHING);
    },
    close() {
      voice.close();
      sent.close();
    },
  };
}
