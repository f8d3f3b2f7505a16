import type { BaseLogger } from "pino";
import type { AnnouncementService } from "../announcement-service.ts";
import type { VoiceFiles } from "./voice-file.ts";

interface Dependencies {
  announcements: Pick<AnnouncementService, "keepSpoken">;
  files: VoiceFiles;
  log: BaseLogger;
}

/** Makes of what was said the announcement's recording, once it is over. */
export function createSpokenKeeper({ announcements, files, log }: Dependencies) {
  const keeping = new Map<string, Promise<void>>();
  let isStopping = false;
  return {
    /** What is not kept when the server ends is kept at its next start. Idempotent. */
    keep(id: string): void {
      if (isStopping || keeping.has(id)) return;
      const kept = announcements
        .keepSpoken(id, files.pathOf(id))
        .then(() => files.remove(id))
        .catch((error: unknown) =>
          log.error({ err: error, broadcastId: id }, "what was said live could not be kept"),
        )
        .finally(() => keeping.delete(id));
      keeping.set(id, kept);
    },
    /** Begins with no other one. */
    stop: (): void => void (isStopping = true),
    settled: async (): Promise<void> => void (await Promise.all(keeping.values())),
  };
}
