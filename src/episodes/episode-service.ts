import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import { whyNotReady } from "../media/recording.ts";
import { createApprovals } from "../programmes/approvals.ts";
import type { Content, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import { checkSegmentOrder, type Episode } from "./episode.ts";
import type { EpisodeStore } from "./episode-store.ts";

export interface NewEpisode {
  programmeId: string;
  number: number;
  title: string;
  segments: { name: string; title: string }[];
}

export interface EpisodeService extends ContentSource {
  /** @throws {AppError} `invalid`, or `conflict` when the programme has the number already */
  create(input: NewEpisode): Episode;
  /** @throws {AppError} `not_found` */
  get(id: string): Episode;
  /** Newest first; `before` is the last id of the page before. */
  page(programmeId: string | null, before: string, limit: number): Episode[];
  /** Changing the segments drops their recordings where the name is gone. Voids the approval. */
  update(id: string, changes: { title?: string; segments?: NewEpisode["segments"] }): Episode;
  /** Stores and transcodes the recording of one segment. Voids the approval. */
  uploadSegment(id: string, position: number, upload: Upload): Promise<Episode>;
  /** @throws {AppError} `conflict` while a recording is missing or not transcoded. Idempotent. */
  approve(id: string, userId: string): Episode;
  withdrawApproval(id: string): Episode;
}

interface Dependencies {
  store: EpisodeStore;
  programmes: ProgrammeService;
  media: MediaService;
  transact: Transact;
  clock: Clock;
}

export function createEpisodeService({
  store,
  programmes,
  media,
  transact,
  clock,
}: Dependencies): EpisodeService {
  const approvals = createApprovals({ store, clock });

  function get(id: string): Episode {
    const episode = store.get(id);
    if (!episode) throw notFound("episode", id);
    return episode;
  }

  return {
    get,
    page: store.page,

    create(input) {
      const programme = programmes.require(input.programmeId, "broadcast");
      checkSegmentOrder(
        input.segments.map((segment) => segment.name),
        programme.segments,
      );
      return transact(() => {
        if (store.hasNumber(programme.id, input.number)) {
          throw new AppError("conflict", `${programme.title} has an episode ${input.number} already.`);
        }
        const id = uuidv7();
        const { number, title } = input;
        store.insert({ id, programmeId: programme.id, number, title, createdAt: clock.now() });
        store.replaceSegments(
          id,
          input.segments.map((segment, index) => newSegment(segment, index, null)),
        );
        return get(id);
      });
    },

    update(id, { title, segments }) {
      return transact(() => {
        const episode = get(id);
        if (title !== undefined) store.updateTitle(id, title, clock.now());
        if (segments !== undefined) {
          const programme = programmes.get(episode.programmeId);
          checkSegmentOrder(
            segments.map((segment) => segment.name),
            programme.segments,
          );
          const kept = new Map(episode.segments.map((segment) => [segment.name, segment.assetSha256]));
          store.replaceSegments(
            id,
            segments.map((segment, index) => newSegment(segment, index, kept.get(segment.name) ?? null)),
          );
        }
        approvals.void(episode);
        return get(id);
      });
    },

    async uploadSegment(id, position, upload) {
      const hasSegment = (episode: Episode) =>
        episode.segments.some((segment) => segment.position === position);
      if (!hasSegment(get(id))) throw notFound("segment", `${id}/${position}`);
      await media.receiveUpload(upload, (asset) => {
        // Looked up again: the episode may have been edited while the bytes were arriving.
        const episode = get(id);
        if (!hasSegment(episode)) throw notFound("segment", `${id}/${position}`);
        store.attachAsset(id, position, asset.sha256);
        approvals.void(episode);
      });
      return get(id);
    },

    approve(id, userId) {
      return transact(() => {
        const episode = get(id);
        if (episode.approvedAt !== null) return episode;
        const details = episode.segments.flatMap((segment, index) => {
          const problem = whyNotReady(media, segment.assetSha256);
          return problem ? [{ at: `/segments/${index}`, message: `${segment.name}: ${problem}` }] : [];
        });
        if (details.length > 0) {
          throw new AppError("conflict", "The episode cannot be approved yet.", {
            details,
            hint: "Approve it when every segment's renditions are ready and have been heard.",
          });
        }
        approvals.approve(episode, userId);
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

function newSegment(segment: { name: string; title: string }, index: number, assetSha256: string | null) {
  return { ...segment, id: uuidv7(), position: index + 1, assetSha256 };
}

function toContent(episode: Episode): Content {
  const { id, programmeId, number, title, segments } = episode;
  return {
    kind: "episode",
    id,
    programmeId,
    number,
    title,
    parts: segments.map((segment) => {
      if (segment.assetSha256 === null) throw new Error(`approved episode ${id} lacks a recording`);
      return { title: segment.title, assetSha256: segment.assetSha256 };
    }),
  };
}
