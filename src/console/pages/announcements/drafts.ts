import { keepDraft, keptDraft } from "../../parts/drafts.ts";
import { createStore, type Store } from "../../parts/store.ts";
import { createSoundDraft, type SoundDraft } from "./sound.ts";

/** What is being written or spoken outlives its page, but not the sign-in. */

export interface Draft<F> {
  fields: Store<F>;
  sound: SoundDraft;
  /** Once it was sent. */
  reset: () => void;
}

export interface CommonFields {
  title: string;
  isSilent: boolean;
  regions: string[];
  /** Grows with each one that was sent. */
  round: number;
}

export interface AnnouncementFields extends CommonFields {
  class: "announcement" | "drill";
  kinds: ("loudspeaker" | "terminal")[];
  when: "now" | "at";
  /** The county's time, as it was written. */
  at: string;
  repeat: string;
}

export interface EmergencyFields extends CommonFields {
  class: "emergency" | "drill";
  /** Nobody's guess, so nothing is chosen before. */
  severity: string;
  minutes: number;
}

const COMMON = { title: "", isSilent: false, regions: [] };
const ANNOUNCEMENT: Omit<AnnouncementFields, "round"> = {
  ...COMMON,
  class: "announcement",
  kinds: ["loudspeaker"],
  when: "now",
  at: "",
  repeat: "1",
};
const EMERGENCY: Omit<EmergencyFields, "round"> = {
  ...COMMON,
  class: "emergency",
  severity: "",
  minutes: 30,
};

function draftOf<F extends CommonFields>(name: string, empty: Omit<F, "round">): Draft<F> {
  const known = keptDraft(name) as Draft<F> | null;
  if (known) return known;
  const fields = createStore<F>({ ...empty, round: 0 } as F);
  const sound = createSoundDraft(`recordings/${name}`);
  const draft = {
    fields,
    sound,
    reset() {
      fields.set({ ...empty, round: fields.get().round + 1 } as F);
      sound.reset();
    },
  };
  keepDraft(name, draft, sound.close);
  return draft;
}

export const announcementDraft = (): Draft<AnnouncementFields> =>
  draftOf<AnnouncementFields>("announcement", ANNOUNCEMENT);

export const emergencyDraft = (): Draft<EmergencyFields> => draftOf<EmergencyFields>("emergency", EMERGENCY);
