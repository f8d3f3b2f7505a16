import { fileURLToPath } from "node:url";
import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/open.ts";
import { createFfmpeg } from "./ffmpeg.ts";
import { abilitiesOf } from "./ffmpeg-abilities.ts";
import { confine } from "./ffmpeg-confinement.ts";
import { createHousekeeping } from "./housekeeping/housekeeping-service.ts";
import { createLiveParts } from "./live/live-parts.ts";
import { createVoiceEncoder } from "./live/voice-encoder.ts";
import { createMediaLibrary } from "./media-library.ts";
import { createMediaService } from "./media-service.ts";
import { loadProfiles } from "./profile-files.ts";
import { createScratchSpace } from "./scratch-space.ts";
import { createUploadSpace } from "./upload-space.ts";

const COVER = fileURLToPath(new URL("../../media/cover.jpg", import.meta.url));

interface Dependencies {
  db: Database;
  config: Config;
  clock: Clock;
  log: BaseLogger;
}

/** All that is about media: the library on the disk, how what came in becomes what devices play, and what is kept of it. */
export function createMedia({ db, config, clock, log }: Dependencies) {
  const confinement = confine(config.dataDir, config.mediaDir, config.transcodeNiceness);
  if (confinement.warning !== null) log.warn(confinement.warning);
  log.info({ without: confinement.without }, "ffmpeg runs confined");
  const library = createMediaLibrary(config.mediaDir, { scratchOwner: confinement.account });
  const housekeeping = createHousekeeping({
    db,
    mediaDir: config.mediaDir,
    library,
    clock,
    log,
    zone: config.zone,
    keepMs: config.mediaKeepMs,
    trashMs: config.mediaTrashMs,
    scrubBytesPerSecond: config.scrubBytesPerSecond,
    watermarks: {
      quotaBytes: config.mediaQuotaBytes,
      warnPercent: config.diskWarnPercent,
      refusePercent: config.diskRefusePercent,
      reserveBytes: config.diskReserveBytes,
    },
    currentRenditions: (compositionId) => media.renditionsOf(compositionId),
    makeAnew: (sha256) => media.makeAnew(sha256),
  });
  const profiles = loadProfiles(config.profilesDir, abilitiesOf(config.ffmpegPath));
  const space = createUploadSpace(housekeeping.mayUpload);
  const media = createMediaService({
    db,
    library,
    ffmpeg: createFfmpeg({
      ffmpegPath: confinement.launch(config.ffmpegPath),
      ffprobePath: confinement.launch(config.ffprobePath),
    }),
    profiles,
    space,
    scratchSpace: createScratchSpace(housekeeping.freeBytes, config.diskReserveBytes),
    requireMount: housekeeping.requireMount,
    clock,
    log,
    maxUploadBytes: config.maxUploadBytes,
    concurrency: config.transcodeConcurrency,
    deviceLink: config.deviceLink,
    defaultCover: COVER,
  });
  const liveParts = createLiveParts({ db, library, clock });
  const voiceEncoder = createVoiceEncoder({
    ffmpegPath: confinement.launch(config.ffmpegPath, { urgent: true }),
    profiles,
    pathOf: library.pathOf,
    assetOf: media.assetOf,
  });
  return { library, housekeeping, space, profiles, media, liveParts, voiceEncoder };
}
