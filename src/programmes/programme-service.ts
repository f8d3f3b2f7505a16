import { v7 as uuidv7 } from "uuid";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import { DEFAULT_REVIEW, type ReviewSettings } from "./programme-review.ts";
import { DEFAULT_SOUND, type ProgrammeSound, type SoundRole } from "./programme-sound.ts";
import type { Programme, ProgrammeStore } from "./programme-store.ts";

/** What of a programme's sound is set as it is; its recordings and its cover are uploaded. */
export type SoundSettings = Pick<ProgrammeSound, "delivery" | "gapMs" | "bypass" | "slotMinutes">;

export interface ProgrammeService {
  all(): Programme[];
  /** @throws {AppError} `not_found` */
  get(id: string): Programme;
  /** @throws {AppError} `invalid` at `/programmeId` when unknown or of the other kind */
  require(id: string, kind: Programme["kind"]): Programme;
  create(programme: Omit<Programme, "id" | "sound" | "review">, review?: Partial<ReviewSettings>): Programme;
  /** Content that is approved keeps the sound it was approved with. */
  changeSound(id: string, changes: Partial<SoundSettings>, userId: string): Programme;
  /** @throws {AppError} as {@link MediaService.receiveUpload} does, and `conflict` for a programme of sessions */
  uploadSound(id: string, role: SoundRole, upload: Upload, userId: string): Promise<Programme>;
  removeSound(id: string, role: SoundRole | "cover", userId: string): Programme;
  /** @throws {AppError} `invalid` when it is no picture */
  uploadCover(id: string, upload: Upload, userId: string): Promise<Programme>;
  /** Holds for what is submitted from then on. */
  changeReview(id: string, changes: Partial<ReviewSettings>): Programme;
  /** Called in the transaction in which it was changed. */
  onReviewChange(listener: (programme: Programme) => void): void;
  /** Called in the transaction in which the sound was changed. */
  onSoundChange(listener: (programme: Programme, userId: string) => void): void;
}

interface Dependencies {
  store: ProgrammeStore;
  media: Pick<MediaService, "receiveUpload" | "receiveCover">;
  transact: Transact;
}

export function createProgrammeService({ store, media, transact }: Dependencies): ProgrammeService {
  const listeners: ((programme: Programme, userId: string) => void)[] = [];
  const reviewListeners: ((programme: Programme) => void)[] = [];

  function get(id: string): Programme {
    const programme = store.get(id);
    if (!programme) throw notFound("programme", id);
    return programme;
  }

  function setSound(id: string, changes: Partial<ProgrammeSound>, userId: string): Programme {
    return transact(() => {
      store.setSound(id, { ...get(id).sound, ...changes });
      const programme = get(id);
      for (const listener of listeners) listener(programme, userId);
      return programme;
    });
  }

  return {
    all: store.all,
    get,

    require(id, kind) {
      const programme = store.get(id);
      if (!programme)
        throw invalid("/programmeId", "There is no such programme.", "GET /api/v1/programmes lists them.");
      if (programme.kind !== kind) {
        const has = programme.kind === "broadcast" ? "episodes" : "sessions";
        throw invalid("/programmeId", `${programme.title} has ${has}.`);
      }
      return programme;
    },

    create(input, review) {
      const programme = {
        ...input,
        id: uuidv7(),
        sound: DEFAULT_SOUND,
        review: { ...DEFAULT_REVIEW, ...review },
      };
      store.insert(programme);
      return programme;
    },

    changeSound: setSound,

    async uploadSound(id, role, upload, userId) {
      if (get(id).kind !== "broadcast") {
        throw new AppError(
          "conflict",
          "Only a programme with episodes has a signature tune, stings and a closing.",
        );
      }
      await media.receiveUpload({ ...upload, makerId: userId }, ({ sha256 }) => {
        setSound(id, { [role]: sha256 }, userId);
      });
      return get(id);
    },

    removeSound: (id, role, userId) => setSound(id, { [role]: null }, userId),

    async uploadCover(id, upload, userId) {
      get(id);
      await media.receiveCover(upload, (sha256) => void setSound(id, { cover: sha256 }, userId));
      return get(id);
    },

    changeReview(id, changes) {
      return transact(() => {
        const { segments } = get(id);
        const unknown = changes.consentSegments?.find((name) => !segments.includes(name));
        if (unknown !== undefined)
          throw invalid("/consentSegments", `${unknown} is no segment of this programme.`);
        store.setReview(id, { ...get(id).review, ...changes });
        const programme = get(id);
        for (const listener of reviewListeners) listener(programme);
        return programme;
      });
    },

    onReviewChange: (listener) => void reviewListeners.push(listener),
    onSoundChange: (listener) => void listeners.push(listener),
  };
}
