import { randomUUID } from "node:crypto";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { attendanceRoutes } from "./attendance/attendance-routes.ts";
import { attendeeRoutes } from "./attendance/attendee-routes.ts";
import { checkInRoutes } from "./attendance/check-in-routes.ts";
import { registerAudit } from "./audit/audit-hooks.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { backupRoutes } from "./backup/backup-routes.ts";
import { broadcastRoutes } from "./broadcasts/broadcast-routes.ts";
import { schedulePreviewRoutes } from "./broadcasts/schedule-preview-routes.ts";
import { calendarLinkRoutes, calendarRoutes } from "./calendars/calendar-routes.ts";
import { timetableRoutes } from "./calendars/timetable-routes.ts";
import { changeRoutes } from "./changes/change-routes.ts";
import { type Clock, MINUTE_MS, SECOND_MS } from "./clock.ts";
import type { Config } from "./config.ts";
import { consentRoutes } from "./consents/consent-routes.ts";
import { brokerRoutes } from "./delivery/broker-routes.ts";
import { isWebSocket, serveWebSocket } from "./delivery/broker-websocket.ts";
import { bundleRoutes } from "./delivery/bundle-routes.ts";
import { answerHeldPlaylists } from "./delivery/held-playlists.ts";
import { keyRoutes } from "./delivery/key-routes.ts";
import { newestPlaylistRoutes } from "./delivery/newest-playlist-routes.ts";
import { deviceSide } from "./device-side.ts";
import { recogniseDevices } from "./devices/device-auth.ts";
import { deviceRoutes } from "./devices/device-routes.ts";
import { softwareChannelRoutes } from "./devices/software-channel-routes.ts";
import { twinRoutes } from "./devices/twin-routes.ts";
import { episodeRoutes } from "./episodes/episode-routes.ts";
import { interruptPreviewRoutes } from "./explanations/interrupt-preview-routes.ts";
import { previewRoutes } from "./explanations/preview-routes.ts";
import { whyRoutes } from "./explanations/why-routes.ts";
import { answerFirst } from "./http/answer-first.ts";
import { answerBrokenRequest } from "./http/client-error.ts";
import { limitConnections } from "./http/connection-limit.ts";
import { consoleRoutes } from "./http/console.ts";
import { createDeviceRate } from "./http/device-rate.ts";
import { healthRoutes } from "./http/health.ts";
import { RequestLog } from "./http/log-options.ts";
import { mediaAccess } from "./http/media-access.ts";
import { openApiPages, registerOpenApi } from "./http/openapi.ts";
import { demandActs, guardPermissions } from "./http/permission-guard.ts";
import { answerBrokenAddress, answerWhatIsNotThere, registerProblems } from "./http/problem.ts";
import { type CountRequest, createRateLimits } from "./http/rate-limits.ts";
import { guardAgainstForgery, keepOutOfCaches, registerSecurity } from "./http/security.ts";
import { serializerCompiler } from "./http/serializers.ts";
import { signInGuard, type WhoAsks, whoAsksBy } from "./http/sign-in-guard.ts";
import { cutSlowBodies } from "./http/slow-bodies.ts";
import { validatorCompiler } from "./http/validation.ts";
import { refuseWhileClosing } from "./http/while-closing.ts";
import { announcementRoutes } from "./interrupts/announcement-routes.ts";
import { emergencyRoutes } from "./interrupts/emergency-routes.ts";
import { liveRoutes } from "./interrupts/live/live-routes.ts";
import { stopRoutes } from "./interrupts/stop-routes.ts";
import { housekeepingRoutes } from "./media/housekeeping/housekeeping-routes.ts";
import { jobRoutes } from "./media/jobs/job-routes.ts";
import { mediaRoutes } from "./media/media-routes.ts";
import { profileRoutes } from "./media/profile-routes.ts";
import { recordingRoutes } from "./media/recording-routes.ts";
import { renditionRoutes } from "./media/rendition-routes.ts";
import { resumableRoutes } from "./media/resumable-routes.ts";
import { outageRoutes } from "./outages/outage-routes.ts";
import { accountRoutes } from "./people/account-routes.ts";
import { deputyRoutes } from "./people/deputy-routes.ts";
import { identityRoutes } from "./people/identity-routes.ts";
import { oidcRoutes } from "./people/oidc-routes.ts";
import { peopleRoutes } from "./people/people-routes.ts";
import { secondFactorRoutes } from "./people/second-factor-routes.ts";
import { signInRoutes } from "./people/sign-in-routes.ts";
import { standingNotices } from "./people/standing-notices.ts";
import { programmeRoutes } from "./programmes/programme-routes.ts";
import { contactRoutes } from "./regions/contact-routes.ts";
import { regionRoutes } from "./regions/region-routes.ts";
import { registerRoutes } from "./registers/register-routes.ts";
import { reportRoutes } from "./reports/report-routes.ts";
import { reviewQueueRoutes } from "./review/review-queue-routes.ts";
import { sampleRoutes } from "./sample/sample-routes.ts";
import { exchangeRoutes } from "./schedules/exchange-routes.ts";
import { policyRoutes } from "./schedules/policy-routes.ts";
import { scheduleRoutes } from "./schedules/schedule-routes.ts";
import type { Services } from "./services.ts";
import { sessionRoutes } from "./sessions/session-routes.ts";
import { speechRoutes } from "./speech/speech-routes.ts";
import { warningRoutes } from "./warnings/warning-routes.ts";

