import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import { whyNotAirable } from "../media/recording.ts";
import { createApprovals } from "../programmes/approvals.ts";
import type { Content, ContentSource } from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import {
  checkTrim,
  composePart,
  composeProgramme,
  type Part,
  type Trim,
} from "../programmes/programme-sound.ts";
import { checkSegmentOrder, type Episode, type Segment } from "./episode.ts";
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
  update(id: string, changes: { title?: string; segments?: NewEpisode["segments"] }, userId: string): Episode;
  /** Stores and transcodes the recording of one segment. Voids the approval. */
  uploadSegment(id: string, position: number, upload: Upload, userId: string): Promise<Episode>;
  /** Uses a recording that is there already. Voids the approval. @throws {AppError} `not_found` */
  useAsset(id: string, position: number, sha256: string, userId: string): Episode;
  /** Uses a stretch of a segment's recording, `null` all of it. Voids the approval. @throws {AppError} `invalid` */
  trimSegment(id: string, position: number, trim: Trim | null, userId: string): Episode;
  /** @throws {AppError} `conflict` while a recording is missing, faulty or not transcoded. Idempotent. */
  approve(id: string, userId: string): Episode;
  withdrawApproval(id: string, userId: string): Episode;
  /** Every composition that an episode refers to. */
  compositions(): string[];
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

  function segmentOf(episode: Episode, position: number): Segment {
    const segment = episode.segments.find((each) => each.position === position);
    if (!segment) throw notFound("segment", `${episode.id}/${position}`);
    return segment;
  }

  /** Writes the segments and what is to be rendered of them; what is the same as before is not made again. */
  function compose(id: string, segments: readonly Segment[]): void {
    const episode = get(id);
    const programme = programmes.get(episode.programmeId);
    const composed = segments.map((segment) => {
      const [part] = partsOf([segment]);
      return {
        ...segment,
        compositionId: part ? media.compose(composePart(programme, episode, part)) : null,
      };
    });
    store.replaceSegments(id, composed);
    const parts = partsOf(segments);
    const isWhole = programme.sound.delivery === "programme" && parts.length === segments.length;
    store.setComposition(id, isWhole ? media.compose(composeProgramme(programme, episode, parts)) : null);
  }

  /** An edit of one segment's recording, as the episode is now. */
  function changeSegment(
    id: string,
    position: number,
    userId: string,
    change: (segment: Segment) => Pick<Segment, "assetSha256" | "trim">,
  ): Episode {
    return transact(() => {
      const episode = get(id);
      const edited = { ...segmentOf(episode, position), ...change(segmentOf(episode, position)) };
      approvals.void(episode, userId);
      compose(
        id,
        episode.segments.map((each) => (each.position === position ? edited : each)),
      );
      return get(id);
    });
  }

  programmes.onSoundChange((programme) => {
    for (const { id, segments } of store.unapproved(programme.id)) compose(id, segments);
  });

  return {
    get,
    page: store.page,
    compositions: store.compositions,

    create(input) {
      const programme = programmes.require(input.programmeId, "broadcast");
      checkSegmentOrder(
        input.segments.map((segment) => segment.name),
        programme.segments,
      );
      return transact(() => {
        if (store.idOf(programme.id, input.number) !== null) {
          throw new AppError("conflict", `${programme.title} has an episode ${input.number} already.`);
        }
        const id = uuidv7();
        const { number, title } = input;
        store.insert({ id, programmeId: programme.id, number, title, createdAt: clock.now() });
        store.replaceSegments(id, newSegments(input.segments, []));
        return get(id);
      });
    },

    update(id, { title, segments }, userId) {
      return transact(() => {
        const episode = get(id);
        if (segments !== undefined) {
          const programme = programmes.get(episode.programmeId);
          checkSegmentOrder(
            segments.map((segment) => segment.name),
            programme.segments,
          );
        }
        approvals.void(episode, userId);
        if (title !== undefined) store.updateTitle(id, title, clock.now());
        compose(id, segments === undefined ? episode.segments : newSegments(segments, episode.segments));
        return get(id);
      });
    },

    async uploadSegment(id, position, upload, userId) {
      segmentOf(get(id), position);
      await media.receiveUpload(upload, (asset) => {
        // Looked up again: the episode may have been edited while the bytes were arriving.
        changeSegment(id, position, userId, () => ({ assetSha256: asset.sha256, trim: null }));
      });
      return get(id);
    },

    useAsset(id, position, sha256, userId) {
      if (!media.assetOf(sha256)) throw notFound("recording", sha256);
      return changeSegment(id, position, userId, () => ({ assetSha256: sha256, trim: null }));
    },

    trimSegment(id, position, trim, userId) {
      return changeSegment(id, position, userId, ({ assetSha256 }) => {
        const asset = assetSha256 === null ? null : media.assetOf(assetSha256);
        if (!asset) throw new AppError("conflict", "There is no recording to be trimmed.");
        checkTrim(trim, asset.durationMs);
        return { assetSha256, trim };
      });
    },

    approve(id, userId) {
      return transact(() => {
        const episode = get(id);
        if (episode.approvedAt !== null) return episode;
        const details = episode.segments.flatMap((segment, index) => {
          const problem = whyNotAirable(media, segment.compositionId);
          return problem ? [{ at: `/segments/${index}`, message: `${segment.name}: ${problem}` }] : [];
        });
        const whole = episode.compositionId === null ? null : whyNotAirable(media, episode.compositionId);
        if (details.length === 0 && whole !== null) details.push({ at: "/programme", message: whole });
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

    withdrawApproval(id, userId) {
      return transact(() => {
        const episode = get(id);
        approvals.withdraw(episode, userId);
        // What the programme has become since then applies now.
        compose(id, episode.segments);
        return get(id);
      });
    },

    waiting: (programmeId) => store.unapproved(programmeId).map(compositionsOf),
    numberOf(programmeId, id) {
      const episode = store.get(id);
      return episode?.programmeId === programmeId ? episode.number : null;
    },
    idOf: store.idOf,
    approved: (programmeId, fromNumber) => store.approved(programmeId, fromNumber).map(toContent),
    onApprovalChange: approvals.onApprovalChange,
  };
}

const compositionsOf = ({ segments, compositionId }: Episode): string[] =>
  [...segments.map((segment) => segment.compositionId), compositionId].filter((id) => id !== null);

/** Segments as they are asked for, with the recordings of those that keep their name. */
const newSegments = (wanted: NewEpisode["segments"], before: readonly Segment[]): Segment[] =>
  wanted.map(({ name, title }, index) => {
    const kept = before.find((segment) => segment.name === name);
    const { assetSha256 = null, trim = null, compositionId = null } = kept ?? {};
    return { id: uuidv7(), position: index + 1, name, title, assetSha256, trim, compositionId };
  });

const partsOf = (segments: readonly Segment[]): Part[] =>
  segments.flatMap(({ title, assetSha256, trim }) =>
    assetSha256 === null ? [] : [{ title, assetSha256, trim }],
  );

function toContent(episode: Episode): Content {
  const { id, programmeId, number, title, segments, compositionId: whole } = episode;
  const parts = segments.map(({ title: partTitle, compositionId }) => {
    if (compositionId === null) throw new Error(`approved episode ${id} lacks a recording`);
    return { title: partTitle, compositionId };
  });
  return {
    kind: "episode",
    id,
    programmeId,
    number,
    title,
    parts: whole === null ? parts : [{ title, compositionId: whole }],
  };
}
