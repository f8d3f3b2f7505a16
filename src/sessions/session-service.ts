import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import { whyNotReady } from "../media/recording.ts";
import { createApprovals } from "../programmes/approvals.ts";
import type { Content, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import type { Session, SessionStore } from "./session-store.ts";

export type NewSession = Pick<Session, "programmeId" | "number" | "topic" | "speakers" | "modules">;

export interface SessionService extends ContentSource {
  /** @throws {AppError} `invalid`, or `conflict` when the programme has the number already */
  create(input: NewSession): Session;
  /** @throws {AppError} `not_found` */
  get(id: string): Session;
  /** Newest first; `before` is the last id of the page before. */
  page(programmeId: string | null, before: string, limit: number): Session[];
  /** Voids the approval. */
  update(id: string, changes: Partial<Pick<Session, "topic" | "speakers" | "modules">>): Session;
  /** Stores and transcodes the recording. Voids the approval. */
  uploadRecording(id: string, upload: Upload): Promise<Session>;
  /** @throws {AppError} `conflict` while the recording is missing or not transcoded. Idempotent. */
  approve(id: string, userId: string): Session;
  withdrawApproval(id: string): Session;
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
  const approvals = createApprovals({ store, clock });

  function get(id: string): Session {
    const session = store.get(id);
    if (!session) throw notFound("session", id);
    return session;
  }

  return {
    get,
    page: store.page,

    create(input) {
      const programme = programmes.require(input.programmeId, "lecture");
      return transact(() => {
        if (store.hasNumber(programme.id, input.number)) {
          throw new AppError("conflict", `${programme.title} has a session ${input.number} already.`);
        }
        const id = uuidv7();
        store.insert({ ...input, id }, clock.now());
        return get(id);
      });
    },

    update(id, changes) {
      return transact(() => {
        const session = get(id);
        store.update({ ...session, ...changes }, clock.now());
        approvals.void(session);
        return get(id);
      });
    },

    async uploadRecording(id, upload) {
      get(id);
      await media.receiveUpload(upload, (asset) => {
        const session = get(id);
        store.attachAsset(id, asset.sha256, clock.now());
        approvals.void(session);
      });
      return get(id);
    },

    approve(id, userId) {
      return transact(() => {
        const session = get(id);
        if (session.approvedAt !== null) return session;
        const problem = whyNotReady(media, session.assetSha256);
        if (problem) {
          throw new AppError("conflict", `The session cannot be approved yet: ${problem}.`, {
            hint: "Approve it when the recording's renditions are ready and have been watched.",
          });
        }
        approvals.approve(session, userId);
        return get(id);
      });
    },

    withdrawApproval(id) {
      return transact(() => {
        approvals.void(get(id));
        return get(id);
      });
    },

    approved: (programmeId, fromNumber) => store.approved(programmeId, fromNumber).map(toContent),
    onApprovalChange: approvals.onApprovalChange,
  };
}

function toContent({ id, programmeId, number, topic, assetSha256 }: Session): Content {
  if (assetSha256 === null) throw new Error(`approved session ${id} lacks a recording`);
  return { kind: "session", id, programmeId, number, title: topic, parts: [{ title: topic, assetSha256 }] };
}