export interface ServerOptions {
  services: Services;
  config: Config;
  log: FastifyBaseLogger;
  clock: Clock;
  version: string;
}

const IDLE_CONNECTION_MS = 2 * MINUTE_MS;
/** The head of a request is a few lines: nobody needs longer for it. */
const HEAD_MS = 30 * SECOND_MS;
/** To make the routes, on a machine that does much else. */
const PLUGIN_MS = 2 * MINUTE_MS;

/** The HTTP surface: what everybody meets first, then the devices' side, then the people's with the console. */
export async function createServer({
  services,
  config,
  log,
  clock,
  version,
}: ServerOptions): Promise<FastifyInstance> {
  const { rateLimitPerMinute: perMinute } = config;
  const countDevice = createDeviceRate(perMinute);
  const headersTimeout = Math.min(HEAD_MS, config.httpBodyWithinMs);
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new RequestLog(),
    http: { headersTimeout, connectionsCheckingInterval: headersTimeout / 2 },
    genReqId: createRequestIds(),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    // An upload over a village's link takes as long as it takes, but not when next to nothing moves any more.
    requestTimeout: 0,
    connectionTimeout: IDLE_CONNECTION_MS,
    forceCloseConnections: "idle",
    // All routes are made in one plugin each side; a busy machine takes longer for it than the ten seconds there would be.
    pluginTimeout: PLUGIN_MS,
    // Its own is no problem document.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerBrokenAddress,
  });
  answerFirst(app.server, answerHeldPlaylists({ ...services, countDevice }));
  limitConnections(app.server, {
    max: config.httpMaxConnections,
    trustedProxies: config.trustedProxies,
    log,
  });
  cutSlowBodies(app, config.httpBodyWithinMs);
  app.decorateRequest("signIn", null);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerProblems(app);
  refuseWhileClosing(app);
  demandActs(app);
  await registerOpenApi(app, version);
  recogniseDevices(app, services.devices, clock);
  const whoAsks = whoAsksBy(services);
  const countRequest = await createRateLimits(app, { perMinute, whoAsks, countDevice });
  await app.register(deviceSide, { services, config, clock, countRequest });
  await app.register(peopleSide, { services, config, clock, countRequest, whoAsks });
  const { embedded } = services;
  if (embedded) {
    const endWebSocket = serveWebSocket({ http: app.server, accept: embedded.accept });
    app.addHook("preClose", async () => endWebSocket());
  }
  return app;
}

