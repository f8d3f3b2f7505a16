import type { EpisodeService } from "./episodes/episode-service.ts";
import { AppError, invalid, notFound } from "./errors.ts";
import type { UploadTarget } from "./media/resumable-uploads.ts";
import type { SessionService } from "./sessions/session-service.ts";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const SEGMENT = new RegExp(`^episodes/(${UUID})/segments/([0-9]{1,2})$`);
const SESSION = new RegExp(`^sessions/(${UUID})$`);

interface Dependencies {
  episodes: Pick<EpisodeService, "get" | "uploadSegment">;
  sessions: Pick<SessionService, "get" | "uploadRecording">;
}

type Place = { kind: "segment"; id: string; position: number } | { kind: "session"; id: string };

/** Where resumable uploads go: the segments of episodes, and sessions. */
export function createUploadTarget({ episodes, sessions }: Dependencies): UploadTarget {
  function placeOf(path: string): Place {
    const [, episodeId, position] = SEGMENT.exec(path) ?? [];
    if (episodeId !== undefined) return { kind: "segment", id: episodeId, position: Number(position) };
    const [, sessionId] = SESSION.exec(path) ?? [];
    if (sessionId !== undefined) return { kind: "session", id: sessionId };
    throw invalid(
      "Upload-Metadata",
      "`target` is no place for a recording.",
      "Use episodes/<id>/segments/<n> or sessions/<id>.",
    );
  }

  return {
    check(path) {
      const place = placeOf(path);
      if (place.kind === "session") return void sessions.get(place.id);
      const { segments } = episodes.get(place.id);
      if (!segments.some(({ position }) => position === place.position)) {
        throw notFound("segment", `${place.id}/${place.position}`);
      }
    },

    async receive(path, file) {
      const place = placeOf(path);
      const assetSha256 =
        place.kind === "session"
          ? (await sessions.uploadRecording(place.id, file)).assetSha256
          : (await episodes.uploadSegment(place.id, place.position, file)).segments.find(
              ({ position }) => position === place.position,
            )?.assetSha256;
      if (!assetSha256) throw new AppError("conflict", "The place of the recording was removed meanwhile.");
      return assetSha256;
    },
  };
}
