import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, changedMeanwhile, type ErrorDetail, notFound } from "../errors.ts";
import type { MediaService, Upload } from "../media/media-service.ts";
import { whyNotAirable } from "../media/recording.ts";
import type {
  Content,
  ContentEdit,
  ContentFilter,
  ContentSource,
  Reviewable,
} from "../programmes/content.ts";
import type { ProgrammeService } from "../programmes/programme-service.ts";
import {
  checkTrim,
  composePart,
  composeProgramme,
  type Part,
  type Trim,
  usedMs,
} from "../programmes/programme-sound.ts";
import {
  checkSegments,
  type Episode,
  keptNames,
  removedMeanwhile,
  type Segment,
  type WantedSegment,
} from "./episode.ts";
import type { EpisodeStore } from "./episode-store.ts";

export interface NewEpisode {
  programmeId: string;
  number: number;
  title: string;
  segments: WantedSegment[];
}

export interface EpisodeChanges {
  title?: string;
  segments?: WantedSegment[];
  ifVersion?: number;
}

/** Every edit throws `conflict` while it is fixed for a broadcast that is on air or about to be. */
export interface EpisodeService extends ContentSource {
  /** @throws {AppError} `invalid`, or `conflict` when the programme has the number already */
  create(input: NewEpisode, userId: string): Episode;
  /** @throws {AppError} `not_found` */
  get(id: string): Episode;
  /** Newest first; `before` is the last id of the page before. */
  page(filter: ContentFilter, before: string, limit: number): Episode[];
  /**
   * Changing the segments drops their recordings where the name is gone, unless another says that it `was` that. Ends its review.
   * @throws {AppError} `invalid`, or `conflict` when it is not at `ifVersion` any more
   */
  update(id: string, changes: EpisodeChanges, userId: string): Episode;
  /** Stores and transcodes the recording of one segment. Ends its review. */
  uploadSegment(id: string, position: number, upload: Upload, userId: string): Promise<Episode>;
  /** Uses a recording that is there already. Ends its review. @throws {AppError} `not_found` */
  useAsset(id: string, position: number, sha256: string, userId: string): Episode;
  /** Uses a stretch of a segment's recording, `null` all of it. Ends its review. @throws {AppError} `invalid` */
  trimSegment(id: string, position: number, trim: Trim | null, userId: string): Episode;
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
  const editListeners: ((edit: ContentEdit) => void)[] = [];
  /** Before an edit is written. @throws {AppError} `conflict` when it may not be edited now */
  function willEdit(edit: ContentEdit): void {
    for (const listener of editListeners) listener(edit);
  }

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

  function lacksOf({ segments, compositionId }: Episode): ErrorDetail[] {
    const lacks = segments.flatMap(({ name, compositionId }, index) => {
      const problem = whyNotAirable(media, compositionId);
      return problem ? [{ at: `/segments/${index}`, message: `${name}: ${problem}` }] : [];
    });
    const whole = compositionId === null ? null : whyNotAirable(media, compositionId);
    return lacks.length === 0 && whole !== null ? [{ at: "/programme", message: whole }] : lacks;
  }

  /** An edit of one segment's recording, as the episode is now. */
  function changeSegment(
    id: string,
    position: number,
    userId: string,
    change: ContentEdit["change"],
    changed: (segment: Segment) => Pick<Segment, "assetSha256" | "trim">,
  ): Episode {
    return transact(() => {
      const episode = get(id);
      const edited = { ...segmentOf(episode, position), ...changed(segmentOf(episode, position)) };
      willEdit({ contentId: id, userId, change });
      compose(
        id,
        episode.segments.map((each) => (each.position === position ? edited : each)),
      );
      return get(id);
    });
  }

  programmes.onSoundChange((programme, userId) => {
    for (const episode of store.unapproved(programme.id)) {
      compose(episode.id, episode.segments);
      const isOther = compositionsOf(get(episode.id)).join() !== compositionsOf(episode).join();
      if (isOther) willEdit({ contentId: episode.id, userId, change: "sound" });
    }
  });

