import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import { whyNotAirable } from "../media/recording.ts";
import type { Content, ContentEdit, ContentFilter, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { checkTrim, composePart, type Trim, usedMs } from "../programmes/programme-sound.ts";
import type { Session, SessionStore } from "./session-store.ts";

export type NewSession = Pick<Session, "programmeId" | "number" | "topic" | "speakers" | "modules">;

/** Every edit throws `conflict` while it is fixed for a broadcast that is on air or about to be. */
export interface SessionService extends ContentSource {
  /** @throws {AppError} `invalid`, or `conflict` when the programme has the number already */
  create(input: NewSession, userId: string): Session;
  /** @throws {AppError} `not_found` */
  get(id: string): Session;
  /** Newest first; `before` is the last id of the page before. */
  page(filter: ContentFilter, before: string, limit: number): Session[];
  /** Ends its review. */
  update(
    id: string,
    changes: Partial<Pick<Session, "topic" | "speakers" | "modules">>,
    userId: string,
  ): Session;
  /** Stores and transcodes the recording. Ends its review. */
  uploadRecording(id: string, upload: Upload, userId: string): Promise<Session>;
  /** Uses a recording that is there already. Ends its review. @throws {AppError} `not_found` */
  useAsset(id: string, sha256: string, userId: string): Session;
  /** Uses a stretch of the recording, `null` all of it. Ends its review. @throws {AppError} `invalid` */
  trim(id: string, trim: Trim | null, userId: string): Session;
  /** Every composition that a session refers to. */
  compositions(): string[];
}

interface Dependencies {
  store: SessionStore;
  programmes: ProgrammeService;
  media: MediaService;
  transact: Transact;
  clock: Clock;
}

export function createSessionService({
  store,
  programmes,
  media,
  transact,
  clock,
}: Dependencies): SessionService {
  const editListeners: ((edit: ContentEdit) => void)[] = [];
  /** Before an edit is written. @throws {AppError} `conflict` when it may not be edited now */
  function willEdit(edit: ContentEdit): void {
    for (const listener of editListeners) listener(edit);
  }

  function get(id: string): Session {
    const session = store.get(id);
    if (!session) throw notFound("session", id);
    return session;
  }

  /** Writes the recording and what is to be rendered of it; what is the same as before is not made again. */
  function compose(id: string, { assetSha256, trim }: Pick<Session, "assetSha256" | "trim">): void {
    const { programmeId, number, topic } = get(id);
    const part = assetSha256 === null ? null : { title: topic, assetSha256, trim };
    const compositionId =
      part && media.compose(composePart(programmes.get(programmeId), { number, title: topic }, part));
    store.setRecording({ id, assetSha256, trim, compositionId }, clock.now());
  }

  function changeRecording(
    id: string,
    userId: string,
    change: ContentEdit["change"],
    changed: (session: Session) => Pick<Session, "assetSha256" | "trim">,
  ): Session {
    return transact(() => {
      const recording = changed(get(id));
      willEdit({ contentId: id, userId, change });
      compose(id, recording);
      return get(id);
    });
  }

  programmes.onSoundChange((programme, userId) => {
    for (const session of store.unapproved(programme.id)) {
      compose(session.id, session);
      const isOther = get(session.id).compositionId !== session.compositionId;
      if (isOther) willEdit({ contentId: session.id, userId, change: "sound" });
    }
  });

  return {
    get,
    page: store.page,
    compositions: store.compositions,

    create(input, userId) {
      const programme = programmes.require(input.programmeId, "lecture");
      return transact(() => {
        if (store.idOf(programme.id, input.number) !== null) {
          throw new AppError("conflict", `${programme.title} has a session ${input.number} already.`);
        }
        const id = uuidv7();
        store.insert({ ...input, id }, clock.now());
        // Who begins it has had a part in it, and reviews none of it.
        willEdit({ contentId: id, userId, change: "title" });
        return get(id);
      });
    },

    update(id, changes, userId) {
      return transact(() => {
        const session = get(id);
        willEdit({ contentId: id, userId, change: "title" });
        store.update({ ...session, ...changes }, clock.now());
        compose(id, session);
        return get(id);
      });
    },

    async uploadRecording(id, upload, userId) {
      get(id);
      await media.receiveUpload({ ...upload, makerId: userId }, (asset) => {
        changeRecording(id, userId, "recording", () => ({ assetSha256: asset.sha256, trim: null }));
      });
      return get(id);
    },

    useAsset(id, sha256, userId) {
      if (!media.assetOf(sha256)) throw notFound("recording", sha256);
      return changeRecording(id, userId, "recording", () => ({ assetSha256: sha256, trim: null }));
    },

    trim(id, trim, userId) {
      return changeRecording(id, userId, "trim", ({ assetSha256 }) => {
        const asset = assetSha256 === null ? null : media.assetOf(assetSha256);
        if (!asset) throw new AppError("conflict", "There is no recording to be trimmed.");
        checkTrim(trim, asset.durationMs);
        return { assetSha256, trim };
      });
    },

    withRecording: store.withRecording,
    reviewable(id) {
      const session = get(id);
      const { topic, assetSha256, trim, compositionId } = session;
      const problem = whyNotAirable(media, compositionId);
      return {
        ...pick(session),
        approvedAt: session.approvedAt,
        parts: [{ title: topic, compositionId }],
        recordings: assetSha256 === null ? [] : [assetSha256],
        trimmed: assetSha256 === null || trim === null ? [] : [assetSha256],
        durationMs: assetSha256 === null ? 0 : usedMs(media, { assetSha256, trim }),
        lacks: problem === null ? [] : [{ at: "/recording", message: problem }],
      };
    },

    using: (compositionId) => store.using(compositionId).map((id) => ({ kind: "session", id })),
    setApproved: (id, at) => store.setApproved(id, at, clock.now()),
    soundAsNow: (id) => compose(id, get(id)),

    waiting: (programmeId) =>
      store
        .unapproved(programmeId)
        .map(({ compositionId }) => (compositionId === null ? [] : [compositionId])),
    numberOf(programmeId, id) {
      const session = store.get(id);
      return session?.programmeId === programmeId ? session.number : null;
    },
    idOf: store.idOf,
    approved: (programmeId, fromNumber) => store.approved(programmeId, fromNumber).map(toContent),
    onEdit: (listener) => void editListeners.push(listener),
  };
}

const pick = ({ id, programmeId, number, topic }: Session) => ({
  kind: "session" as const,
  id,
  programmeId,
  number,
  title: topic,
  segments: [],
});

function toContent(session: Session): Content {
  const { id, topic, approvedAt, compositionId } = session;
  if (approvedAt === null) throw new Error(`session ${id} is not approved`);
  if (compositionId === null) throw new Error(`approved session ${id} lacks a recording`);
  return { ...pick(session), approvedAt, parts: [{ title: topic, compositionId }] };
}
