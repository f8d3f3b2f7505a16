import type { EpisodeService } from "./episodes/episode-service.ts";
import { AppError, invalid, notFound } from "./errors.ts";
import type { Announcement } from "./interrupts/announcement.ts";
import type { MediaService } from "./media/media-service.ts";
import type { UploadTarget } from "./media/resumable-uploads.ts";
import type { SessionService } from "./sessions/session-service.ts";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const SEGMENT = new RegExp(`^episodes/(${UUID})/segments/([0-9]{1,2})$`);
const SESSION = new RegExp(`^sessions/(${UUID})$`);
const ANNOUNCEMENT = new RegExp(`^announcements/(${UUID})$`);
/** For no place yet; the word tells uploads of one person apart. */
const LOOSE = /^recordings\/[a-z]{1,40}$/;

export interface UploadTargets {
  episodes: Pick<EpisodeService, "get" | "useAsset">;
  sessions: Pick<SessionService, "get" | "useAsset">;
  announcements: {
    get(id: string): Pick<Announcement, "interrupt">;
    useAsset(id: string, sha256: string, userId: string): unknown;
  };
  media: Pick<MediaService, "receiveUpload">;
}

/** A place and the recording it had. A segment is known by its name: positions change with the segments before it. */
interface Before {
  episode?: string;
  segment?: string;
  session?: string;
  announcement?: string;
  asset: string | null;
}

interface Place {
  asset: string | null;
  put(sha256: string, userId: string): void;
}

/**
 * Where resumable uploads go: the segments of episodes, sessions, announcements that wait for a recording, and nowhere yet,
 * for what is used later by its SHA-256.
 */
export function createUploadTarget({
  episodes,
  sessions,
  announcements,
  media,
}: UploadTargets): UploadTarget {
  function look(path: string): Before {
    const [, episode, position] = SEGMENT.exec(path) ?? [];
    if (episode !== undefined) {
      const segment = episodes.get(episode).segments.find((each) => each.position === Number(position));
      if (!segment) throw notFound("segment", `${episode}/${position}`);
      return { episode, segment: segment.name, asset: segment.assetSha256 };
    }
    const [, session] = SESSION.exec(path) ?? [];
    if (session !== undefined) return { session, asset: sessions.get(session).assetSha256 };
    const [, announcement] = ANNOUNCEMENT.exec(path) ?? [];
    if (announcement !== undefined)
      return { announcement, asset: announcements.get(announcement).interrupt.assetSha256 };
    if (LOOSE.test(path)) return { asset: null };
    throw invalid(
      "Upload-Metadata",
      "`target` is no place for a recording.",
      "Use episodes/<id>/segments/<n>, sessions/<id>, announcements/<id> or recordings/<word>.",
    );
  }

  function placeNow({ episode, segment: name, session, announcement }: Before): Place {
    if (session !== undefined) {
      const put = (sha256: string, userId: string) => void sessions.useAsset(session, sha256, userId);
      return { asset: sessions.get(session).assetSha256, put };
    }
    if (announcement !== undefined) {
      const put = (sha256: string, userId: string) =>
        void announcements.useAsset(announcement, sha256, userId);
      return { asset: announcements.get(announcement).interrupt.assetSha256, put };
    }
    if (episode === undefined) return { asset: null, put: () => {} };
    const segment = episodes.get(episode).segments.find((each) => each.name === name);
    if (!segment)
      throw new AppError("conflict", `The segment "${name}" was removed while its recording was arriving.`);
    const put = (sha256: string, userId: string) =>
      void episodes.useAsset(episode, segment.position, sha256, userId);
    return { asset: segment.assetSha256, put };
  }

  function put(before: Before, sha256: string, userId: string): void {
    const place = placeNow(before);
    if (place.asset === before.asset) return place.put(sha256, userId);
    // What was sent twice at once, or just before a kill, is there already.
    if (place.asset === sha256) return;
    throw new AppError("conflict", "Another recording was put there while this one was arriving.");
  }

  return {
    look: (path) => JSON.stringify(look(path)),

    async receive(before, file, userId) {
      let refusal: AppError | null = null;
      const { sha256 } = await media.receiveUpload({ ...file, makerId: userId }, (asset) => {
        try {
          put(JSON.parse(before) as Before, asset.sha256, userId);
        } catch (error) {
          // The recording itself is as good as any; it only has no place.
          if (!(error instanceof AppError)) throw error;
          refusal = error;
        }
      });
      return { sha256, refusal };
    },
  };
}
