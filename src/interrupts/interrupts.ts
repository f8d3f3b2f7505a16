import { join } from "node:path";
import type { BaseLogger } from "pino";
import { THE_SERVER } from "../audit/audit-entry.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { AiredBy } from "../broadcasts/aired-by.ts";
import type { BroadcastService } from "../broadcasts/broadcast-service.ts";
import type { Unscheduled } from "../broadcasts/unscheduled.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createTransact, type Database } from "../db/open.ts";
import type { Downlink } from "../delivery/downlink.ts";
import type { MediaLinks } from "../delivery/media-links.ts";
import type { Housekeeping } from "../media/housekeeping/housekeeping-service.ts";
import type { LiveParts } from "../media/live/live-parts.ts";
import type { VoiceEncoder } from "../media/live/voice-encoder.ts";
import type { MediaService } from "../media/media-service.ts";
import type { Apart } from "../people/second-person.ts";
import type { Signer } from "../protocol/signing.ts";
import type { ReportService } from "../reports/report-service.ts";
import type { QuietHoursMetBy } from "../schedules/county-wide.ts";
import type { SpeechService } from "../speech/speech-service.ts";
import { createAnnouncementService } from "./announcement-service.ts";
import { createCapService } from "./cap-service.ts";
import { createCapStore } from "./cap-store.ts";
import { createConfirmationStore } from "./confirmation-store.ts";
import { createConfirmations } from "./confirmations.ts";
import { createCorrectionService } from "./correction-service.ts";
import { createEmergencyService } from "./emergency-service.ts";
import { createEmergencyStore } from "./emergency-store.ts";
import { type BarredUseOf, createInterruptContent } from "./interrupt-content.ts";
import { createInterruptStore } from "./interrupt-store.ts";
import { createLiveService } from "./live/live-service.ts";
import { createLiveStore } from "./live/live-store.ts";
import { createVoiceFiles } from "./live/voice-file.ts";
import { createMakersOf } from "./makers.ts";
import { createStandingAlerts } from "./standing-alert.ts";
import { createStopEverything } from "./stop-everything.ts";
import { createStopJournal } from "./stop-journal.ts";

interface Dependencies {
  db: Database;
  config: Pick<Config, "mediaDir" | "dataDir" | "zone">;
  audit: Pick<AuditLog, "as" | "untilDone">;
  access: Apart;
  media: MediaService;
  voiceEncoder: VoiceEncoder;
  liveParts: LiveParts;
  housekeeping: Pick<Housekeeping, "requireMount">;
  speech: SpeechService;
  barredUseOf: BarredUseOf;
  unscheduled: Unscheduled;
  broadcasts: BroadcastService;
  regions: { exists(code: string): boolean };
  quietHoursMetBy: QuietHoursMetBy;
  reports: ReportService;
  signer: Signer;
  downlink: Downlink;
  mediaUrl: MediaLinks;
  /** Never in a bucket's copy. */
  streamUrl: MediaLinks;
  /** Something became ready: lead it on at once. */
  onReady: () => void;
  clock: Clock;
  log: BaseLogger;
}

/** What somebody airs without a schedule: announcements, live voices, emergencies, corrections, and the stop of everything. */
export function createInterrupts(deps: Dependencies) {
  const {
    db,
    config,
    audit,
    access,
    media,
    broadcasts,
    regions,
    unscheduled,
    downlink,
    mediaUrl,
    clock,
    log,
  } = deps;
  const transact = createTransact(db);
  const interruptStore = createInterruptStore(db);
  const liveStore = createLiveStore(db);
  const interruptContent = createInterruptContent({
    speech: deps.speech,
    media,
    barredUseOf: deps.barredUseOf,
    clock,
  });
  const makersOf = createMakersOf(media);
  const confirmations = createConfirmations({
    store: createConfirmationStore(db),
    quietHoursMetBy: deps.quietHoursMetBy,
    media,
    unscheduled,
    makersOf,
    access,
    clock,
  });
  const announcements = createAnnouncementService({
    store: interruptStore,
    voices: liveStore,
    content: interruptContent,
    confirmations,
    media,
    unscheduled,
    broadcasts,
    regions,
    onReady: deps.onReady,
    transact,
    clock,
    log,
  });
  const live = createLiveService({
    store: liveStore,
    announcements: {
      get: announcements.get,
      keepSpoken: (id, path) =>
        audit.untilDone(THE_SERVER, "what was spoken live is kept", () => announcements.keepSpoken(id, path)),
    },
    confirmations,
    broadcasts,
    unscheduled,
    encoder: deps.voiceEncoder,
    parts: deps.liveParts,
    files: createVoiceFiles(join(config.mediaDir, "live")),
    requireMount: deps.housekeeping.requireMount,
    signer: deps.signer,
    mediaUrl: deps.streamUrl,
    onReady: deps.onReady,
    transact,
    clock,
    log,
  });
  const emergencyStore = createEmergencyStore(db);
  const emergencies = createEmergencyService({
    store: emergencyStore,
    interrupts: interruptStore,
    content: interruptContent,
    alerts: createStandingAlerts({ media, unscheduled, downlink, mediaUrl }),
    broadcasts,
    regions,
    makersOf,
    access,
    transact,
    clock,
    log,
  });
  const corrections = createCorrectionService({
    broadcasts,
    reports: deps.reports,
    announcements,
    zone: config.zone,
  });
  const cap = createCapService({ store: createCapStore(db), emergencies, transact, clock });
  const stopEverything = createStopEverything({
    broadcasts,
    emergencies,
    live,
    downlink,
    journal: createStopJournal(join(config.dataDir, "stops"), log),
    inNameOf: ({ id, name }, work) => audit.as({ kind: "person", id, name }, "POST /api/v1/stop", work),
    transact,
    log,
  });
  /** The recording of an interrupt, by its SHA-256. */
  const spokenIn = (broadcastId: string) => interruptStore.get(broadcastId)?.assetSha256 ?? null;
  function airedBy(broadcastId: string): AiredBy | null {
    const interrupt = interruptStore.get(broadcastId);
    if (!interrupt) return null;
    const emergency = emergencyStore.get(broadcastId);
    const confirmed = emergency
      ? emergencyStore.people(broadcastId).confirmed
      : (confirmations.of(interrupt)?.confirmedByName ?? null);
    const made = makersOf(interrupt).map(({ name }) => name);
    const by = [...new Set([interrupt.createdByName, ...made])];
    return { asked: interrupt.createdByName, by, confirmed };
  }
  return {
    announcements,
    live,
    emergencies,
    corrections,
    cap,
    stopEverything,
    spokenIn,
    airedBy,
  };
}
