import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { createAttendance } from "./attendance/create-attendance.ts";
import { createAuditLog } from "./audit/audit-log.ts";
import { createBackupService } from "./backup/backup-service.ts";
import { createLaidAside } from "./backup/laid-aside.ts";
import { createBroadcastService } from "./broadcasts/broadcast-service.ts";
import { createBroadcastStore } from "./broadcasts/broadcast-store.ts";
import { createConductor } from "./broadcasts/conductor.ts";
import { createExpectedAir } from "./broadcasts/expected-air.ts";
import { createLeftOut } from "./broadcasts/left-out.ts";
import { createPlanner } from "./broadcasts/planner.ts";
import { createUnready } from "./broadcasts/unready.ts";
import { createUnscheduled } from "./broadcasts/unscheduled.ts";
import { openBroker } from "./broker.ts";
import { createCalendarLinkStore } from "./calendars/calendar-link-store.ts";
import { createCalendarService } from "./calendars/calendar-service.ts";
import { createTimetable } from "./calendars/timetable.ts";
import { createChangeFeed } from "./changes/change-feed.ts";
import { type Clock, DAY_MS } from "./clock.ts";
import type { Config } from "./config.ts";
import { joinServices } from "./consequences.ts";
import { createContents } from "./contents.ts";
import { madeAt } from "./db/migrate.ts";
import { createTransact, type Database, emptyLog } from "./db/open.ts";
import { openSecretBox } from "./db/secrets-key.ts";
import { createServerSecrets } from "./db/server-secrets.ts";
import { createSettings } from "./db/settings.ts";
import { createBundleService } from "./delivery/bundle.ts";
import { createDelivery } from "./delivery/delivery.ts";
import { createKeyStore } from "./delivery/key-store.ts";
import { loadKeys } from "./delivery/keys.ts";
import { createPlaylistService } from "./delivery/playlist.ts";
import { createUplink } from "./delivery/uplink.ts";
import { createDeviceCounts } from "./devices/device-counts.ts";
import { createDeviceService } from "./devices/device-service.ts";
import { createDeviceStore } from "./devices/device-store.ts";
import { createEnrolmentStore } from "./devices/enrolment-store.ts";
import { createTelemetryStore } from "./devices/telemetry-store.ts";
import { createTwins } from "./devices/twins.ts";
import { createExplanations } from "./explanations/explanations.ts";
import { createInterrupts } from "./interrupts/interrupts.ts";
import { createMedia } from "./media/create-media.ts";
import { requireFfmpeg } from "./media/ffmpeg.ts";
import { createOutageService } from "./outages/outage-service.ts";
import { createOutageStore } from "./outages/outage-store.ts";
import { createPeople } from "./people/people.ts";
import { createContactService } from "./regions/contact-service.ts";
import { createContactStore } from "./regions/contact-store.ts";
import { createRegionService } from "./regions/region-service.ts";
import { createRegionStore } from "./regions/region-store.ts";
import { createRegisterService } from "./registers/register-service.ts";
import { createReportService } from "./reports/report-service.ts";
import { createReportStore } from "./reports/report-store.ts";
import { createSampleService } from "./sample/sample-service.ts";
import { createSampleSound } from "./sample/sample-sound.ts";
import { createSampleState } from "./sample/sample-state.ts";
import { createSampleStore } from "./sample/sample-store.ts";
import { createScheduling } from "./scheduling.ts";
import { createWarningService } from "./warnings/warning-service.ts";
import { createWarningStore } from "./warnings/warning-store.ts";

export interface ServicesOptions {
  db: Database;
  config: Config;
  log: Logger;
  clock: Clock;
  /** Changes the playlists' entity tags when the program changes. */
  version: string;
}

export type Services = Awaited<ReturnType<typeof createServices>>;

