import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { v7 as uuidv7 } from "uuid";
import { broadcastRoutes } from "./broadcasts/broadcast-routes.ts";
import { createBroadcastService } from "./broadcasts/broadcast-service.ts";
import { createBroadcastStore } from "./broadcasts/broadcast-store.ts";
import { createConductor } from "./broadcasts/conductor.ts";
import { createPlanner } from "./broadcasts/planner.ts";
import { startTicker } from "./broadcasts/ticker.ts";
import { type Clock, DAY_MS, repeat, SECOND_MS, systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createTransact, lockDataFolder, openDatabase } from "./db/open.ts";
import { createSettings } from "./db/settings.ts";
import { connectBroker } from "./delivery/broker-link.ts";
import { createDownlink } from "./delivery/downlink.ts";
import { createDownlinkStore } from "./delivery/downlink-store.ts";
import { startEmbeddedBroker } from "./delivery/embedded-broker.ts";
import { loadKeys } from "./delivery/keys.ts";
import { createMediaLinks } from "./delivery/media-links.ts";
import { createOutbox } from "./delivery/outbox.ts";
import { createOutboxStore } from "./delivery/outbox-store.ts";
import { createPlaylistService } from "./delivery/playlist.ts";
import { playlistRoutes } from "./delivery/playlist-routes.ts";
import { createUplink } from "./delivery/uplink.ts";
import { deviceLinkRoutes } from "./devices/device-link-routes.ts";
import { deviceRoutes } from "./devices/device-routes.ts";
import { createDeviceService } from "./devices/device-service.ts";
import { createDeviceStore } from "./devices/device-store.ts";
import { createEnrolmentStore } from "./devices/enrolment-store.ts";
import { createTelemetryStore } from "./devices/telemetry-store.ts";
import { episodeRoutes } from "./episodes/episode-routes.ts";
import { createEpisodeService } from "./episodes/episode-service.ts";
import { createEpisodeStore } from "./episodes/episode-store.ts";
import { consoleRoutes } from "./http/console.ts";
import { healthRoutes } from "./http/health.ts";
import { registerOpenApi } from "./http/openapi.ts";
import { registerProblems } from "./http/problem.ts";
import { guardAgainstForgery, registerSecurity } from "./http/security.ts";
import { signInGuard } from "./http/sign-in-guard.ts";
import { validatorCompiler } from "./http/validation.ts";
import { createFfmpeg } from "./media/ffmpeg.ts";
import { createMediaLibrary } from "./media/media-library.ts";
import { mediaRoutes } from "./media/media-routes.ts";
import { createMediaService } from "./media/media-service.ts";
import { loadProfiles } from "./media/profiles.ts";
import { peopleRoutes, signInRoutes } from "./people/people-routes.ts";
import { createPeopleService } from "./people/people-service.ts";
import { createPeopleStore } from "./people/people-store.ts";
import { programmeRoutes } from "./programmes/programme-routes.ts";
import { createProgrammeService } from "./programmes/programme-service.ts";
import { createProgrammeStore } from "./programmes/programme-store.ts";
import { regionRoutes } from "./regions/region-routes.ts";
import { createRegionService } from "./regions/region-service.ts";
import { createRegionStore } from "./regions/region-store.ts";
import { createReportService } from "./reports/report-service.ts";
import { createReportStore } from "./reports/report-store.ts";
import { loadShippedData, SHIPPED_SCHEDULES } from "./schedules/first-start.ts";
import { createPolicyService } from "./schedules/policy.ts";
import { scheduleRoutes } from "./schedules/schedule-routes.ts";
import { createScheduleService } from "./schedules/schedule-service.ts";
import { createScheduleStore } from "./schedules/schedule-store.ts";
import { readShippedPolicy } from "./schedules/shipped.ts";
import { sessionRoutes } from "./sessions/session-routes.ts";
import { createSessionService } from "./sessions/session-service.ts";
import { createSessionStore } from "./sessions/session-store.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };

export interface AppOptions {
  config: Config;
  log: Logger;
  clock?: Clock;
}

export interface App {
  app: FastifyInstance;
  /** Where devices find the broker, without an account. */
  brokerUrl: string;
  /** Present on the first start only; the password is kept nowhere. */
  firstAdministrator: { name: string; password: string } | null;
}

