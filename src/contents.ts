import { join } from "node:path";
import type { BaseLogger } from "pino";
import { THE_SERVER } from "./audit/audit-entry.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import type { BroadcastStore } from "./broadcasts/broadcast-store.ts";
import { createReruns } from "./broadcasts/reruns.ts";
import { type Clock, MINUTE_MS } from "./clock.ts";
import type { Config } from "./config.ts";
import { createConsentService } from "./consents/consent-service.ts";
import { createConsentStore } from "./consents/consent-store.ts";
import { createTransact, type Database, emptyLog } from "./db/open.ts";
import { createEpisodeService } from "./episodes/episode-service.ts";
import { createEpisodeStore } from "./episodes/episode-store.ts";
import type { createMedia } from "./media/create-media.ts";
import { createResumableUploads } from "./media/resumable-uploads.ts";
import type { Access } from "./people/access-service.ts";
import { createProgrammeService } from "./programmes/programme-service.ts";
import { createProgrammeStore } from "./programmes/programme-store.ts";
import { createCommentStore } from "./review/comment-store.ts";
import { createHearingStore } from "./review/hearing-store.ts";
import { createHearings } from "./review/hearings.ts";
import { createReviewService } from "./review/review-service.ts";
import { createReviewStore } from "./review/review-store.ts";
import { createSessionService } from "./sessions/session-service.ts";
import { createSessionStore } from "./sessions/session-store.ts";
import { createEspeakEngine } from "./speech/espeak-engine.ts";
import { createHttpEngine } from "./speech/http-engine.ts";
import { createSpeechService } from "./speech/speech-service.ts";
import { createUploadTarget, type UploadTargets } from "./upload-target.ts";

interface Dependencies {
  db: Database;
  config: Config;
  mediaParts: ReturnType<typeof createMedia>;
  broadcasts: BroadcastStore;
  /** Recordings are sent to them as well. */
  announcements: UploadTargets["announcements"];
  access: Access;
  audit: AuditLog;
  clock: Clock;
  log: BaseLogger;
}

export type Contents = ReturnType<typeof createContents>;

/** What is played: the programmes' episodes and sessions, how recordings reach them, and who has agreed to them. */
export function createContents(deps: Dependencies) {
  const { db, config, mediaParts, broadcasts, announcements, access, audit, clock, log } = deps;
  const { library, housekeeping, media, space } = mediaParts;
  const transact = createTransact(db);
  const programmes = createProgrammeService({ store: createProgrammeStore(db), media, transact });
  const episodes = createEpisodeService({
    store: createEpisodeStore(db),
    programmes,
    media,
    transact,
    clock,
  });
  const sessions = createSessionService({
    store: createSessionStore(db),
    programmes,
    media,
    transact,
    clock,
  });
  const speech = createSpeechService({
    engine:
      config.ttsUrl === null
        ? createEspeakEngine(config.espeakPath)
        : createHttpEngine({ url: config.ttsUrl, token: config.ttsToken, timeLimitMs: 2 * MINUTE_MS }),
    library,
    media,
    mayUpload: housekeeping.mayUpload,
  });
  const uploads = createResumableUploads({
    dir: join(config.mediaDir, "uploads"),
    library,
    maxUploadBytes: config.maxUploadBytes,
    expiryMs: config.uploadExpiryMs,
    target: createUploadTarget({
      episodes,
      sessions,
      announcements,
      media,
    }),
    space,
    clock,
    log,
  });
  const reviewable = { episode: episodes, session: sessions };
  const sources = { broadcast: episodes, lecture: sessions };
  const reruns = createReruns({ store: broadcasts, zone: config.zone });
  const consents = createConsentService({
    store: createConsentStore(db),
    sources: reviewable,
    programmes,
    transact,
    emptyLog: () => emptyLog(db),
    clock,
    zone: config.zone,
  });
  const hearings = createHearings({ store: createHearingStore(db), transact, clock });
  const reviews = createReviewService({
    store: createReviewStore(db),
    comments: createCommentStore(db),
    sources: reviewable,
    programmes,
    media,
    hearings,
    access,
    isFixedForAir: (contentId) =>
      broadcasts.liveWithContent(contentId).length > 0 ||
      broadcasts.liveAnnouncementsOf(contentId).length > 0,
    lacksConsent: consents.lacksOf,
    allowanceOf: consents.allowanceOf,
    hasAiredSince: reruns.isUsed,
    isRerun: reruns.isAgain,
    asServer: (work) => audit.as(THE_SERVER, "a review for other bytes is ended", work),
    transact,
    clock,
  });
  return { programmes, episodes, sessions, sources, speech, uploads, reruns, consents, hearings, reviews };
}