  return {
    get,
    page: store.page,
    compositions: store.compositions,

    create(input, userId) {
      const programme = programmes.require(input.programmeId, "broadcast");
      checkSegments(input.segments, programme.segments, []);
      return transact(() => {
        if (store.idOf(programme.id, input.number) !== null) {
          throw new AppError("conflict", `${programme.title} has an episode ${input.number} already.`);
        }
        const id = uuidv7();
        const { number, title } = input;
        store.insert({ id, programmeId: programme.id, number, title, createdAt: clock.now() });
        store.replaceSegments(id, newSegments(input.segments, []));
        // Who begins it has had a part in it, and reviews none of it.
        willEdit({ contentId: id, userId, change: "segments" });
        return get(id);
      });
    },

    update(id, { title, segments, ifVersion }, userId) {
      return transact(() => {
        const episode = get(id);
        if (ifVersion !== undefined && ifVersion !== episode.version) throw episodeChanged(episode);
        if (segments !== undefined) {
          const before = episode.segments.map(({ name }) => name);
          checkSegments(segments, programmes.get(episode.programmeId).segments, before);
        }
        willEdit({ contentId: id, userId, change: segments === undefined ? "title" : "segments" });
        if (title !== undefined) store.updateTitle(id, title, clock.now());
        compose(id, segments === undefined ? episode.segments : newSegments(segments, episode.segments));
        return get(id);
      });
    },

    async uploadSegment(id, position, upload, userId) {
      const { name } = segmentOf(get(id), position);
      await media.receiveUpload({ ...upload, makerId: userId }, (asset) => {
        // Looked up again: the episode may have been edited while the bytes were arriving.
        const now = get(id).segments.find((each) => each.name === name);
        if (!now) throw removedMeanwhile(name);
        changeSegment(id, now.position, userId, "recording", () => ({
          assetSha256: asset.sha256,
          trim: null,
        }));
      });
      return get(id);
    },

    useAsset(id, position, sha256, userId) {
      if (!media.assetOf(sha256)) throw notFound("recording", sha256);
      return changeSegment(id, position, userId, "recording", () => ({ assetSha256: sha256, trim: null }));
    },

    trimSegment(id, position, trim, userId) {
      return changeSegment(id, position, userId, "trim", ({ assetSha256 }) => {
        const asset = assetSha256 === null ? null : media.assetOf(assetSha256);
        if (!asset) throw new AppError("conflict", "There is no recording to be trimmed.");
        checkTrim(trim, asset.durationMs);
        return { assetSha256, trim };
      });
    },

    withRecording: store.withRecording,
    reviewable(id) {
      const episode = get(id);
      const recordings = partsOf(episode.segments);
      return {
        ...pick(episode),
        approvedAt: episode.approvedAt,
        parts: airParts(episode),
        recordings: recordings.map(({ assetSha256 }) => assetSha256),
        trimmed: recordings.flatMap(({ assetSha256, trim }) => (trim === null ? [] : assetSha256)),
        durationMs: recordings.reduce((sum, part) => sum + usedMs(media, part), 0),
        lacks: lacksOf(episode),
      };
    },

    using: (compositionId) => store.using(compositionId).map((id) => ({ kind: "episode", id })),
    setApproved: (id, at) => store.setApproved(id, at, clock.now()),
    soundAsNow: (id) => compose(id, get(id).segments),

    waiting: (programmeId) => store.unapproved(programmeId).map(compositionsOf),
    numberOf(programmeId, id) {
      const episode = store.get(id);
      return episode?.programmeId === programmeId ? episode.number : null;
    },
    idOf: store.idOf,
    approved: (programmeId, fromNumber) => store.approved(programmeId, fromNumber).map(toContent),
    onEdit: (listener) => void editListeners.push(listener),
  };
}

const compositionsOf = ({ segments, compositionId }: Episode): string[] =>
  [...segments.map((segment) => segment.compositionId), compositionId].filter((id) => id !== null);

const episodeChanged = ({ version }: Episode): AppError =>
  changedMeanwhile(
    "Somebody else changed the episode meanwhile.",
    `It is at version ${version} now: read it again and repeat your change.`,
  );

/** Segments as they are asked for, with the recordings of those that were there. */
function newSegments(wanted: readonly WantedSegment[], before: readonly Segment[]): Segment[] {
  const kept = keptNames(wanted);
  return wanted.map(({ name, title }, index) => {
    const was = before.find((each) => each.name === kept[index]);
    const { assetSha256 = null, trim = null, compositionId = null } = was ?? {};
    return { id: uuidv7(), position: index + 1, name, title, assetSha256, trim, compositionId };
  });
}

const partsOf = (segments: readonly Segment[]): Part[] =>
  segments.flatMap(({ title, assetSha256, trim }) =>
    assetSha256 === null ? [] : [{ title, assetSha256, trim }],
  );

const pick = ({ id, programmeId, number, title, segments }: Episode) => ({
  kind: "episode" as const,
  id,
  programmeId,
  number,
  title,
  segments: segments.map(({ name }) => name),
});

/** What airs: the segments, or all of them as one. */
const airParts = ({ title, segments, compositionId }: Episode): Reviewable["parts"] =>
  compositionId === null
    ? segments.map(({ title, compositionId }) => ({ title, compositionId }))
    : [{ title, compositionId }];

function toContent(episode: Episode): Content {
  const { id, approvedAt } = episode;
  if (approvedAt === null) throw new Error(`episode ${id} is not approved`);
  const parts = airParts(episode).map(({ title, compositionId }) => {
    if (compositionId === null) throw new Error(`approved episode ${id} lacks a recording`);
    return { title, compositionId };
  });
  return { ...pick(episode), approvedAt, parts };
}
