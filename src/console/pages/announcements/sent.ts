import type { Recording } from "../../api-types.ts";
import { getRecording } from "../../interrupts.ts";
import { createStore, type Store } from "../../parts/store.ts";
import { dismissUpload, isUnderWay, onUpload, startUpload, uploadOf } from "../../uploads.js";

const LOOKS_EVERY_MS = 1500;

/** What is in the library, ready to be aired. */
export interface Sound {
  sha256: string;
  durationMs: number;
}

interface SentState {
  /** Whether the server is listening to it. */
  isLooking: boolean;
  /** What the server has heard in it. */
  recording: Recording | null;
  problem: { error: unknown; sha256: string } | null;
}

export type SentRecording = Store<SentState> & {
  place: string;
  send: (file: File) => Promise<void>;
  /** Listens again to what arrived and could not be asked for. */
  look: (sha256: string) => Promise<void>;
  forget: () => void;
  /** Whether something is still on its way. */
  isBusy: () => boolean;
  /** It, once it can be aired. */
  sound: () => Sound | null;
  /** Nobody comes back to it. */
  close: () => void;
};

export const hasFault = ({ listening }: Recording): boolean =>
  listening?.findings.some(({ severity }) => severity === "fault") ?? false;

/**
 * A recording on its way into the library, where it lies for no place yet, and what the server hears in it.
 * @param place as `recordings/<word>`
 */
export function createSent(place: string): SentRecording {
  const NOTHING: SentState = { isLooking: false, recording: null, problem: null };
  /** Grows with each new file: what an earlier one still comes to is void. */
  let round = 0;
  const store = createStore<SentState>(NOTHING);
  // How far it is says the upload itself.
  const ignoreUploads = onUpload((changed) => void (changed === place && store.set({})));

  function forget(): void {
    round += 1;
    const upload = uploadOf(place);
    if (isUnderWay(upload)) upload?.cancel();
    dismissUpload(place);
    store.set(NOTHING);
  }

  async function send(file: File): Promise<void> {
    forget();
    const mine = round;
    const sha256: string | null = await startUpload(place, file);
    if (sha256 !== null && mine === round) await look(sha256);
  }

  async function look(sha256: string): Promise<void> {
    const mine = round;
    store.set({ ...NOTHING, isLooking: true });
    try {
      const recording = await listenedTo(sha256, () => mine === round);
      if (mine === round) store.set({ isLooking: false, recording });
    } catch (error) {
      if (mine === round) store.set({ isLooking: false, problem: { error, sha256 } });
    }
  }

  return {
    ...store,
    place,
    send,
    look,
    forget,
    isBusy: () => store.get().isLooking || isUnderWay(uploadOf(place)),
    sound() {
      const { recording } = store.get();
      // A fault keeps it off the air, and so does that nobody could listen.
      if (recording === null || recording.listening === null || hasFault(recording)) return null;
      return { sha256: recording.sha256, durationMs: recording.durationMs };
    },
    close() {
      forget();
      ignoreUploads();
    },
  };
}

/** The recording once the server has listened to it, or could not. */
async function listenedTo(sha256: string, isWanted: () => boolean): Promise<Recording> {
  for (;;) {
    const recording = await getRecording(sha256);
    const { listening, listeningJob } = recording;
    const isGivenUp = listeningJob?.state === "failed" || listeningJob?.state === "cancelled";
    if (listening !== null || isGivenUp || !isWanted()) return recording;
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
}