/** They name a line in the log and the audit: this start of the server and the request in it, which costs less than chance for each. */
function createRequestIds(): () => string {
  const start = randomUUID().slice(0, 8);
  let count = 0;
  return () => `${start}-${((count += 1)).toString(36)}`;
}

interface PeopleSideOptions extends Pick<ServerOptions, "services" | "config" | "clock"> {
  countRequest: CountRequest;
  whoAsks: WhoAsks;
}

/** What browsers and scripts ask, with what keeps a browser safe; and media, which devices fetch and people listen to. */
async function peopleSide(app: FastifyInstance, options: PeopleSideOptions): Promise<void> {
  const { services, config, clock, countRequest, whoAsks } = options;
  const { people, passwords, signIns, secondFactors, freshProof, apiTokens, devices, media, schedules } =
    services;
  const { secondFactorRequired, signInsPerMinute: attemptsPerMinute } = config;
  const secureCookies = config.publicUrl?.startsWith("https:") ?? false;
  const { signInLimits } = config;
  const notices = standingNotices(config);
  const me = { signIns, secondFactors, secondFactorRequired, notices, signInLimits, secureCookies };
  registerAudit(app, services.audit);
  await registerSecurity(app, {
    secureCookies,
    csrfKey: services.secrets.secret("csrf-key"),
  });
  app.addHook("onRequest", countRequest);
  answerWhatIsNotThere(app);
  await app.register(openApiPages);
  await app.register(healthRoutes, {
    checks: {
      broker: () => (services.link.online ? null : "not connected"),
      media: services.housekeeping.problem,
    },
    notices: { backup: services.backups.problem },
    clock,
  });

  await app.register(
    async (api) => {
      keepOutOfCaches(api);
      await api.register(signInRoutes, { ...me, passwords, attemptsPerMinute });
      await api.register(oidcRoutes, {
        ...me,
        oidc: services.oidc,
        passwordSignIn: config.passwordSignIn,
        attemptsPerMinute,
      });
      await api.register(checkInRoutes, {
        checkIns: services.checkIns,
        checkInLinks: services.checkInLinks,
        zone: config.zone,
        keepMs: config.attendanceKeepMs,
        checkInsPerMinute: config.checkInsPerMinute,
      });
      await api.register(async (guarded) => {
        guarded.addHook("onRequest", signInGuard(whoAsks));
        guardAgainstForgery(guarded);
        guardPermissions(guarded, { secondFactorRequired });
        await guarded.register(accountRoutes, { ...me, freshProof, passwords, apiTokens, attemptsPerMinute });
        await guarded.register(secondFactorRoutes, { ...services, attemptsPerMinute });
        await guarded.register(deputyRoutes, { deputies: services.deputies });
        await guarded.register(peopleRoutes, {
          access: services.access,
          people,
          signIns,
          apiTokens,
          publicUrl: config.publicUrl,
        });
        await guarded.register(identityRoutes, {
          people,
          signIns,
          attemptsPerMinute: config.signInsPerMinute,
        });
        const regionOf = (id: string) => devices.get(id).regionCode;
        await guarded.register(regionRoutes, { regions: services.regions });
        await guarded.register(contactRoutes, { contacts: services.contacts });
        await guarded.register(deviceRoutes, { devices, counts: services.deviceCounts });
        await guarded.register(newestPlaylistRoutes, { devices, playlists: services.playlists });
        await guarded.register(bundleRoutes, { bundles: services.bundles });
        await guarded.register(twinRoutes, { devices, twins: services.twins });
        await guarded.register(softwareChannelRoutes, { channels: services.softwareChannels });
        await guarded.register(reportRoutes, { reports: services.reports, regionOf, clock });
        await guarded.register(outageRoutes, { outages: services.outages });
        await guarded.register(brokerRoutes, { ...services, config });
        await guarded.register(keyRoutes, { keys: services.keys });
        await guarded.register(programmeRoutes, { programmes: services.programmes });
        await guarded.register(episodeRoutes, {
          episodes: services.episodes,
          programmes: services.programmes,
          reviews: services.reviews,
          consents: services.consents,
          media,
        });
        await guarded.register(sessionRoutes, {
          sessions: services.sessions,
          programmes: services.programmes,
          reviews: services.reviews,
          consents: services.consents,
          media,
        });
        await guarded.register(consentRoutes, { consents: services.consents });
        await guarded.register(reviewQueueRoutes, { reviews: services.reviews, consents: services.consents });
        await guarded.register(resumableRoutes, {
          uploads: services.uploads,
          announcementAreas: (id) => services.announcements.get(id).broadcast.areas,
        });
        await guarded.register(recordingRoutes, { media });
        await guarded.register(speechRoutes, { speech: services.speech });
        await guarded.register(renditionRoutes, { media });
        await guarded.register(profileRoutes, { profiles: services.profiles });
        await guarded.register(jobRoutes, { media, clock, whoAsks });
        await guarded.register(changeRoutes, { changes: services.changes, whoAsks });
        await guarded.register(housekeepingRoutes, { housekeeping: services.housekeeping });
        await guarded.register(scheduleRoutes, { schedules, freshProof });
        await guarded.register(schedulePreviewRoutes, {
          schedules,
          forecast: services.forecast,
          devices: services.devices,
          clock,
        });
        await guarded.register(policyRoutes, {
          freshProof,
          policy: services.policy,
          regions: services.regions,
        });
        await guarded.register(exchangeRoutes, { exchange: services.exchange });
        await guarded.register(calendarRoutes, {
          calendars: services.calendars,
          publicUrl: config.publicUrl,
        });
        await guarded.register(timetableRoutes, { timetable: services.timetable, zone: config.zone });
        await guarded.register(previewRoutes, {
          previews: services.previews,
          regionOf,
          clock,
          zone: config.zone,
        });
        await guarded.register(interruptPreviewRoutes, { previewInterrupt: services.previewInterrupt });
        await guarded.register(whyRoutes, { whys: services.whys, regionOf, zone: config.zone });
        await guarded.register(registerRoutes, { registers: services.registers, zone: config.zone });
        await guarded.register(auditRoutes, {
          audit: services.audit,
          whys: services.whys,
          zone: config.zone,
        });
        await guarded.register(backupRoutes, { backups: services.backups });
        await guarded.register(sampleRoutes, { sample: services.sample });
        await guarded.register(broadcastRoutes, { ...services, clock });
        await guarded.register(attendanceRoutes, {
          attendance: services.attendance,
          checkInLinks: services.checkInLinks,
          regions: services.regions,
          publicUrl: config.publicUrl,
        });
        await guarded.register(attendeeRoutes, {
          attendance: services.attendance,
          attendedPeople: services.attendedPeople,
          regions: services.regions,
          zone: config.zone,
        });
        await guarded.register(announcementRoutes, {
          announcements: services.announcements,
          corrections: services.corrections,
          freshProof,
          media,
        });
        await guarded.register(liveRoutes, {
          live: services.live,
          announcements: services.announcements,
          media,
        });
        await guarded.register(emergencyRoutes, {
          cap: services.cap,
          emergencies: services.emergencies,
          freshProof,
          media,
        });
        await guarded.register(stopRoutes, { stopEverything: services.stopEverything });
        await guarded.register(warningRoutes, {
          warnings: services.warnings,
          conflicts: services.conflicts,
        });
      });
    },
    { prefix: "/api/v1" },
  );

  await app.register(calendarLinkRoutes, { calendars: services.calendars });
  await app.register(mediaRoutes, {
    library: services.library,
    service: media,
    onHeard: services.hearings.note,
    accelPrefix: config.mediaAccelPrefix,
    clock,
    authorize: mediaAccess({ secret: services.mediaSecret, whoAsks, clock }),
  });
  const brokers = [...config.mqttPublicUrls, ...config.mqttUrls].filter(isWebSocket);
  const mediaServers = config.mediaBaseUrl === null ? [] : [config.mediaBaseUrl];
  await app.register(consoleRoutes, {
    terminalReaches: [...brokers, ...mediaServers].map((url) => new URL(url).origin),
  });
}
