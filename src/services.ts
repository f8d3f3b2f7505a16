import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { createAuditLog } from "./audit/audit-log.ts";
import { createBackupService } from "./backup/backup-service.ts";
import { createBroadcastService } from "./broadcasts/broadcast-service.ts";
import { createBroadcastStore } from "./broadcasts/broadcast-store.ts";
import { createConductor } from "./broadcasts/conductor.ts";
import { createConflictFinder } from "./broadcasts/conflict-finder.ts";
import { createExpectedAir } from "./broadcasts/expected-air.ts";
import { createForecast } from "./broadcasts/forecast.ts";
import { createLeftOut } from "./broadcasts/left-out.ts";
import { createPlannedRules } from "./broadcasts/planned-rules.ts";
import { createPlanner } from "./broadcasts/planner.ts";
import { createReruns } from "./broadcasts/reruns.ts";
import { createUnscheduled } from "./broadcasts/unscheduled.ts";
import { openBroker } from "./broker.ts";
import { createCalendarLinkStore } from "./calendars/calendar-link-store.ts";
import { createCalendarService } from "./calendars/calendar-service.ts";
import { type Clock, DAY_MS, MINUTE_MS } from "./clock.ts";
import type { Config } from "./config.ts";
import { createConsentService } from "./consents/consent-service.ts";
import { createConsentStore } from "./consents/consent-store.ts";
import { madeAt } from "./db/migrate.ts";
import { createTransact, type Database } from "./db/open.ts";
import { createSettings } from "./db/settings.ts";
import { createBundleService } from "./delivery/bundle.ts";
import { createDownlink } from "./delivery/downlink.ts";
import { createDownlinkStore } from "./delivery/downlink-store.ts";
import { createKeyStore } from "./delivery/key-store.ts";
import { loadKeys } from "./delivery/keys.ts";
import { createMediaLinks } from "./delivery/media-links.ts";
import { createOutbox } from "./delivery/outbox.ts";
import { createOutboxStore } from "./delivery/outbox-store.ts";
import { createPlaylistService } from "./delivery/playlist.ts";
import { createUplink } from "./delivery/uplink.ts";
import { createDeviceService } from "./devices/device-service.ts";
import { createDeviceStore } from "./devices/device-store.ts";
import { createEnrolmentStore } from "./devices/enrolment-store.ts";
import { createTelemetryStore } from "./devices/telemetry-store.ts";
import { createTwins } from "./devices/twins.ts";
import { createEpisodeService } from "./episodes/episode-service.ts";
import { createEpisodeStore } from "./episodes/episode-store.ts";
import { createDueAround } from "./explanations/due.ts";
import { createFindSlots } from "./explanations/find-slots.ts";
import { createInterruptPreview } from "./explanations/interrupt-preview.ts";
import { createPreviewService } from "./explanations/preview-service.ts";
import { createTimetable } from "./explanations/timetable.ts";
import { createWhyService } from "./explanations/why-service.ts";
import { createAnnouncementService } from "./interrupts/announcement-service.ts";
import { createCapService } from "./interrupts/cap-service.ts";
import { createCapStore } from "./interrupts/cap-store.ts";
import { createCorrectionService } from "./interrupts/correction-service.ts";
import { createEmergencyService } from "./interrupts/emergency-service.ts";
import { createEmergencyStore } from "./interrupts/emergency-store.ts";
import { createInterruptContent } from "./interrupts/interrupt-content.ts";
import { createInterruptStore } from "./interrupts/interrupt-store.ts";
import { createLiveService } from "./interrupts/live/live-service.ts";
import { createLiveStore } from "./interrupts/live/live-store.ts";
import { createVoiceFiles } from "./interrupts/live/voice-file.ts";
import { createStandingAlerts } from "./interrupts/standing-alert.ts";
import { createStopEverything } from "./interrupts/stop-everything.ts";
import { createStopJournal } from "./interrupts/stop-journal.ts";
import { createFfmpeg, requireFfmpeg } from "./media/ffmpeg.ts";
import { abilitiesOf } from "./media/ffmpeg-abilities.ts";
import { confine } from "./media/ffmpeg-confinement.ts";
import { createHousekeeping } from "./media/housekeeping/housekeeping-service.ts";
import { createLiveParts } from "./media/live/live-parts.ts";
import { createVoiceEncoder } from "./media/live/voice-encoder.ts";
import { createMediaLibrary } from "./media/media-library.ts";
import { createMediaService } from "./media/media-service.ts";
import { loadProfiles } from "./media/profile-files.ts";
import { createResumableUploads } from "./media/resumable-uploads.ts";
import { createScratchSpace } from "./media/scratch-space.ts";
import { createUploadSpace } from "./media/upload-space.ts";
import { createOutageService } from "./outages/outage-service.ts";
import { createOutageStore } from "./outages/outage-store.ts";
import { createPeople } from "./people/people.ts";
import { createProgrammeService } from "./programmes/programme-service.ts";
import { createProgrammeStore } from "./programmes/programme-store.ts";
import { createRegionService } from "./regions/region-service.ts";
import { createRegionStore } from "./regions/region-store.ts";
import { createRegisterService } from "./registers/register-service.ts";
import { createReportService } from "./reports/report-service.ts";
import { createReportStore } from "./reports/report-store.ts";
import { createCommentStore } from "./review/comment-store.ts";
import { createReviewService } from "./review/review-service.ts";
import { createReviewStore } from "./review/review-store.ts";
import { SHIPPED_SCHEDULES } from "./schedules/first-start.ts";
import { createPolicyService } from "./schedules/policy.ts";
import { createPolicyStore } from "./schedules/policy-store.ts";
import { createScheduleExchange } from "./schedules/schedule-exchange.ts";
import { createScheduleService } from "./schedules/schedule-service.ts";
import { createScheduleStore } from "./schedules/schedule-store.ts";
import { readCalendars, readShippedPolicy } from "./schedules/shipped.ts";
import { createSessionService } from "./sessions/session-service.ts";
import { createSessionStore } from "./sessions/session-store.ts";
import { createEspeakEngine } from "./speech/espeak-engine.ts";
import { createHttpEngine } from "./speech/http-engine.ts";
import { createSpeechService } from "./speech/speech-service.ts";
import { createUploadTarget } from "./upload-target.ts";
import { createWarningService } from "./warnings/warning-service.ts";
import { createWarningStore } from "./warnings/warning-store.ts";