const STOP_REPEAT_MS = 10 * SECOND_MS;

/**
 * The composition root: makes every part, hands each what it needs, and registers the HTTP surface. `app.close()` ends
 * all of it, in the reverse order of need.
 * @throws {AppError} with a message for the operator, when the data folder, the broker's port or the data is not usable
 */
export async function buildApp({ config, log, clock = systemClock }: AppOptions): Promise<App> {
  const unlock = lockDataFolder(config.dataDir);
  const db = openDatabase(join(config.dataDir, "cuncunxiang.db"), clock.now());
  const transact = createTransact(db);
  const settings = createSettings(db);
  const { signer, jwks } = await loadKeys(db, clock);

  // Domains, from the ones that need nobody to the ones that need many.
  const people = createPeopleService({ store: createPeopleStore(db), clock });
  const regions = createRegionService({ store: createRegionStore(db) });
  const devices = createDeviceService({
    store: createDeviceStore(db),
    codes: createEnrolmentStore(db),
    telemetry: createTelemetryStore(db),
    regions,
    clock,
  });
  const reports = createReportService({ store: createReportStore(db), transact, clock });
  const programmes = createProgrammeService(createProgrammeStore(db));
  const library = createMediaLibrary(config.mediaDir);
  const media = createMediaService({
    db,
    library,
    ffmpeg: createFfmpeg({ ffmpegPath: config.ffmpegPath, ffprobePath: config.ffprobePath }),
    profiles: loadProfiles(),
    clock,
    log,
    maxUploadBytes: config.maxUploadBytes,
    concurrency: config.transcodeConcurrency,
  });
  const episodes = createEpisodeService({ store: createEpisodeStore(db), programmes, media, transact, clock });
  const sessions = createSessionService({ store: createSessionStore(db), programmes, media, transact, clock });
  const policy = createPolicyService({
    settings,
    zone: config.zone,
    shipped: readShippedPolicy(SHIPPED_SCHEDULES),
    transact,
  });
  const schedules = createScheduleService({
    store: createScheduleStore(db),
    programmes,
    regions,
    policy,
    transact,
    clock,
  });

  // The broker: an external one, or the embedded one under an account that lives as long as the process.
  const serverAccount = { username: "ccx-server", password: randomBytes(24).toString("base64url") };
  const embedded = config.mqttUrl
    ? null
    : await startEmbeddedBroker({
        host: config.mqttHost,
        port: config.mqttPort,
        devices,
        server: serverAccount,
        log,
      });
  const publicBrokerUrl = config.mqttUrl && withoutAccount(config.mqttUrl);
  const link = connectBroker({
    url: config.mqttUrl ?? embedded?.url ?? "",
    ...(embedded ? serverAccount : {}),
    clientId: embedded ? serverAccount.username : decodeURIComponent(new URL(config.mqttUrl ?? "").username) || "ccx-server",
    log,
  });
  if (embedded) devices.onRevoked((deviceId) => embedded.disconnect(deviceId));

  const outbox = createOutbox({ store: createOutboxStore(db), publisher: link, signer, clock, log });
  const downlink = createDownlink({ store: createDownlinkStore(db), outbox, transact, clock });
  const mediaSecret = settings.secret("media-url-secret");
  const mediaUrl = createMediaLinks({ secret: mediaSecret, publicUrl: config.publicUrl });

  const broadcastStore = createBroadcastStore(db);
  const broadcasts = createBroadcastService({
    store: broadcastStore,
    downlink,
    devices,
    regions,
    transact,
    clock,
    freezeMs: config.freezeMs,
  });
  const planner = createPlanner({
    store: broadcastStore,
    schedules,
    programmes,
    sources: { broadcast: episodes, lecture: sessions },
    media,
    policy,
    broadcasts,
    downlink,
    transact,
    clock,
    planMs: config.planDays * DAY_MS,
  });
  const conductor = createConductor({
    store: broadcastStore,
    devices,
    reports,
    downlink,
    mediaUrl,
    transact,
    clock,
    log,
    freezeMs: config.freezeMs,
  });
  const playlists = createPlaylistService({
    broadcasts,
    downlink,
    policy,
    mediaUrl,
    clock,
    epoch: createHash("sha256").update(`${signer.kid} ${config.publicUrl} ${version}`).digest("hex"),
  });
  const uplink = createUplink({
    link,
    log,
    handlers: {
      isEnrolled: (deviceId) => devices.identityOf(deviceId) !== null,
      presence: (deviceId, presence) => void devices.recordPresence(deviceId, presence),
      state: (deviceId, state) => void devices.recordState(deviceId, state),
      reports: reports.ingest,
      quarantine: reports.quarantine,
    },
  });

  // What follows from what.
  for (const source of [episodes, sessions]) {
    source.onApprovalChange(({ contentId, approved }) => {
      if (!approved) broadcasts.contentLost(contentId);
      planner.planAll();
    });
  }
  schedules.onChange((schedule) => {
    planner.plan(schedule);
    conductor.tick();
  });
  policy.onChange(() => {
    planner.planAll();
    downlink.playlistChanged(regions.roots(), null);
  });
  reports.onRecord((deviceId, { type, commandId, broadcastId }) => {
    if (commandId !== undefined) downlink.acknowledge(commandId, deviceId);
    if (type === "started" && broadcastId !== undefined) broadcasts.confirmAired(broadcastId);
  });

  loadShippedData({ settings, regions, programmes, schedules, transact });
  const firstAdministrator = await people.createFirstAdministrator();

  const secureCookies = config.publicUrl?.startsWith("https:") ?? false;
  const app = Fastify({
    loggerInstance: log as never,
    genReqId: () => uuidv7(),
    bodyLimit: 1024 * 1024,
    requestTimeout: 0,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 200 },
  }) as unknown as FastifyInstance;
  app.decorateRequest("signIn", null);
  app.setValidatorCompiler(validatorCompiler);
  registerProblems(app);
  await registerSecurity(app, {
    rateLimitPerMinute: config.rateLimitPerMinute,
    secureCookies,
    csrfKey: settings.secret("csrf-key"),
  });
  await registerOpenApi(app, version);

  await app.register(healthRoutes, {
    checks: {
      database: () => (db.open ? null : "closed"),
      broker: () => (link.online ? null : "not connected"),
    },
  });
  await app.register(
    async (api) => {
      await api.register(signInRoutes, { people, secureCookies });
      await api.register(async (guarded) => {
        guarded.addHook("onRequest", signInGuard(people.userOf));
        guardAgainstForgery(guarded);
        await guarded.register(peopleRoutes, { people, secureCookies });
        await guarded.register(regionRoutes, { regions });
        await guarded.register(deviceRoutes, { devices });
        await guarded.register(programmeRoutes, { programmes });
        await guarded.register(episodeRoutes, { episodes, media });
        await guarded.register(sessionRoutes, { sessions, media });
        await guarded.register(scheduleRoutes, { schedules, policy });
        await guarded.register(broadcastRoutes, { broadcasts, planner, schedules, reports, clock });
      });
    },
    { prefix: "/api/v1" },
  );
  await app.register(deviceLinkRoutes, {
    devices,
    clock,
    jwks: () => jwks,
    mqttPublicUrl: config.mqttPublicUrl ?? publicBrokerUrl,
    brokerPort: () => embedded?.port ?? 0,
    enrolmentsPerMinute: config.enrolmentsPerMinute,
  });
  await app.register(playlistRoutes, { playlists, signer, devices });
  await app.register(mediaRoutes, { library, service: media, secret: mediaSecret, devices, userOf: people.userOf, clock });
  await app.register(consoleRoutes);

  let stopTicker = async () => {};
  let stopRepeating = () => {};
  link.onOnline(() => downlink.republishPointers());
  app.addHook("onReady", async () => {
    await uplink.start();
    outbox.start();
    media.start();
    planner.planAll();
    conductor.tick();
    stopTicker = startTicker({ everySecond: conductor.tick, everyHour: planner.planAll }, log);
    stopRepeating = repeat(STOP_REPEAT_MS, downlink.repeatUnacknowledged);
  });
  app.addHook("preClose", async () => {
    stopRepeating();
    await stopTicker();
    await media.stop();
  });
  app.addHook("onClose", async () => {
    uplink.flush();
    await outbox.stop();
    await link.close();
    await embedded?.close();
    db.close();
    unlock();
  });

  return { app, brokerUrl: embedded?.url ?? publicBrokerUrl ?? "", firstAdministrator };
}

function withoutAccount(url: string): string {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}