/** Makes every part of the server below HTTP and hands each what it needs; what follows from what is in consequences.ts. */
export async function createServices({ db, config, log, clock, version }: ServicesOptions) {
  requireFfmpeg(config);
  const audit = createAuditLog({ db, clock, log, keepMs: config.auditKeepMs });
  const transact = createTransact(db);
  const settings = createSettings(db);
  const box = openSecretBox(db, config.secretsKeyFile);
  const secrets = createServerSecrets(settings, box);
  const keys = await loadKeys({
    store: createKeyStore(db, box),
    clock,
    algorithm: config.signatureAlgorithm,
  });
  const { signer } = keys;

  // Domains, from the ones that need nobody to the ones that need many.
  const regions = createRegionService({ store: createRegionStore(db) });
  const contacts = createContactService({
    store: createContactStore(db),
    regions,
    transact,
    emptyLog: () => emptyLog(db),
  });
  const {
    forgetEnded,
    access,
    people,
    deputies,
    passwords,
    signIns,
    secondFactors,
    freshProof,
    ownSecondFactor,
    apiTokens,
    oidc,
  } = createPeople({ db, regions, config, box, secrets, log, clock });
  const telemetry = createTelemetryStore(db);
  const sampleState = createSampleState(settings);
  const devices = createDeviceService({
    store: createDeviceStore(db),
    codes: createEnrolmentStore(db),
    telemetry,
    regions,
    refuseNew: sampleState.refuseDevices,
    clock,
  });
  const deviceCounts = createDeviceCounts({ telemetry, regions });
  const reports = createReportService({ store: createReportStore(db), transact, clock });
  const mediaParts = createMedia({ db, config, clock, log });
  const { library, housekeeping, media, profiles, liveParts, voiceEncoder } = mediaParts;
  const backups = createBackupService({
    databasePath: db.name,
    mediaDir: config.mediaDir,
    backupDir: config.backupDir,
    keyFile: config.secretsKeyFile,
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
  const laidAside = createLaidAside({
    databasePath: db.name,
    auditKeepMs: config.auditKeepMs,
    audit,
    clock,
    log,
  });
  const broadcastStore = createBroadcastStore(db);
  const contents = createContents({
    db,
    config,
    mediaParts,
    broadcasts: broadcastStore,
    announcements: {
      get: (id) => announcements.get(id),
      useAsset: (id, sha256, userId) => announcements.useAsset(id, sha256, userId),
    },
    access,
    audit,
    clock,
    log,
  });
  const { programmes, episodes, sessions, sources, speech, uploads, consents, hearings, reviews } = contents;
  const { dayCalendars, policy, quietHoursMetBy, forecast, conflicts, schedules, exchange } =
    createScheduling({
      db,
      config,
      settings,
      regions,
      devices,
      broadcasts: broadcastStore,
      contents,
      media,
      access,
      clock,
    });
  const planMs = config.planDays * DAY_MS;
  const { twins, softwareChannels } = createTwins({ db, devices, policy, clock });
  const {
    link,
    embedded,
    access: brokerAccess,
    urls: brokerUrls,
  } = await openBroker({ config, devices, log });

  const { outbox, downlink, mediaSecret, mediaUrl, streamUrl } = createDelivery({
    db,
    config,
    secrets,
    link,
    signer,
    clock,
    log,
  });

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
  const timetable = createTimetable({
    broadcasts,
    schedules,
    programmes,
    regions,
    policy,
    forecast,
    calendars: dayCalendars,
    zone: config.zone,
    clock,
  });
  const calendars = createCalendarService({
    store: createCalendarLinkStore(db),
    broadcasts,
    regions,
    clock,
  });
  const { checkIns, checkInLinks, checkInAddress, attendance, attendedPeople } = createAttendance({
    db,
    config,
    secrets,
    broadcasts,
    regions,
    audit,
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
    log,
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
  const unready = createUnready({ store: broadcastStore, downlink, transact, clock, log });
  const conductor = createConductor({
    store: broadcastStore,
    devices,
    policy,
    leftOut,
    reports,
    isFor: broadcasts.isFor,
    downlink,
    areSigned: reviews.areSigned,
    whyNotHearable: (broadcast) => announcements.whyNotHearable(broadcast),
    unready,
    mediaUrl,
    streamUrl,
    transact,
    clock,
    log,
    freezeMs: config.freezeMs,
  });
  const unscheduled = createUnscheduled({
    store: broadcastStore,
    devices,
    downlink,
    unready,
    transact,
    clock,
    zone: config.zone,
  });
  const interrupts = createInterrupts({
    db,
    config,
    audit,
    access,
    media,
    voiceEncoder,
    liveParts,
    housekeeping,
    speech,
    barredUseOf: reviews.barredUseOf,
    unscheduled,
    broadcasts,
    regions,
    quietHoursMetBy,
    reports,
    signer,
    downlink,
    mediaUrl,
    streamUrl,
    onReady: conductor.tick,
    clock,
    log,
  });
  const { announcements, live, emergencies, corrections, cap, stopEverything } = interrupts;
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
    streamUrl,
    checkInAddress,
    clock,
    keySerial: () => keys.set().serial,
    epoch: createHash("sha256").update(`${config.publicUrl} ${version}`).digest("hex"),
  });
  const bundles = createBundleService({ regions, devices, playlists, keys, library, clock });
  const { previews, whys, previewInterrupt } = createExplanations({
    broadcasts,
    schedules,
    programmes,
    forecast,
    calendars: dayCalendars,
    policy,
    devices,
    regions,
    reports,
    downlink,
    airedBy: interrupts.airedBy,
    quietHoursMetBy,
    clock,
    zone: config.zone,
  });
  const registers = createRegisterService({
    reviews,
    broadcasts,
    reports,
    regions,
    spokenIn: interrupts.spokenIn,
    airedBy: interrupts.airedBy,
    zone: config.zone,
  });
  const sample = createSampleService({
    state: sampleState,
    store: createSampleStore(db),
    sound: createSampleSound({ speech, library, media }),
    regions,
    devices,
    programmes,
    episodes,
    sessions,
    schedules,
    policy,
    zone: config.zone,
    transact,
    clock,
  });
  let listeningSince = 0;
  link.onOnline(() => void (listeningSince = clock.now()));
  const brokerSince = () => (link.online ? listeningSince : null);
  const outages = createOutageService({
    store: createOutageStore(db),
    devices,
    listeningSince: brokerSince,
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
          if (presence.online) downlink.sendOwed(deviceId);
        }),
      state: (deviceId, state) =>
        transact(() => {
          if (devices.recordState(deviceId, state)) twins.review({ device: deviceId });
          // What it could not take at its return, or the database kept from being sent.
          downlink.sendOwed(deviceId);
        }),
      reports: (incoming) => reports.ingest(incoming),
      quarantine: reports.quarantine,
    },
  });

  const services = {
    contacts,
    settings,
    secrets,
    transact,
    audit,
    forgetEnded,
    access,
    people,
    deputies,
    passwords,
    signIns,
    oidc,
    secondFactors,
    freshProof,
    ownSecondFactor,
    apiTokens,
    regions,
    deviceCounts,
    devices,
    twins,
    softwareChannels,
    reports,
    programmes,
    library,
    housekeeping,
    backups,
    laidAside,
    media,
    profiles,
    uploads,
    speech,
    mediaSecret,
    episodes,
    sessions,
    hearings,
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
    timetable,
    changes: createChangeFeed(db, { broker: brokerSince }),
    checkIns,
    checkInLinks,
    attendance,
    attendedPeople,
    forecast,
    expectAir,
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
    sample,
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
    brokerSince,
  };
  joinServices(services, clock);
  return services;
}