const COVER = fileURLToPath(new URL("../media/cover.jpg", import.meta.url));

export interface ServicesOptions {
  db: Database;
  config: Config;
  log: Logger;
  clock: Clock;
  /** Changes the playlists' entity tags when the program changes. */
  version: string;
}

export type Services = Awaited<ReturnType<typeof createServices>>;

/** Makes every part of the server below HTTP, hands each what it needs, and says what follows from what. */
export async function createServices({ db, config, log, clock, version }: ServicesOptions) {
  requireFfmpeg(config);
  const audit = createAuditLog({ db, clock, log, keepMs: config.auditKeepMs });
  const transact = createTransact(db);
  const settings = createSettings(db);
  const keys = await loadKeys({ store: createKeyStore(db), clock, algorithm: config.signatureAlgorithm });
  const { signer } = keys;

  // Domains, from the ones that need nobody to the ones that need many.
  const regions = createRegionService({ store: createRegionStore(db) });
  const { people, deputies, passwords, signIns, secondFactors, apiTokens, oidc } = createPeople({
    db,
    regions,
    config,
    settings,
    log,
    clock,
  });
  const devices = createDeviceService({
    store: createDeviceStore(db),
    codes: createEnrolmentStore(db),
    telemetry: createTelemetryStore(db),
    regions,
    clock,
  });
  const reports = createReportService({ store: createReportStore(db), transact, clock });
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
  const backups = createBackupService({
    databasePath: db.name,
    mediaDir: config.mediaDir,
    backupDir: config.backupDir,
    since: madeAt(db),
    version,
    at: config.backupAt,
    keep: config.backupKeep,
    warnMs: config.backupWarnMs,
    zone: config.zone,
    isNearAir: housekeeping.isNearAir,
    audit,
    clock,
    log,
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
      announcements: {
        get: (id) => announcements.get(id),
        useAsset: (id, sha256) => announcements.useAsset(id, sha256),
      },
      media,
    }),
    space,
    clock,
    log,
  });
  const policy = createPolicyService({
    store: createPolicyStore(db),
    settings,
    regions,
    zone: config.zone,
    shipped: readShippedPolicy(SHIPPED_SCHEDULES),
    transact,
    clock,
  });
  const { twins, softwareChannels } = createTwins({ db, devices, policy, clock });
  const sources = { broadcast: episodes, lecture: sessions };
  const dayCalendars = readCalendars(SHIPPED_SCHEDULES);
  const broadcastStore = createBroadcastStore(db);
  const reruns = createReruns({ store: broadcastStore, zone: config.zone });
  const consents = createConsentService({
    store: createConsentStore(db),
    sources: { episode: episodes, session: sessions },
    programmes,
    transact,
    clock,
    zone: config.zone,
  });
  const reviews = createReviewService({
    store: createReviewStore(db),
    comments: createCommentStore(db),
    sources: { episode: episodes, session: sessions },
    programmes,
    media,
    isFixedForAir: (contentId) => broadcastStore.liveWithContent(contentId).length > 0,
    lacksConsent: consents.lacksOf,
    hasAiredSince: reruns.isUsed,
    transact,
    clock,
  });
  const forecast = createForecast({
    store: broadcastStore,
    programmes,
    sources,
    media,
    policy,
    calendars: dayCalendars,
    reruns,
    allowanceOf: consents.allowanceOf,
    clock,
  });
  const scheduleStore = createScheduleStore(db);
  const planMs = config.planDays * DAY_MS;
  const conflicts = createConflictFinder({
    plannedRules: createPlannedRules({
      store: broadcastStore,
      schedules: scheduleStore,
      programmes,
      forecast,
      calendars: dayCalendars,
      clock,
      zone: config.zone,
      planMs,
    }),
    policy,
    devices,
    clock,
    planMs,
  });
  const schedules = createScheduleService({
    store: scheduleStore,
    programmes,
    regions,
    policy,
    hasContent: (programmeId, contentId) =>
      sources[programmes.get(programmeId).kind].numberOf(programmeId, contentId) !== null,
    calendars: dayCalendars,
    findConflicts: (candidate) => conflicts.check([candidate])[0] ?? [],
    transact,
    clock,
  });

  const exchange = createScheduleExchange({
    schedules,
    programmes,
    sources,
    calendars: dayCalendars,
    findConflicts: conflicts.check,
    transact,
    clock,
  });

  const {
    link,
    embedded,
    access: brokerAccess,
    urls: brokerUrls,
  } = await openBroker({ config, devices, log });

  const outbox = createOutbox({ store: createOutboxStore(db), publisher: link, signer, clock, log });
  const downlink = createDownlink({
    store: createDownlinkStore(db),
    outbox,
    publisher: link,
    signer,
    transact,
    clock,
  });
  const mediaSecret = settings.secret("media-url-secret");
  const { publicUrl, mediaBaseUrl, mediaBaseLayout } = config;
  const linksBy = (base: Parameters<typeof createMediaLinks>[0]["base"]) =>
    createMediaLinks({ secret: mediaSecret, publicUrl, base });
  const mediaBase = mediaBaseUrl === null ? null : { url: mediaBaseUrl, layout: mediaBaseLayout };
  const mediaUrl = linksBy(mediaBase);
  // What is being spoken cannot be in the copy that a bucket holds.
  const liveUrl = linksBy(mediaBase?.layout === "bucket" ? null : mediaBase);

  const leftOut = createLeftOut({ store: broadcastStore, policy });
  const broadcasts = createBroadcastService({
    store: broadcastStore,
    downlink,
    devices,
    regions,
    policy,
    leftOut,
    transact,
    clock,
    freezeMs: config.freezeMs,
  });
  const calendars = createCalendarService({
    store: createCalendarLinkStore(db),
    broadcasts,
    regions,
    clock,
  });
  const planner = createPlanner({
    store: broadcastStore,
    schedules,
    programmes,
    forecast,
    broadcasts,
    downlink,
    transact,
    clock,
    planMs,
  });
  const expectAir = createExpectedAir({
    programmes,
    schedules,
    sources,
    forecast,
    media,
    clock,
    planMs,
  });
  const conductor = createConductor({
    store: broadcastStore,
    devices,
    policy,
    leftOut,
    reports,
    downlink,
    mediaUrl,
    transact,
    clock,
    log,
    freezeMs: config.freezeMs,
  });
  const unscheduled = createUnscheduled({
    store: broadcastStore,
    devices,
    downlink,
    transact,
    clock,
    zone: config.zone,
  });
  const interruptStore = createInterruptStore(db);
  const liveStore = createLiveStore(db);
  const interruptContent = createInterruptContent({ speech, media });
  const announcements = createAnnouncementService({
    store: interruptStore,
    voices: liveStore,
    content: interruptContent,
    media,
    unscheduled,
    broadcasts,
    regions,
    onReady: conductor.tick,
    transact,
    clock,
    log,
  });
  const liveParts = createLiveParts({ db, library, clock });
  const live = createLiveService({
    store: liveStore,
    announcements,
    broadcasts,
    unscheduled,
    encoder: createVoiceEncoder({
      ffmpegPath: confinement.launch(config.ffmpegPath, { urgent: true }),
      profiles,
      pathOf: library.pathOf,
      assetOf: media.assetOf,
    }),
    parts: liveParts,
    files: createVoiceFiles(join(config.mediaDir, "live")),
    requireMount: housekeeping.requireMount,
    signer,
    mediaUrl: liveUrl,
    onReady: conductor.tick,
    transact,
    clock,
    log,
  });
  const emergencies = createEmergencyService({
    store: createEmergencyStore(db),
    interrupts: interruptStore,
    content: interruptContent,
    alerts: createStandingAlerts({ media, unscheduled, downlink, mediaUrl }),
    broadcasts,
    regions,
    transact,
    clock,
    log,
  });
  const corrections = createCorrectionService({ broadcasts, reports, announcements, zone: config.zone });
  const cap = createCapService({ store: createCapStore(db), emergencies, transact, clock });
  const stopEverything = createStopEverything({
    broadcasts,
    emergencies,
    live,
    downlink,
    journal: createStopJournal(join(config.dataDir, "stops")),
    inNameOf: ({ id, name }, work) => audit.as({ kind: "person", id, name }, "POST /api/v1/stop", work),
    transact,
    log,
  });
  const warnings = createWarningService({
    store: createWarningStore(db),
    broadcasts,
    schedules,
    transact,
    clock,
    log,
    zone: config.zone,
  });
  const playlists = createPlaylistService({
    broadcasts,
    downlink,
    policy,
    twins,
    mediaUrl,
    clock,
    keySerial: () => keys.set().serial,
    epoch: createHash("sha256").update(`${config.publicUrl} ${version}`).digest("hex"),
  });
  const bundles = createBundleService({ regions, devices, playlists, keys, library, clock });
  const timetable = createTimetable({
    broadcasts,
    schedules,
    programmes,
    forecast,
    calendars: dayCalendars,
    clock,
  });
  const findSlots = createFindSlots({ timetable, broadcasts, policy });
  const previews = createPreviewService({ findSlots, devices, regions, policy });
  const whys = createWhyService({
    dueAround: createDueAround({ findSlots, broadcasts }),
    broadcasts,
    devices,
    regions,
    reports,
    downlink,
    policy,
    clock,
    zone: config.zone,
  });
  const previewInterrupt = createInterruptPreview({ broadcasts, devices, regions, policy, clock });
  const registers = createRegisterService({
    reviews,
    broadcasts,
    reports,
    regions,
    spokenIn: (broadcastId) => interruptStore.get(broadcastId)?.assetSha256 ?? null,
    zone: config.zone,
  });
  let listeningSince = 0;
  link.onOnline(() => void (listeningSince = clock.now()));
  const outages = createOutageService({
    store: createOutageStore(db),
    devices,
    listeningSince: () => (link.online ? listeningSince : null),
    transact,
    clock,
    log,
  });
  const uplink = createUplink({
    link,
    log,
    handlers: {
      isEnrolled: (deviceId) => devices.identityOf(deviceId) !== null,
      presence: (deviceId, presence) =>
        transact(() => {
          if (devices.recordPresence(deviceId, presence)) twins.review({ device: deviceId });
        }),
      state: (deviceId, state) =>
        transact(() => {
          if (devices.recordState(deviceId, state)) twins.review({ device: deviceId });
        }),
      reports: (incoming) => reports.ingest(incoming),
      quarantine: reports.quarantine,
    },
  });

  // What follows from what.
  keys.onRotated(() => {
    transact(() => downlink.playlistChanged(regions.roots(), null));
    emergencies.republish();
  });
  devices.onLabelled(broadcasts.deviceChanged);
  devices.onRevoked((device) => twins.review({ device }));
  twins.onChange((changed, volume) => {
    downlink.devicePlaylistsChanged(changed.map(({ id }) => id));
    // Heard at once by who is there; whoever is not finds it in the playlist.
    if (volume !== null)
      downlink.send({
        type: "volume",
        body: { volume },
        audience: { devices: changed.map(({ id }) => id) },
        authorityOver: changed.map(({ regionCode }) => regionCode),
        class: "daily",
        notAfter: clock.now() + MINUTE_MS,
      });
  });
  reviews.onApprovalChange(({ programmeId, contentId, isApproved }) => {
    if (!isApproved) broadcasts.contentLost(contentId, "its content lost the approval");
    planner.planAll(programmeId);
    conflicts.changed();
  });
  consents.onChange(({ programmeId, contentId, isLost }) => {
    if (isLost) broadcasts.contentLost(contentId, "a consent of who is portrayed is missing or has ended");
    planner.planAll(programmeId);
    conflicts.changed();
  });
  programmes.onReviewChange(({ id }) => {
    planner.planAll(id);
    conflicts.changed();
  });
  broadcasts.onCancelled(({ scheduleId }) => {
    if (scheduleId !== null) planner.plan(schedules.get(scheduleId));
  });
  // What was approved before its renditions had to be made again.
  media.onSettled(() => {
    planner.planAll();
    conflicts.changed();
  });
  media.onSettled(announcements.tick);
  media.onSettled(emergencies.tick);
  // What airs first is rendered first.
  media.onQueued(expectAir);
  schedules.onChange((schedule, before) => {
    planner.plan(schedule, before);
    conflicts.changed();
    conductor.tick();
  });
  policy.onChange((area) => {
    if (area === null) planner.planAll();
    else planner.planWithin(area);
    conflicts.changed();
    downlink.playlistChanged(area === null ? regions.roots() : [area], null);
    twins.review(area === null ? "all" : { area });
  });
  reports.onRecord((deviceId, { type, commandId, broadcastId }) => {
    if (type === "received" && commandId !== undefined) downlink.acknowledge(commandId, deviceId);
    // What has aired after all is not to air again on the next date.
    if (type !== "started" || broadcastId === undefined) return;
    if (broadcasts.confirmAired(broadcastId, deviceId)) planner.planAll();
  });

  return {
    settings,
    transact,
    audit,
    people,
    deputies,
    passwords,
    signIns,
    oidc,
    secondFactors,
    apiTokens,
    regions,
    devices,
    twins,
    softwareChannels,
    reports,
    programmes,
    library,
    housekeeping,
    backups,
    media,
    uploads,
    speech,
    mediaSecret,
    episodes,
    sessions,
    reviews,
    consents,
    policy,
    schedules,
    exchange,
    conflicts,
    broadcasts,
    announcements,
    live,
    liveParts,
    corrections,
    emergencies,
    cap,
    stopEverything,
    calendars,
    forecast,
    planner,
    conductor,
    warnings,
    playlists,
    bundles,
    previews,
    previewInterrupt,
    whys,
    registers,
    outages,
    signer,
    keys,
    uplink,
    outbox,
    downlink,
    link,
    embedded,
    brokerAccess,
    /** Where devices find the broker, or the nodes of a cluster, without an account. */
    brokerUrls,
  };
}
